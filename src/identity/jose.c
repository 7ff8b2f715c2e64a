/* SPDX-License-Identifier: Apache-2.0 */
/* jose.c - see jose.h. */
#include "identity/jose.h"

#include "base/error.h"
#include "base/str.h"
#include "identity/keys.h"

/* SPEC: rfc8725 3.11 */
static zta_status
check_type(zta_verifying *v, const char *const *types)
{
	const zta_source *s = v->source;
	uint32_t i;

	for (i = 0; i < s->type_count; i++) {
		if (zta_jws__typ_is(v->token.jws, s->types[i])) {
			return ZTA_OK;
		}
	}
	if (s->type_count == 0 && v->token.jws->typ.len == 0) {
		return ZTA_OK;
	}
	for (i = 0; s->type_count == 0 && types[i] != NULL; i++) {
		if (zta_jws__typ_is(v->token.jws, zta_str_of(types[i]))) {
			return ZTA_OK;
		}
	}
	return ZTA_REFUSE(v, BAD_TYPE, "a token of another type: `%.*s`",
	    ZTA_STR_ARG(v->token.jws->typ));
}

static zta_status
judge(zta_verifying *v, const zta_key *key)
{
	if (key == NULL) {
		return ZTA_REFUSE(v, UNKNOWN_KEY,
		    "source `%.*s` has no key that fits",
		    ZTA_STR_ARG(v->source->name));
	}
	return zta_known__verify(&v->token, key) ?
	    ZTA_OK :
	    ZTA_REFUSE(v, BAD_SIGNATURE, "the signature is wrong");
}

/*
 * A kid that is not among keys that were fetched may be new: the set is fetched
 * again, once for the call.
 */
static zta_status
judge_with(zta_verifying *v, const zta_keys_view *view)
{
	const zta_source *s = v->source;
	const zta_key *key = view->keys == NULL ?
	    NULL :
	    zta_jwks__find(view->keys, v->token.jws);

	if (key == NULL && !view->fetched.since && view->fetched.may_fetch) {
		(void)zta_keys__need(s, &v->why_not->need);
		return zta_error__set(v->err, ZTA_EUNAVAILABLE,
		    "the keys of source `%.*s` are needed",
		    ZTA_STR_ARG(s->name));
	}
	return view->keys != NULL ?
	    judge(v, key) :
	    ZTA_REFUSE(v, NO_KEYS, "source `%.*s` has no keys now",
		ZTA_STR_ARG(s->name));
}

static zta_status
check_signature(zta_verifying *v)
{
	const zta_source *s = v->source;
	zta_keys_view view;
	zta_status status;

	if ((s->algs & 1u << v->token.jws->alg) == 0) {
		return ZTA_REFUSE(v, ALG_NOT_ALLOWED,
		    "source `%.*s` does not use %s", ZTA_STR_ARG(s->name),
		    zta_alg_name(v->token.jws->alg));
	}
	zta_keys__look(s, v->with->ring, v->with->since, &view);
	status = judge_with(v, &view);
	zta_keys__drop(&view);
	return status;
}

zta_status
zta_jose__verify(zta_verifying *v, const char *const *types)
{
	zta_status status = check_signature(v);

	v->claims = *(const zta_claims *)v->token.meaning;
	return status != ZTA_OK ? status : check_type(v, types);
}
