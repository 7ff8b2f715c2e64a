/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kind_wimse.c - `wimse`: a workload identity token of a trust domain, which is
 * never taken without a proof of its key. SPEC: wimse-workload-creds 3.1
 */
#include "base/str.h"
#include "identity/claims.h"
#include "identity/jose.h"
#include "identity/source_part.h"
#include "identity/spiffe_id.h"

#define WIT "wit+jwt"

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
	if (status == ZTA_OK && zta_json__get(node, "proof") != NULL) {
		return ZTA_SOURCE_FAIL(r, node,
		    "a WIMSE source has no `proof`: it is always \"wpt\"");
	}
	out->proofs = 1u << ZTA_PROOF_WPT;
	return status != ZTA_OK ?
	    status :
	    zta_source__read_jose(r, node, "wit-svid", out);
}

static bool
claims(const zta_source *source, const zta_verifying *v)
{
	const zta_json *sub;
	zta_str domain;

	if (!v->is_jws || !zta_jws__typ_is(v->token.jws, ZTA_STR(WIT))) {
		return false;
	}
	sub = zta_json__get(v->token.jws->payload.root, "sub");
	return sub != NULL && sub->type == ZTA_JSON_STRING &&
	    zta_workload_id__read(zta_json__str(sub), &domain) &&
	    zta_str__eq(source->trust_domain, domain);
}

static zta_status
verify(zta_verifying *v)
{
	static const char *const types[] = { WIT, NULL };
	zta_status status = zta_jose__verify(v, types);

	return status != ZTA_OK ? status : zta_claims__judge_unaddressed(v);
}

static const char *const members[] = { "trust_domain", ZTA_SOURCE_JOSE_MEMBERS,
	NULL };

const zta_kind zta_kind__wimse = { "wimse", members, read, claims, verify };
