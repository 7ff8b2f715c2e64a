/* SPDX-License-Identifier: Apache-2.0 */
/* kind_jwt.c - `jwt`, `oidc`: a JWT of an issuer. SPEC: rfc7519, rfc9068 */
#include "base/str.h"
#include "identity/claims.h"
#include "identity/jose.h"
#include "identity/source_part.h"

static zta_status
read(zta_source_reader *r, const zta_json *node, zta_source *out)
{
	zta_status status =
	    zta_source__need_text(r, node, "issuer", &out->issuer);

	out->principal = ZTA_PRINCIPAL_HUMAN;
	out->entity = ZTA_STR("User");
	if (status == ZTA_OK) {
		status = zta_source__read_claims(r, node, out);
	}
	return status != ZTA_OK ? status :
				  zta_source__read_jose(r, node, "sig", out);
}

static bool
claims(const zta_source *source, const zta_verifying *v)
{
	return v->is_jws && zta_str__eq(source->issuer, v->issuer);
}

/*
 * SPEC: rfc9068 2.2: claims that an access token must have, beside those that
 * all credentials must.
 */
static zta_status
judge_access_token(zta_verifying *v)
{
	static const zta_claim needed[] = { ZTA_CLAIM_CLIENT_ID, ZTA_CLAIM_IAT,
		ZTA_CLAIM_JTI };
	const zta_json *claim = NULL;
	size_t i;

	if (v->presented->as == ZTA_AS_ID_TOKEN) {
		return ZTA_REFUSE(
		    v, BAD_TYPE, "an access token is no ID token");
	}
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		claim = v->claims.of[needed[i]];
		if (claim == NULL) {
			return ZTA_REFUSE(v, MISSING_CLAIM,
			    "an access token has `%s`",
			    zta_claim__name(needed[i]));
		}
	}
	/* The others are judged with those of all credentials. */
	return claim->type == ZTA_JSON_STRING ?
	    ZTA_OK :
	    ZTA_REFUSE(v, BAD_CLAIM, "`jti` is no string");
}

static zta_status
verify(zta_verifying *v)
{
	static const char *const types[] = { "JWT", "at+jwt", NULL };
	zta_status status = zta_jose__verify(v, types);

	if (status == ZTA_OK &&
	    zta_jws__typ_is(v->token.jws, ZTA_STR("at+jwt"))) {
		status = v->presented->as == ZTA_AS_ID_TOKEN ?
		    ZTA_REFUSE(v, BAD_TYPE, "an access token is no ID token") :
		    judge_access_token(v);
	}
	return status != ZTA_OK ? status : zta_claims__judge(v);
}

static const char *const members[] = { "issuer", ZTA_SOURCE_JOSE_MEMBERS,
	ZTA_SOURCE_CLAIM_MEMBERS, NULL };

const zta_kind zta_kind__jwt = { "jwt", members, read, claims, verify };
const zta_kind zta_kind__oidc = { "oidc", members, read, claims, verify };
