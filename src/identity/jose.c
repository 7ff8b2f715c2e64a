/* SPDX-License-Identifier: Apache-2.0 */
/* jose.c - see jose.h. */
#include "identity/jose.h"

#include "base/str.h"

/* SPEC: rfc8725 3.11 */
static zta_status
check_type(zta_verifying *v, const char *const *types)
{
	const zta_source *s = v->source;
	uint32_t i;

	for (i = 0; i < s->type_count; i++) {
		if (zta_jws__typ_is(&v->jws, s->types[i])) {
			return ZTA_OK;
		}
	}
	if (s->type_count == 0 && v->jws.typ.len == 0) {
		return ZTA_OK;
	}
	for (i = 0; s->type_count == 0 && types[i] != NULL; i++) {
		if (zta_jws__typ_is(&v->jws, zta_str_of(types[i]))) {
			return ZTA_OK;
		}
	}
	return ZTA_REFUSE(v, BAD_TYPE, "a token of another type: `%.*s`",
	    ZTA_STR_ARG(v->jws.typ));
}

static zta_status
check_signature(zta_verifying *v)
{
	const zta_source *s = v->source;
	const zta_key *key;

	if ((s->algs & 1u << v->jws.alg) == 0) {
		return ZTA_REFUSE(v, ALG_NOT_ALLOWED,
		    "source `%.*s` does not use %s", ZTA_STR_ARG(s->name),
		    zta_alg_name(v->jws.alg));
	}
	key = zta_jwks__find(&s->keys, &v->jws);
	if (key == NULL) {
		return ZTA_REFUSE(v, UNKNOWN_KEY,
		    "source `%.*s` has no key that fits", ZTA_STR_ARG(s->name));
	}
	return zta_key__verify(
		   key, v->jws.alg, v->jws.input, v->jws.signature) ?
	    ZTA_OK :
	    ZTA_REFUSE(v, BAD_SIGNATURE, "the signature is wrong");
}

zta_status
zta_jose__verify(zta_verifying *v, const char *const *types)
{
	zta_status status = check_signature(v);

	v->claims = v->jws.payload;
	return status != ZTA_OK ? status : check_type(v, types);
}
