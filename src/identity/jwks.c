/* SPDX-License-Identifier: Apache-2.0 */
/* jwks.c - see jwks.h. */
#include "identity/jwks.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"

typedef struct reader {
	const zta_json_doc *doc;
	const char *use;
	zta_jwks *out;
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail((r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

static zta_status
read_text(reader *r, const zta_json *jwk, const char *name, zta_str *out)
{
	const zta_json *node = zta_json__get(jwk, name);

	*out = ZTA_STR("");
	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_STRING) {
		return FAIL(r, node, "`%s` must be a string", name);
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

/* SPEC: rfc7517 4.3: `key_ops`, if present, lists what the key may do. */
static bool
may_verify(const zta_json *jwk)
{
	const zta_json *ops = zta_json__get(jwk, "key_ops"), *op;
	uint32_t i;

	if (ops == NULL) {
		return true;
	}
	op = zta_json__first(ops);
	for (i = 0; ops->type == ZTA_JSON_ARRAY && i < ops->count; i++) {
		if (op->type == ZTA_JSON_STRING &&
		    zta_str__is(zta_json__str(op), "verify")) {
			return true;
		}
		op = zta_json__after(op);
	}
	return false;
}

static zta_status
check_kid(reader *r, const zta_json *jwk, zta_str kid)
{
	uint32_t i;

	for (i = 0; kid.len > 0 && i < r->out->count; i++) {
		if (zta_str__eq(r->out->keys[i].kid, kid)) {
			return FAIL(r, jwk, "two keys have the kid `%.*s`",
			    ZTA_STR_ARG(kid));
		}
	}
	return ZTA_OK;
}

static zta_status
read_key(reader *r, const zta_json *jwk)
{
	zta_jwks_key *to = &r->out->keys[r->out->count];
	zta_str use, alg, kid;
	zta_status status;

	if (jwk->type != ZTA_JSON_OBJECT) {
		return FAIL(r, jwk, "a key must be an object");
	}
	status = read_text(r, jwk, "use", &use);
	if (status == ZTA_OK) {
		status = read_text(r, jwk, "alg", &alg);
	}
	if (status == ZTA_OK) {
		status = read_text(r, jwk, "kid", &kid);
	}
	if (status != ZTA_OK) {
		return status;
	}
	*to = (zta_jwks_key){ .kid = kid, .alg = zta_alg_of(alg) };
	if ((use.len > 0 && !zta_str__is(use, r->use)) || !may_verify(jwk) ||
	    (alg.len > 0 && to->alg == ZTA_ALG_NONE)) {
		r->out->skipped++;
		return ZTA_OK;
	}
	status = zta_key__from_jwk(&to->key, r->doc, jwk, r->err);
	if (status == ZTA_ENOTFOUND) {
		r->out->skipped++;
		return ZTA_OK;
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (to->alg != ZTA_ALG_NONE && !zta_key__serves(to->key, to->alg)) {
		zta_key_close(to->key);
		return FAIL(r, jwk, "the key does not serve its `alg`");
	}
	status = check_kid(r, jwk, kid);
	if (status != ZTA_OK) {
		zta_key_close(to->key);
		return status;
	}
	r->out->count++;
	return ZTA_OK;
}

zta_status
zta_jwks__add(zta_jwks *set, const zta_json_doc *doc, const zta_json *jwk,
    const char *use, zta_error *err)
{
	reader r = { doc, use, set, err };

	return read_key(&r, jwk);
}

zta_status
zta_jwks__bound_key(zta_key **out, const zta_json_doc *doc, const zta_json *jwk,
    zta_alg alg, zta_error *err)
{
	zta_jwks_key key = { 0 };
	zta_jwks set = { .keys = &key };
	reader r = { doc, "sig", &set, err };
	zta_status status = read_key(&r, jwk);

	*out = NULL;
	if (status != ZTA_OK) {
		return status;
	}
	if (set.count == 1 && (key.alg == ZTA_ALG_NONE || key.alg == alg) &&
	    zta_key__serves(key.key, alg)) {
		*out = key.key;
		return ZTA_OK;
	}
	zta_jwks__release(&set);
	return FAIL(&r, jwk, "the key does not serve %s", zta_alg_name(alg));
}

zta_status
zta_jwks__read(zta_jwks *out, zta_arena *arena, const zta_json_doc *doc,
    const zta_json *node, const char *use, zta_error *err)
{
	reader r = { doc, use, out, err };
	const zta_json *keys = zta_json__get(node, "keys"), *jwk;
	uint32_t i;
	zta_status status = ZTA_OK;

	*out = (zta_jwks){ 0 };
	if (keys == NULL || keys->type != ZTA_JSON_ARRAY) {
		return FAIL(&r, node, "a key set needs an array `keys`");
	}
	if (keys->count > ZTA_JWKS_KEYS_MAX) {
		return FAIL(&r, keys, "over %d keys", ZTA_JWKS_KEYS_MAX);
	}
	out->keys =
	    zta_arena__zalloc(arena, keys->count + 1, sizeof(*out->keys));
	if (out->keys == NULL) {
		return zta_arena__failed(arena, err);
	}
	jwk = zta_json__first(keys);
	for (i = 0; status == ZTA_OK && i < keys->count; i++) {
		status = read_key(&r, jwk);
		jwk = zta_json__after(jwk);
	}
	if (status == ZTA_OK && out->count == 0) {
		status = FAIL(&r, keys, "no key here can verify anything");
	}
	if (status != ZTA_OK) {
		zta_jwks__release(out);
	}
	return status;
}

void
zta_jwks__release(zta_jwks *set)
{
	uint32_t i;

	for (i = 0; i < set->count; i++) {
		zta_key_close(set->keys[i].key);
	}
	set->count = 0;
}

const zta_key *
zta_jwks__find(const zta_jwks *set, const zta_jws *jws)
{
	const zta_jwks_key *key;
	const zta_key *found = NULL;
	uint32_t i;

	for (i = 0; i < set->count; i++) {
		key = &set->keys[i];
		if ((key->alg != ZTA_ALG_NONE && key->alg != jws->alg) ||
		    !zta_key__serves(key->key, jws->alg)) {
			continue;
		}
		if (jws->kid.len > 0) {
			if (zta_str__eq(key->kid, jws->kid)) {
				return key->key;
			}
			continue;
		}
		if (found != NULL) {
			return NULL;
		}
		found = key->key;
	}
	return found;
}
