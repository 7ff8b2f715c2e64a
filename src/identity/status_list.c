/* SPDX-License-Identifier: Apache-2.0 */
/* status_list.c - see status_list.h. */
#include "identity/status_list.h"

#include "base/b64.h"
#include "base/deflate.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "identity/claims.h"

typedef struct reader {
	zta_arena *arena;
	const zta_status_list_origin *origin;
	zta_jws jws;
	int64_t now;
	zta_status_list *out;
	zta_error *err;
} reader;

#define FAIL(r, ...) zta_error__set((r)->err, ZTA_EUNTRUSTED, __VA_ARGS__)

static const zta_json *
claim(const reader *r, const char *name)
{
	return zta_json__get(r->jws.payload.root, name);
}

/* --- the token around it */

static zta_status
check_signature(reader *r)
{
	const zta_source *source = r->origin->source;
	const zta_key *key = (source->algs & 1u << r->jws.alg) == 0 ?
	    NULL :
	    zta_jwks__find(r->origin->keys, &r->jws);

	if (!zta_jws__typ_is(&r->jws, ZTA_STR("statuslist+jwt"))) {
		return FAIL(r, "it is no status list token");
	}
	if (key == NULL) {
		return FAIL(r, "the source has no key that fits");
	}
	return zta_key__verify(
		   key, r->jws.alg, r->jws.input, r->jws.signature) ?
	    ZTA_OK :
	    FAIL(r, "the signature is wrong");
}

static bool
claim_is(const reader *r, const char *name, zta_str wanted)
{
	const zta_json *node = claim(r, name);

	return node != NULL && node->type == ZTA_JSON_STRING &&
	    zta_str__eq(zta_json__str(node), wanted);
}

/* The list is the one at this URI, and of this issuer if it says one. */
static zta_status
check_names(reader *r)
{
	zta_str issuer = r->origin->source->issuer;

	if (!claim_is(r, "sub", r->origin->uri)) {
		return FAIL(r, "`sub` is not where the list is");
	}
	return claim(r, "iss") == NULL || issuer.len == 0 ||
		claim_is(r, "iss", issuer) ?
	    ZTA_OK :
	    FAIL(r, "`iss` is not the issuer of the source");
}

static zta_status
read_life(reader *r)
{
	const zta_json *iat = claim(r, "iat"), *exp = claim(r, "exp");
	const zta_json *ttl = claim(r, "ttl");
	int64_t leeway = r->origin->source->leeway_ms, at;

	r->out->life_ms = ZTA_STATUS_LIFE_MS;
	if (iat == NULL || !zta_claims__date(iat, &at) ||
	    at - leeway > r->now) {
		return FAIL(r, "`iat` must be a date that has been");
	}
	if (ttl != NULL) {
		if (ttl->type != ZTA_JSON_INTEGER || ttl->u.integer <= 0) {
			return FAIL(r, "`ttl` must be a number of seconds");
		}
		r->out->life_ms =
		    ttl->u.integer > ZTA_STATUS_LIFE_MAX_MS / 1000 ?
		    ZTA_STATUS_LIFE_MAX_MS :
		    ttl->u.integer * 1000;
	}
	if (exp == NULL) {
		return ZTA_OK;
	}
	if (!zta_claims__date(exp, &at) || at + leeway <= r->now) {
		return FAIL(r, "`exp` must be a date to come");
	}
	if (at + leeway - r->now < r->out->life_ms) {
		r->out->life_ms = at + leeway - r->now;
	}
	return ZTA_OK;
}

/* --- the list in it */

/* No more than the limit is ever inflated. */
static zta_status
inflate_list(reader *r, zta_str packed)
{
	zta_buf buf;
	zta_status status;

	zta_buf__init(&buf, ZTA_STATUS_LIST_MAX);
	status = zta_inflate__zlib(packed, &buf, r->err);
	if (status == ZTA_OK) {
		r->out->statuses =
		    zta_arena__copy(r->arena, zta_buf__str(&buf));
		status = r->out->statuses.ptr == NULL ?
		    zta_arena__failed(r->arena, r->err) :
		    ZTA_OK;
	}
	zta_buf__release(&buf);
	return status == ZTA_EINVALID ? FAIL(r, "`lst` is no zlib stream") :
					status;
}

static zta_status
read_list(reader *r)
{
	const zta_json *list = claim(r, "status_list"), *bits, *lst;
	char *bytes;
	size_t len;

	if (list == NULL || list->type != ZTA_JSON_OBJECT) {
		return FAIL(r, "there is no `status_list`");
	}
	bits = zta_json__get(list, "bits");
	lst = zta_json__get(list, "lst");
	if (bits == NULL || bits->type != ZTA_JSON_INTEGER ||
	    (bits->u.integer != 1 && bits->u.integer != 2 &&
		bits->u.integer != 4 && bits->u.integer != 8)) {
		return FAIL(r, "`bits` must be 1, 2, 4 or 8");
	}
	r->out->bits = (unsigned)bits->u.integer;
	if (lst == NULL || lst->type != ZTA_JSON_STRING) {
		return FAIL(r, "`lst` must be a string");
	}
	bytes = zta_arena__alloc(r->arena, ZTA_B64_BYTES(lst->count) + 1);
	if (bytes == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	return zta_b64__decode(zta_json__str(lst), bytes, &len) ?
	    inflate_list(r, (zta_str){ bytes, len }) :
	    FAIL(r, "`lst` is not base64url");
}

zta_status
zta_status_list__read(zta_status_list *out, zta_arena *arena,
    const zta_status_list_origin *origin, zta_str text, int64_t now,
    zta_error *err)
{
	reader r = { .arena = arena,
		.origin = origin,
		.now = now,
		.out = out,
		.err = err };
	zta_refusal refusal;
	zta_status status = zta_jws__parse_large(
	    arena, text, ZTA_STATUS_TOKEN_MAX, &r.jws, &refusal, err);

	*out = (zta_status_list){ 0 };
	if (status == ZTA_OK) {
		status = check_signature(&r);
	}
	if (status == ZTA_OK) {
		status = check_names(&r);
	}
	if (status == ZTA_OK) {
		status = read_life(&r);
	}
	if (status == ZTA_OK) {
		status = read_list(&r);
	}
	if (status != ZTA_OK) {
		*out = (zta_status_list){ 0 };
	}
	return refusal == ZTA_REFUSAL_TOO_LARGE ? ZTA_ELIMIT : status;
}

bool
zta_status_list__at(
    const zta_status_list *list, uint64_t index, unsigned *status)
{
	uint64_t per_byte = list->bits == 0 ? 0 : 8 / list->bits;
	unsigned byte;

	if (per_byte == 0 || index / per_byte >= list->statuses.len) {
		return false;
	}
	byte = (unsigned char)list->statuses.ptr[index / per_byte];
	*status =
	    byte >> (index % per_byte * list->bits) & ((1u << list->bits) - 1);
	return true;
}

zta_status
zta_status_place__read(
    const zta_json *claims, zta_status_place *out, zta_error *err)
{
	const zta_json *status = zta_json__get(claims, "status");
	const zta_json *list, *idx, *uri;

	*out = (zta_status_place){ { NULL, 0 }, 0 };
	if (status == NULL) {
		return ZTA_OK;
	}
	list = status->type == ZTA_JSON_OBJECT ?
	    zta_json__get(status, "status_list") :
	    NULL;
	if (list == NULL || list->type != ZTA_JSON_OBJECT) {
		return zta_error__set(err, ZTA_EUNTRUSTED,
		    "`status` says it in a way that is not understood here");
	}
	idx = zta_json__get(list, "idx");
	uri = zta_json__get(list, "uri");
	if (idx == NULL || idx->type != ZTA_JSON_INTEGER ||
	    idx->u.integer < 0 || uri == NULL || uri->type != ZTA_JSON_STRING ||
	    uri->count == 0) {
		return zta_error__set(err, ZTA_EUNTRUSTED,
		    "`status_list` needs `idx`, a number, and `uri`");
	}
	out->uri = zta_json__str(uri);
	out->index = (uint64_t)idx->u.integer;
	return ZTA_OK;
}
