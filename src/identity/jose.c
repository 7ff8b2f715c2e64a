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
		if (zta_jws__typ_is(&v->token.jws, s->types[i])) {
			return ZTA_OK;
		}
	}
	if (s->type_count == 0 && v->token.jws.typ.len == 0) {
		return ZTA_OK;
	}
	for (i = 0; s->type_count == 0 && types[i] != NULL; i++) {
		if (zta_jws__typ_is(&v->token.jws, zta_str_of(types[i]))) {
			return ZTA_OK;
		}
	}
	return ZTA_REFUSE(v, BAD_TYPE, "a token of another type: `%.*s`",
	    ZTA_STR_ARG(v->token.jws.typ));
}

static zta_status
judge(zta_verifying *v, const zta_key *key)
{
	if (key == NULL) {
		return ZTA_REFUSE(v, UNKNOWN_KEY,
		    "source `%.*s` has no key that fits",
		    ZTA_STR_ARG(v->source->name));
	}
	return zta_known__verify(
		   zta_live__known(v->with->live), &v->token, key) ?
	    ZTA_OK :
	    ZTA_REFUSE(v, BAD_SIGNATURE, "the signature is wrong");
}

/*
 * With keys that were fetched. A kid that is not among them may be new: the
 * set is fetched again, once for the call.
 */
static zta_status
judge_fetched(zta_verifying *v, const zta_need *need)
{
	const zta_source *s = v->source;
	const zta_key *key = NULL;
	zta_ring_view view = { 0 };
	zta_status status;

	if (v->with->ring != NULL) {
		zta_ring__look(v->with->ring, need->key, need->gate,
		    v->with->since, &view);
	}
	if (view.value != NULL) {
		key = zta_jwks__find(&view.value->keys, &v->token.jws);
	}
	if (key == NULL && !view.since && view.may_fetch) {
		v->why_not->need = *need;
		status = zta_error__set(v->err, ZTA_EUNAVAILABLE,
		    "the keys of source `%.*s` are needed",
		    ZTA_STR_ARG(s->name));
	} else if (view.value == NULL) {
		status = ZTA_REFUSE(v, NO_KEYS, "source `%.*s` has no keys now",
		    ZTA_STR_ARG(s->name));
	} else {
		status = judge(v, key);
	}
	zta_fetched__drop(view.value);
	return status;
}

static zta_status
check_signature(zta_verifying *v)
{
	const zta_source *s = v->source;
	zta_need need;

	if ((s->algs & 1u << v->token.jws.alg) == 0) {
		return ZTA_REFUSE(v, ALG_NOT_ALLOWED,
		    "source `%.*s` does not use %s", ZTA_STR_ARG(s->name),
		    zta_alg_name(v->token.jws.alg));
	}
	return zta_keys__need(s, &need) ?
	    judge_fetched(v, &need) :
	    judge(v, zta_jwks__find(&s->keys, &v->token.jws));
}

zta_status
zta_jose__verify(zta_verifying *v, const char *const *types)
{
	zta_status status = check_signature(v);

	v->claims = v->token.jws.payload;
	return status != ZTA_OK ? status : check_type(v, types);
}
