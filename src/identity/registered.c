/* SPDX-License-Identifier: Apache-2.0 */
/* registered.c - see registered.h. */
#include "identity/registered.h"

#include "base/str.h"

static const char *const names[ZTA_CLAIM_COUNT] = {
	[ZTA_CLAIM_ACR] = "acr",
	[ZTA_CLAIM_AMR] = "amr",
	[ZTA_CLAIM_AUD] = "aud",
	[ZTA_CLAIM_AUTH_TIME] = "auth_time",
	[ZTA_CLAIM_AZP] = "azp",
	[ZTA_CLAIM_CLIENT_ID] = "client_id",
	[ZTA_CLAIM_CNF] = "cnf",
	[ZTA_CLAIM_EXP] = "exp",
	[ZTA_CLAIM_IAT] = "iat",
	[ZTA_CLAIM_ISS] = "iss",
	[ZTA_CLAIM_JTI] = "jti",
	[ZTA_CLAIM_NBF] = "nbf",
	[ZTA_CLAIM_SCOPE] = "scope",
	[ZTA_CLAIM_SCP] = "scp",
	[ZTA_CLAIM_STATUS] = "status",
	[ZTA_CLAIM_SUB] = "sub",
};

const char *
zta_claim__name(zta_claim claim)
{
	return names[claim];
}

void
zta_claims__find(zta_claims *out, const zta_json_doc *doc)
{
	const zta_json *name = zta_json__first(doc->root);
	uint32_t i, claim;
	uint32_t count =
	    doc->root->type == ZTA_JSON_OBJECT ? doc->root->count : 0;

	*out = (zta_claims){ .doc = *doc };
	for (i = 0; i < count; i++) {
		for (claim = 0; claim < ZTA_CLAIM_COUNT; claim++) {
			/* Most differ in the first byte. */
			if (name->count > 0 &&
			    name->u.text[0] == names[claim][0] &&
			    zta_str__is(zta_json__str(name), names[claim])) {
				out->of[claim] = name + 1;
			}
		}
		name = zta_json__after(name + 1);
	}
}

zta_status
zta_claims__read(
    zta_claims *out, zta_arena *arena, zta_str text, zta_error *err)
{
	zta_json_doc doc;
	zta_status status = zta_json__read(arena, text, &doc, err);

	if (status == ZTA_OK) {
		zta_claims__find(out, &doc);
	}
	return status;
}

static zta_status
read_jws(void *out, const zta_jws *jws, zta_arena *arena, zta_error *err)
{
	(void)arena;
	(void)err;
	zta_claims__find(out, &jws->payload);
	return ZTA_OK;
}

const zta_known_reading zta_claims__reading = { sizeof(zta_claims), read_jws };
