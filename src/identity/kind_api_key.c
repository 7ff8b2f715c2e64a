/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kind_api_key.c - `api-key`: a key of the server's own file.
 * SPEC: docs/formats/api-keys.md
 */
#include "identity/kind_api_key.h"
#include "identity/api_keys.h"
#include "identity/claims.h"
#include "identity/source_part.h"

#include "base/error.h"
#include "base/str.h"

static zta_status
read(zta_source_reader *r, const zta_json *node, zta_source *out)
{
	zta_status status =
	    zta_source__need_text(r, node, "issuer", &out->issuer);

	out->principal = ZTA_PRINCIPAL_WORKLOAD;
	out->entity = ZTA_STR("Workload");
	return status != ZTA_OK ? status :
				  zta_source__read_principal(r, node, out);
}

/* What may be said of a key whose secret does not hold is that alone. */
static zta_status
judge(zta_verifying *v, const zta_api_key_found *found)
{
	if (!found->secret_holds) {
		return ZTA_REFUSE(
		    v, API_KEY_WRONG, "the secret of the key is wrong");
	}
	if (found->revoked) {
		return ZTA_REFUSE(v, API_KEY_REVOKED, "the key was revoked");
	}
	return zta_claims__read(
	    &v->claims, v->with->arena, found->claims, v->err);
}

zta_status
zta_api_key__look(zta_verifying *v)
{
	zta_live *live = v->with->live;
	zta_str text = v->presented->credential, id;
	zta_api_key_found found;
	zta_status status;

	switch (zta_api_key__read(text, &id)) {
	case ZTA_API_KEY_MALFORMED:
		return ZTA_REFUSE(
		    v, API_KEY_MALFORMED, "this is no API key of this form");
	case ZTA_API_KEY_MISTYPED:
		return ZTA_REFUSE(
		    v, API_KEY_MISTYPED, "the checksum of the key is wrong");
	case ZTA_API_KEY_GOOD:
		break;
	}
	if (live == NULL || !live->has_api_keys) {
		return ZTA_REFUSE(v, API_KEY_UNKNOWN,
		    "a server with `api_keys` alone knows API keys");
	}
	status = zta_api_keys__find(
	    &live->api_keys, text, id, v->with->arena, &found);
	if (status == ZTA_ENOTFOUND) {
		return ZTA_REFUSE(v, API_KEY_UNKNOWN, "no key has this id");
	}
	if (status != ZTA_OK) {
		return zta_error__nomem(v->err);
	}
	status = judge(v, &found);
	if (status == ZTA_OK) {
		v->issuer = zta_json__str(v->claims.of[ZTA_CLAIM_ISS]);
	}
	return status;
}

static bool
claims(const zta_source *source, const zta_verifying *v)
{
	return v->presented->as == ZTA_AS_API_KEY &&
	    zta_str__eq(source->issuer, v->issuer);
}

static const char *const members[] = { "issuer", "principal", NULL };

const zta_kind zta_kind__api_key = { "api-key", members, read, claims,
	zta_claims__judge };
