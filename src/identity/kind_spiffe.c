/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kind_spiffe.c - `spiffe`: an SVID of a trust domain, a JWT or the certificate
 * of the connection. SPEC: jwt-svid, x509-svid
 */
#include "base/str.h"
#include "identity/claims.h"
#include "identity/jose.h"
#include "identity/source_part.h"
#include "identity/spiffe_bundle.h"
#include "identity/spiffe_id.h"
#include "identity/x509_svid.h"

/* Both kinds of keys, from the bundle of the trust domain. */
static zta_status
read_bundle(zta_source_reader *r, const zta_json *node, zta_source *out)
{
	zta_spiffe_bundle bundle = { .roots = NULL };
	zta_json_doc doc;
	zta_status status =
	    zta_source__read_json_file(r, node, "bundle_file", &doc);

	if (status != ZTA_OK || doc.root == NULL) {
		return status;
	}
	status =
	    zta_spiffe_bundle__read(&bundle, r->arena, &doc, doc.root, r->err);
	if (status != ZTA_OK) {
		return zta_source__blame_file(r, node, status);
	}
	out->keys = bundle.keys;
	out->roots = bundle.roots;
	return ZTA_OK;
}

static zta_status
read_trust(zta_source_reader *r, const zta_json *node, zta_source *out)
{
	const zta_json *bundle = zta_json__get(node, "bundle_file");
	zta_status status;

	if (bundle == NULL) {
		return zta_source__read_jose(r, node, "jwt-svid", out);
	}
	if (zta_json__get(node, "jwks") != NULL ||
	    zta_json__get(node, "jwks_file") != NULL ||
	    zta_json__get(node, "jwks_uri") != NULL) {
		return ZTA_SOURCE_FAIL(
		    r, bundle, "a bundle holds all keys of its trust domain");
	}
	status = zta_source__read_jose_rules(r, node, out);
	return status != ZTA_OK ? status : read_bundle(r, bundle, out);
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

	if (s->roots == NULL) {
		return ZTA_REFUSE(v, UNKNOWN_KEY,
		    "source `%.*s` has no bundle with roots",
		    ZTA_STR_ARG(s->name));
	}
	v->out->type = s->entity;
	return zta_x509_svid__verify(s->roots, v->with->arena, &chain,
	    ZTA_X509_CLIENT, v->with->now, v->out, &v->why_not->refusal,
	    v->err);
}

static zta_status
verify(zta_verifying *v)
{
	static const char *const types[] = { "JWT", "JOSE", NULL };
	zta_status status;

	if (v->presented->as == ZTA_AS_SVID) {
		return verify_certificate(v);
	}
	status = zta_jose__verify(v, types);
	return status != ZTA_OK ? status : zta_claims__judge(v);
}

static const char *const members[] = { "trust_domain", "bundle_file",
	ZTA_SOURCE_JOSE_MEMBERS, NULL };

const zta_kind zta_kind__spiffe = { "spiffe", members, read, claims, verify };
