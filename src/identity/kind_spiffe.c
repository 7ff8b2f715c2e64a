/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kind_spiffe.c - `spiffe`: an SVID of a trust domain, a JWT or the certificate
 * of the connection. SPEC: jwt-svid, x509-svid
 */
#include "base/str.h"
#include "identity/claims.h"
#include "identity/jose.h"
#include "identity/keys.h"
#include "identity/source_part.h"
#include "identity/spiffe_id.h"
#include "identity/x509_svid.h"

static zta_status
read_trust(zta_source_reader *r, const zta_json *node, zta_source *out)
{
	return zta_json__get(node, "bundle_file") == NULL &&
		zta_json__get(node, "bundle_url") == NULL &&
		zta_json__get(node, "bundle_statement") == NULL ?
	    zta_source__read_jose(r, node, "jwt-svid", out) :
	    zta_source__read_bundle(r, node, out);
}

static zta_status
read(zta_source_reader *r, const zta_json *node, zta_source *out)
{
	zta_status status =
	    zta_source__need_text(r, node, "trust_domain", &out->trust_domain);

	out->principal = ZTA_PRINCIPAL_WORKLOAD;
	out->entity = ZTA_STR("Workload");
	if (status == ZTA_OK &&
	    !zta_trust_domain__is_valid(out->trust_domain)) {
		return ZTA_SOURCE_FAIL(
		    r, node, "`trust_domain` is no trust domain");
	}
	return status != ZTA_OK ? status : read_trust(r, node, out);
}

static bool
claims(const zta_source *source, const zta_verifying *v)
{
	return (v->is_jws || v->presented->as == ZTA_AS_SVID) &&
	    zta_str__eq(source->trust_domain, v->trust_domain);
}

static zta_status
verify_certificate(zta_verifying *v)
{
	const zta_source *s = v->source;
	const zta_circumstances *around = v->presented->around;
	const zta_x509_chain chain = { around->chain, around->chain_count };
	zta_keys_view view;
	zta_status status;

	zta_keys__look(s, v->with->ring, v->with->since, &view);
	v->out->type = s->entity;
	if (view.roots != NULL) {
		status = zta_x509_svid__verify(view.roots, v->with->arena,
		    &chain, ZTA_X509_CLIENT, v->with->now, v->out,
		    &v->why_not->refusal, v->err);
	} else if (s->keys_bundle) {
		status = ZTA_REFUSE(v, NO_KEYS,
		    "source `%.*s` has no bundle now", ZTA_STR_ARG(s->name));
	} else {
		status = ZTA_REFUSE(v, UNKNOWN_KEY,
		    "source `%.*s` has no bundle with roots",
		    ZTA_STR_ARG(s->name));
	}
	zta_keys__drop(&view);
	return status;
}

static zta_status
verify(zta_verifying *v)
{
	static const char *const types[] = { "JWT", "JOSE", NULL };
	const zta_source *s = v->source;
	zta_status status;

	if (s->keys_stated &&
	    (v->with->now < s->keys_from || v->with->now >= s->keys_until)) {
		return ZTA_REFUSE(v, UNKNOWN_KEY,
		    "no statement in force has the keys of `%.*s`",
		    ZTA_STR_ARG(s->trust_domain));
	}
	if (v->presented->as == ZTA_AS_SVID) {
		return verify_certificate(v);
	}
	status = zta_jose__verify(v, types);
	return status != ZTA_OK ? status : zta_claims__judge(v);
}

static const char *const members[] = { "trust_domain",
	ZTA_SOURCE_BUNDLE_MEMBERS, ZTA_SOURCE_JOSE_MEMBERS, NULL };

const zta_kind zta_kind__spiffe = { "spiffe", members, read, claims, verify };
