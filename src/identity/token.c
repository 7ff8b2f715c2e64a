/* SPDX-License-Identifier: Apache-2.0 */
/* token.c - tokens for people at a terminal, see ztauth/token.h. */
#include "ztauth/token.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "identity/verify.h"

/* The buffer's text as a C string of the caller; the buffer is released. */
static zta_status
hand_out(zta_buf *buf, char *out, zta_error *err)
{
	zta_status status = buf->status;

	if (status == ZTA_OK) {
		memcpy(out, buf->ptr, buf->len);
		out[buf->len] = '\0';
	}
	zta_buf__release(buf);
	return status == ZTA_OK ?
	    status :
	    zta_error__set(err, status, "the result is too large");
}

zta_status
zta_token_mint(const zta_key *key, zta_alg alg, zta_str typ, zta_str kid,
    zta_str claims, char *out, zta_error *err)
{
	char thumbprint[ZTA_KEY_THUMBPRINT_MAX];
	zta_arena arena;
	zta_json_doc doc;
	zta_buf buf;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&buf, ZTA_TOKEN_MAX - 1);
	status = zta_json__read(&arena, claims, &doc, err);
	if (status == ZTA_OK && doc.root->type != ZTA_JSON_OBJECT) {
		status = zta_json__fail(&doc, doc.root, err, ZTA_ESYNTAX,
		    "claims must be an object");
	}
	if (status == ZTA_OK && kid.len == 0) {
		status = zta_key_thumbprint(key, thumbprint, err);
		kid = (zta_str){ thumbprint, sizeof(thumbprint) - 1 };
	}
	if (status == ZTA_OK) {
		status = zta_jws__sign(&buf, key,
		    alg == ZTA_ALG_NONE ? zta_key_alg(key) : alg, typ, kid,
		    claims, err);
	}
	zta_arena__release(&arena);
	if (status != ZTA_OK) {
		zta_buf__release(&buf);
		return status;
	}
	return hand_out(&buf, out, err);
}

/* Decode one part and see that it is a JSON object. */
static zta_status
put_part(zta_json_out *out, const char *name, zta_str digits, zta_arena *arena,
    zta_error *err)
{
	char *text = zta_arena__alloc(arena, digits.len + 1);
	zta_json_doc doc;
	zta_status status;
	size_t len;

	if (text == NULL) {
		return zta_arena__failed(arena, err);
	}
	if (!zta_b64__decode(digits, text, &len)) {
		return zta_error__set(err, ZTA_EUNTRUSTED,
		    "the %s is not base64url without padding", name);
	}
	status = zta_json__read(arena, (zta_str){ text, len }, &doc, err);
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", name);
		return status;
	}
	zta_json_out__name(out, name);
	zta_json_out__raw(out, doc.text);
	return ZTA_OK;
}

zta_status
zta_token_inspect(zta_str token, char *json, zta_error *err)
{
	zta_str parts[3] = { 0 }, rest = token;
	zta_arena arena;
	zta_buf buf;
	zta_json_out out = { &buf, false };
	zta_status status = ZTA_OK;
	size_t count = 0;

	while (count < 3 && zta_str__next(&rest, '.', &parts[count])) {
		count++;
	}
	if (count != 3 || rest.ptr != NULL || token.len > ZTA_JWS_MAX) {
		return zta_error__set(err, ZTA_EUNTRUSTED,
		    "a token has three parts with points between them");
	}
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&buf, ZTA_TOKEN_JSON_MAX - 1);
	zta_json_out__open(&out, '{');
	status = put_part(&out, "header", parts[0], &arena, err);
	if (status == ZTA_OK) {
		status = put_part(&out, "payload", parts[1], &arena, err);
	}
	zta_json_out__close(&out, '}');
	zta_arena__release(&arena);
	if (status != ZTA_OK) {
		zta_buf__release(&buf);
		return status;
	}
	return hand_out(&buf, json, err);
}

/* What the source takes over from claims; nothing if it takes nothing. */
static void
put_mapped(zta_json_out *out, const zta_principal *p)
{
	uint32_t i;

	if (p->parent_count > 0) {
		zta_json_out__name(out, "parents");
		zta_json_out__open(out, '[');
		for (i = 0; i < p->parent_count; i++) {
			zta_json_out__open(out, '{');
			zta_json_out__name(out, "type");
			zta_json_out__str(out, p->parents[i].type);
			zta_json_out__name(out, "id");
			zta_json_out__str(out, p->parents[i].id);
			zta_json_out__close(out, '}');
		}
		zta_json_out__close(out, ']');
	}
	if (p->attribute_count > 0) {
		zta_json_out__name(out, "attributes");
		zta_json_out__open(out, '{');
		for (i = 0; i < p->attribute_count; i++) {
			zta_json_out__name_str(out, p->attributes[i].name);
			(void)zta_json_out__node(out, p->attributes[i].value);
		}
		zta_json_out__close(out, '}');
	}
}

static void
put_principal(zta_json_out *out, const zta_principal *p)
{
	char hex[2 * ZTA_SHA256_LEN], time[ZTA_TIME_TEXT_MAX];
	uint32_t i;

	zta_hex__encode(
	    (zta_str){ (const char *)p->digest, ZTA_SHA256_LEN }, hex);
	zta_json_out__name(out, "type");
	zta_json_out__str(out, p->type);
	zta_json_out__name(out, "id");
	zta_json_out__str(out, p->id);
	zta_json_out__name(out, "kind");
	zta_json_out__text(out, zta_principal__kind_name(p->kind));
	zta_json_out__name(out, "source");
	zta_json_out__str(out, p->source);
	zta_json_out__name(out, "issuer");
	zta_json_out__str(out, p->issuer);
	zta_json_out__name(out, "digest");
	zta_json_out__str(out, (zta_str){ hex, sizeof(hex) });
	zta_time__format(p->expires_at, time);
	zta_json_out__name(out, "expires_at");
	zta_json_out__text(out, time);
	zta_json_out__name(out, "scopes");
	zta_json_out__open(out, '[');
	for (i = 0; i < p->scope_count; i++) {
		zta_json_out__str(out, p->scopes[i]);
	}
	zta_json_out__close(out, ']');
	put_mapped(out, p);
	zta_json_out__name(out, "proof");
	zta_json_out__text(out, zta_proof__name(p->proof));
}

/*
 * Nobody says what it is: a JWT has points, an assertion none, or brackets. An
 * API key says it itself.
 */
static zta_presented_as
guess(zta_str token)
{
	if (zta_str__starts(token, ZTA_STR("ztak_"))) {
		return ZTA_AS_API_KEY;
	}
	return zta_str__starts(token, ZTA_STR("<")) ||
		zta_str__find(token, '.') == token.len ?
	    ZTA_AS_SAML2 :
	    ZTA_AS_JWT;
}

zta_status
zta_token_verify(zta_str token, zta_str sources, const char *keys, int64_t now,
    char *json, zta_error *err)
{
	zta_arena arena;
	zta_sources read = { 0 };
	zta_principal principal = { 0 };
	const zta_circumstances around = { 0 };
	const zta_presented presented = { token, guess(token), &around };
	const zta_verifier with = {
		.sources = &read, .arena = &arena, .now = now
	};
	zta_why_not why_not = { 0 };
	zta_error why = { 0 };
	zta_buf buf;
	zta_json_out out = { &buf, false };
	zta_status status, told;

	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&buf, ZTA_TOKEN_JSON_MAX - 1);
	status = zta_sources__read(&read, &arena, sources, keys, &why);
	if (status == ZTA_OK) {
		status = zta_identity__verify(
		    &with, &presented, &principal, &why_not, &why);
	}
	zta_json_out__open(&out, '{');
	if (status == ZTA_OK) {
		put_principal(&out, &principal);
	} else {
		zta_json_out__name(&out, "refused");
		zta_json_out__text(&out, zta_refusal__code(why_not.refusal));
		zta_json_out__name(&out, "message");
		zta_json_out__text(&out, why.message);
		if (why.place[0] != '\0') {
			zta_json_out__name(&out, "place");
			zta_json_out__text(&out, why.place);
		}
	}
	zta_json_out__close(&out, '}');
	zta_sources__release(&read);
	zta_arena__release(&arena);
	told = hand_out(&buf, json, err);
	if (status != ZTA_OK && err != NULL) {
		*err = why;
	}
	return told == ZTA_OK ? status : told;
}

void
zta_token_digest(zta_str token, char out[ZTA_TOKEN_DIGEST_MAX])
{
	unsigned char digest[ZTA_SHA256_LEN];

	zta_digest__sha256(token, digest);
	zta_hex__encode((zta_str){ (const char *)digest, sizeof(digest) }, out);
	out[ZTA_TOKEN_DIGEST_MAX - 1] = '\0';
}
