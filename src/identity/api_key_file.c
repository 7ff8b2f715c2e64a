/* SPDX-License-Identifier: Apache-2.0 */
/* api_key_file.c - see api_key_file.h. The pepper is in api_key_pepper.c. */
#include "identity/api_key_file.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/secret.h"

#define FIRST "ztauth-api-keys 1\n"
#define MAC "mac "
#define HEX_LEN (2 * (size_t)ZTA_SHA256_LEN)
#define LAST_LEN (sizeof(MAC) - 1 + HEX_LEN + 1)

typedef struct reader {
	zta_arena *arena;
	zta_json_doc doc; /* of one line */
	uint32_t line;
	zta_error *err;
} reader;

static zta_status
damaged(const reader *r, const char *why)
{
	return zta_error__at(r->err, ZTA_EINVALID, r->line, 1,
	    "the key file is damaged: %s", why);
}

/* --- one line */

/* A copy of a string; absent only if it may be. */
static zta_status
read_text(
    reader *r, const zta_json *object, const char *name, bool may, zta_str *out)
{
	const zta_json *node = zta_json__get(object, name);

	*out = ZTA_STR("");
	if (node == NULL && may) {
		return ZTA_OK;
	}
	if (node == NULL || node->type != ZTA_JSON_STRING || node->count == 0) {
		return damaged(r, name);
	}
	*out = zta_arena__copy(r->arena, zta_json__str(node));
	return out->ptr == NULL ? zta_arena__failed(r->arena, r->err) : ZTA_OK;
}

static zta_status
read_seconds(
    reader *r, const zta_json *object, const char *name, bool may, int64_t *out)
{
	const zta_json *node = zta_json__get(object, name);

	*out = 0;
	if (node == NULL && may) {
		return ZTA_OK;
	}
	if (node == NULL || node->type != ZTA_JSON_INTEGER ||
	    node->u.integer <= 0) {
		return damaged(r, name);
	}
	*out = node->u.integer;
	return ZTA_OK;
}

static zta_status
read_claims(reader *r, const zta_json *claims, zta_api_key_entry *e)
{
	static const char *const names[] = { "jti", "iss", "sub", "aud", "iat",
		"exp", "scope", NULL };
	zta_status status;

	if (claims == NULL || claims->type != ZTA_JSON_OBJECT ||
	    zta_json__only(&r->doc, claims, names, NULL) != ZTA_OK) {
		return damaged(r, "claims");
	}
	status = read_text(r, claims, "jti", false, &e->id);
	if (status == ZTA_OK) {
		status = read_text(r, claims, "iss", false, &e->issuer);
	}
	if (status == ZTA_OK) {
		status = read_text(r, claims, "sub", false, &e->subject);
	}
	if (status == ZTA_OK) {
		status = read_text(r, claims, "aud", false, &e->audience);
	}
	if (status == ZTA_OK) {
		status = read_text(r, claims, "scope", true, &e->scope);
	}
	if (status == ZTA_OK) {
		status = read_seconds(r, claims, "iat", false, &e->issued_s);
	}
	return status != ZTA_OK ?
	    status :
	    read_seconds(r, claims, "exp", false, &e->expires_s);
}

static zta_status
read_entry(reader *r, zta_str line, zta_arena *scratch, zta_api_key_entry *e)
{
	static const char *const names[] = { "hash", "claims", "note",
		"revoked", NULL };
	const zta_json *root, *hash;
	zta_status status = zta_json__read(scratch, line, &r->doc, NULL);

	if (status == ZTA_ENOMEM) {
		return zta_error__nomem(r->err);
	}
	root = r->doc.root;
	if (status != ZTA_OK || root->type != ZTA_JSON_OBJECT ||
	    zta_json__only(&r->doc, root, names, NULL) != ZTA_OK) {
		return damaged(r, "no key");
	}
	hash = zta_json__get(root, "hash");
	if (hash == NULL || hash->type != ZTA_JSON_STRING ||
	    hash->count != HEX_LEN ||
	    !zta_hex__decode(zta_json__str(hash), e->hash)) {
		return damaged(r, "hash");
	}
	status = read_claims(r, zta_json__get(root, "claims"), e);
	if (status == ZTA_OK) {
		status = read_text(r, root, "note", true, &e->note);
	}
	return status != ZTA_OK ?
	    status :
	    read_seconds(r, root, "revoked", true, &e->revoked_s);
}

/* --- all of it */

static zta_status
check_mac(const reader *r, zta_str text, zta_str *body,
    const unsigned char pepper[ZTA_PEPPER_LEN])
{
	unsigned char told[ZTA_SHA256_LEN], made[ZTA_SHA256_LEN];
	zta_str last;

	if (text.len < sizeof(FIRST) - 1 + LAST_LEN ||
	    !zta_str__starts(text, ZTA_STR(FIRST))) {
		return damaged(r, "it is none, or cut");
	}
	*body = (zta_str){ text.ptr, text.len - LAST_LEN };
	last = (zta_str){ text.ptr + body->len, LAST_LEN };
	if (!zta_str__starts(last, ZTA_STR(MAC)) ||
	    last.ptr[LAST_LEN - 1] != '\n' ||
	    !zta_hex__decode(
		(zta_str){ last.ptr + sizeof(MAC) - 1, HEX_LEN }, told)) {
		return damaged(r, "its last line is no mac");
	}
	if (zta_secret__hmac((zta_str){ (const char *)pepper, ZTA_PEPPER_LEN },
		*body, made) != ZTA_OK) {
		return zta_error__nomem(r->err);
	}
	return zta_secret__equal((zta_str){ (const char *)told, sizeof(told) },
		   (zta_str){ (const char *)made, sizeof(made) }) ?
	    ZTA_OK :
	    damaged(r, "its mac is that of another text or another pepper");
}

static uint32_t
count_lines(zta_str text)
{
	uint32_t count = 0;
	size_t i;

	for (i = 0; i < text.len; i++) {
		count += text.ptr[i] == '\n';
	}
	return count;
}

zta_status
zta_api_key_file__parse(zta_api_key_file *out, zta_arena *arena, zta_str text,
    const unsigned char pepper[ZTA_PEPPER_LEN], zta_error *err)
{
	reader r = { .arena = arena, .line = 1, .err = err };
	zta_arena scratch;
	zta_str rest, line;
	uint32_t lines;
	zta_status status = check_mac(&r, text, &rest, pepper);

	*out = (zta_api_key_file){ 0 };
	if (status != ZTA_OK) {
		return status;
	}
	lines = count_lines(rest);
	if (lines > ZTA_API_KEYS_MAX + 1) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "over %u keys", ZTA_API_KEYS_MAX);
	}
	out->list = zta_arena__zalloc(arena, lines, sizeof(*out->list));
	if (out->list == NULL) {
		return zta_arena__failed(arena, err);
	}
	zta_arena__init(&scratch, SIZE_MAX);
	(void)zta_str__next(&rest, '\n', &line);
	while (status == ZTA_OK && rest.len > 0 &&
	    zta_str__next(&rest, '\n', &line)) {
		r.line++;
		status = read_entry(&r, line, &scratch, &out->list[out->count]);
		out->count++;
		zta_arena__reset(&scratch);
	}
	zta_arena__release(&scratch);
	return status;
}

zta_status
zta_api_key_file__read(zta_api_key_file *out, zta_arena *arena,
    const char *path, const unsigned char pepper[ZTA_PEPPER_LEN],
    zta_error *err)
{
	zta_str text;
	zta_status status =
	    zta_file__read(arena, path, ZTA_API_KEY_FILE_MAX, &text, err);

	if (status == ZTA_OK) {
		status = zta_api_key_file__parse(out, arena, text, pepper, err);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	return status;
}

/* --- writing */

void
zta_api_key__put_claims(zta_json_out *out, const zta_api_key_entry *e)
{
	zta_json_out__open(out, '{');
	zta_json_out__member_if(out, "jti", e->id);
	zta_json_out__member_if(out, "iss", e->issuer);
	zta_json_out__member_if(out, "sub", e->subject);
	zta_json_out__member_if(out, "aud", e->audience);
	zta_json_out__member_int(out, "iat", e->issued_s);
	zta_json_out__member_int(out, "exp", e->expires_s);
	zta_json_out__member_if(out, "scope", e->scope);
	zta_json_out__close(out, '}');
}

static void
put_entry(zta_buf *buf, const zta_api_key_entry *e)
{
	zta_json_out out = { buf, false };
	char hex[HEX_LEN];

	zta_hex__encode(
	    (zta_str){ (const char *)e->hash, ZTA_SHA256_LEN }, hex);
	zta_json_out__open(&out, '{');
	zta_json_out__member_if(&out, "hash", (zta_str){ hex, sizeof(hex) });
	zta_json_out__name(&out, "claims");
	zta_api_key__put_claims(&out, e);
	zta_json_out__member_if(&out, "note", e->note);
	if (e->revoked_s > 0) {
		zta_json_out__member_int(&out, "revoked", e->revoked_s);
	}
	zta_json_out__close(&out, '}');
	zta_buf__byte(buf, '\n');
}

zta_status
zta_api_key_file__write(const zta_api_key_file *file, const char *path,
    const unsigned char pepper[ZTA_PEPPER_LEN], zta_error *err)
{
	unsigned char mac[ZTA_SHA256_LEN];
	char hex[HEX_LEN];
	zta_buf buf;
	zta_status status;
	uint32_t i;

	zta_buf__init(&buf, ZTA_API_KEY_FILE_MAX);
	zta_buf__text(&buf, FIRST);
	for (i = 0; i < file->count; i++) {
		put_entry(&buf, &file->list[i]);
	}
	status = buf.status;
	if (status == ZTA_OK) {
		status = zta_secret__hmac(
		    (zta_str){ (const char *)pepper, ZTA_PEPPER_LEN },
		    zta_buf__str(&buf), mac);
	}
	zta_hex__encode((zta_str){ (const char *)mac, sizeof(mac) }, hex);
	zta_buf__text(&buf, MAC);
	zta_buf__put(&buf, (zta_str){ hex, sizeof(hex) });
	zta_buf__byte(&buf, '\n');
	if (status == ZTA_OK) {
		status = buf.status;
	}
	status = status != ZTA_OK ?
	    zta_error__set(err, status, "the key file does not fit") :
	    zta_file__replace(path, 0600, zta_buf__str(&buf), err);
	zta_buf__release(&buf);
	return status;
}
