/* SPDX-License-Identifier: Apache-2.0 */
/* jws.c - see jws.h. */
#include "identity/jws.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"

typedef struct parser {
	zta_arena *arena;
	bool brings_key; /* it may: a proof */
	size_t max;      /* bytes of the token */
	zta_jws *out;
	zta_refusal *refusal;
	zta_error *err;
} parser;

#define REFUSE(p, code, ...) \
	zta_refusal__set(    \
	    (p)->refusal, ZTA_REFUSAL_##code, (p)->err, __VA_ARGS__)

/* Decode one part. */
static zta_status
decode(const parser *p, zta_str digits, const char *what, zta_str *out)
{
	char *to = zta_arena__alloc(p->arena, ZTA_B64_BYTES(digits.len) + 1);
	size_t len = 0;

	if (to == NULL) {
		return zta_arena__failed(p->arena, p->err);
	}
	if (digits.len == 0 || !zta_b64__decode(digits, to, &len)) {
		return REFUSE(p, MALFORMED, "the %s is not base64url", what);
	}
	*out = (zta_str){ to, len };
	return ZTA_OK;
}

static zta_status
decode_object(
    const parser *p, zta_str digits, const char *what, zta_json_doc *doc)
{
	zta_str text;
	zta_error why;
	zta_status status = decode(p, digits, what, &text);

	if (status != ZTA_OK) {
		return status;
	}
	status = zta_json__read(p->arena, text, doc, &why);
	if (status == ZTA_ENOMEM) {
		return zta_error__nomem(p->err);
	}
	if (status == ZTA_EEXIST) {
		return REFUSE(
		    p, DUPLICATE, "a member of the %s stands twice", what);
	}
	if (status != ZTA_OK) {
		return REFUSE(
		    p, MALFORMED, "the %s is not JSON: %s", what, why.message);
	}
	return doc->root->type == ZTA_JSON_OBJECT ?
	    ZTA_OK :
	    REFUSE(p, MALFORMED, "the %s is no object", what);
}

/* A member that is a string if it is there at all. */
static zta_status
read_text(const parser *p, const char *name, zta_str *out)
{
	const zta_json *node = zta_json__get(p->out->header.root, name);

	*out = ZTA_STR("");
	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_STRING) {
		return REFUSE(p, MALFORMED, "header `%s` is no string", name);
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

/* SPEC: rfc8725 3.10: a token does not say which key is to be believed. */
static zta_status
check_header(const parser *p)
{
	static const char *const keys[] = { "jku", "x5u", "x5c", "jwk" };
	static const char *const critical[] = { "crit", "b64", "zip", "enc" };
	const zta_json *header = p->out->header.root;
	size_t i, count = sizeof(keys) / sizeof(keys[0]) - p->brings_key;

	for (i = 0; i < count; i++) {
		if (zta_json__get(header, keys[i]) != NULL) {
			return REFUSE(p, KEY_INJECTION,
			    "header `%s` would bring its own key", keys[i]);
		}
	}
	for (i = 0; i < sizeof(critical) / sizeof(critical[0]); i++) {
		if (zta_json__get(header, critical[i]) != NULL) {
			return REFUSE(p, CRITICAL,
			    "header `%s` asks for something that is not "
			    "done here",
			    critical[i]);
		}
	}
	return ZTA_OK;
}

static zta_status
read_header(const parser *p, zta_str digits)
{
	zta_str alg;
	zta_status status;

	if (digits.len > ZTA_B64_LEN(ZTA_JWS_HEADER_MAX)) {
		return REFUSE(
		    p, TOO_LARGE, "header over %d bytes", ZTA_JWS_HEADER_MAX);
	}
	status = decode_object(p, digits, "header", &p->out->header);
	if (status == ZTA_OK) {
		status = check_header(p);
	}
	if (status == ZTA_OK) {
		status = read_text(p, "alg", &alg);
	}
	if (status == ZTA_OK) {
		status = read_text(p, "typ", &p->out->typ);
	}
	if (status == ZTA_OK) {
		status = read_text(p, "kid", &p->out->kid);
	}
	if (status != ZTA_OK) {
		return status;
	}
	p->out->alg = zta_alg_of(alg);
	return p->out->alg != ZTA_ALG_NONE ?
	    ZTA_OK :
	    REFUSE(p, UNSUPPORTED_ALG, "algorithm `%.*s` is not accepted",
		ZTA_STR_ARG(alg));
}

static zta_status
parse(const parser *p, zta_str token)
{
	zta_jws *out = p->out;
	zta_str rest = token, header, payload, signature, extra;
	zta_status status;

	*out = (zta_jws){ 0 };
	*p->refusal = ZTA_REFUSAL_NONE;
	if (token.len > p->max) {
		return REFUSE(p, TOO_LARGE, "token over %zu bytes", p->max);
	}
	if (!zta_str__next(&rest, '.', &header) ||
	    !zta_str__next(&rest, '.', &payload) ||
	    !zta_str__next(&rest, '.', &signature) ||
	    zta_str__next(&rest, '.', &extra)) {
		return REFUSE(p, MALFORMED, "a token has three parts");
	}
	out->input = (zta_str){ token.ptr, header.len + 1 + payload.len };
	status = read_header(p, header);
	if (status == ZTA_OK) {
		status = decode_object(p, payload, "payload", &out->payload);
	}
	return status != ZTA_OK ?
	    status :
	    decode(p, signature, "signature", &out->signature);
}

zta_status
zta_jws__parse(zta_arena *arena, zta_str token, zta_jws *out,
    zta_refusal *refusal, zta_error *err)
{
	return zta_jws__parse_large(
	    arena, token, ZTA_JWS_MAX, out, refusal, err);
}

zta_status
zta_jws__parse_large(zta_arena *arena, zta_str token, size_t max, zta_jws *out,
    zta_refusal *refusal, zta_error *err)
{
	const parser p = { arena, false, max, out, refusal, err };

	return parse(&p, token);
}

zta_status
zta_jws__parse_proof(zta_arena *arena, zta_str token, zta_jws *out,
    zta_refusal *refusal, zta_error *err)
{
	const parser p = { arena, true, ZTA_JWS_MAX, out, refusal, err };

	return parse(&p, token);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
zta_jws__typ_is(const zta_jws *jws, zta_str typ)
{
	static const char prefix[] = "application/";
	zta_str got = jws->typ;
	size_t i, skip = sizeof(prefix) - 1;

	if (zta_str__eq(got, typ)) {
		return true;
	}
	for (i = 0; i < skip && i < got.len && lower(got.ptr[i]) == prefix[i];
	     i++) {
	}
	if (i == skip) {
		got = (zta_str){ got.ptr + skip, got.len - skip };
	}
	if (got.len != typ.len) {
		return false;
	}
	for (i = 0; i < got.len; i++) {
		if (lower(got.ptr[i]) != lower(typ.ptr[i])) {
			return false;
		}
	}
	return true;
}

void
zta_jws__put_input(
    zta_buf *out, zta_alg alg, zta_str typ, zta_str kid, zta_str payload)
{
	zta_buf header;
	zta_json_out json = { &header, false };

	zta_buf__init(&header, ZTA_JWS_HEADER_MAX);
	zta_json_out__open(&json, '{');
	zta_json_out__name(&json, "alg");
	zta_json_out__text(&json, zta_alg_name(alg));
	if (typ.len > 0) {
		zta_json_out__name(&json, "typ");
		zta_json_out__str(&json, typ);
	}
	if (kid.len > 0) {
		zta_json_out__name(&json, "kid");
		zta_json_out__str(&json, kid);
	}
	zta_json_out__close(&json, '}');
	if (header.status != ZTA_OK && out->status == ZTA_OK) {
		out->status = header.status;
	}
	zta_b64__put(out, zta_buf__str(&header));
	zta_buf__byte(out, '.');
	zta_b64__put(out, payload);
	zta_buf__release(&header);
}

zta_status
zta_jws__sign(zta_buf *out, const zta_key *key, zta_alg alg, zta_str typ,
    zta_str kid, zta_str payload, zta_error *err)
{
	unsigned char sig[ZTA_SIGNATURE_MAX];
	size_t len = 0, begin = out->len;
	zta_str input;
	zta_status status;

	zta_jws__put_input(out, alg, typ, kid, payload);
	if (out->status != ZTA_OK) {
		return zta_error__set(
		    err, out->status, "the token does not fit");
	}
	input = (zta_str){ out->ptr + begin, out->len - begin };
	status = zta_key__sign(key, alg, input, sig, &len, err);
	if (status != ZTA_OK) {
		return status;
	}
	zta_buf__byte(out, '.');
	zta_b64__put(out, (zta_str){ (const char *)sig, len });
	return out->status == ZTA_OK ?
	    ZTA_OK :
	    zta_error__set(err, out->status, "the token does not fit");
}
