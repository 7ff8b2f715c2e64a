/* SPDX-License-Identifier: Apache-2.0 */
/* kind_spiffe.c - `spiffe`: a JWT-SVID of a trust domain. SPEC: jwt-svid */
#include "base/str.h"
#include "identity/claims.h"
#include "identity/jose.h"
#include "identity/source_part.h"
#include "identity/spiffe_id.h"

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
	return status != ZTA_OK ?
	    status :
	    zta_source__read_jose(r, node, "jwt-svid", out);
}

static bool
claims(const zta_source *source, const zta_verifying *v)
{
	return v->is_jws && zta_str__eq(source->trust_domain, v->trust_domain);
}

static zta_status
verify(zta_verifying *v)
{
	static const char *const types[] = { "JWT", "JOSE", NULL };
	zta_status status = zta_jose__verify(v, types);

	return status != ZTA_OK ? status : zta_claims__judge(v);
}

static const char *const members[] = { "trust_domain", ZTA_SOURCE_JOSE_MEMBERS,
	NULL };

const zta_kind zta_kind__spiffe = { "spiffe", members, read, claims, verify };
