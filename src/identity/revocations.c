/* SPDX-License-Identifier: Apache-2.0 */
/* revocations.c - see revocations.h. */
#include "identity/revocations.h"

#include <stdlib.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"

#define FIRST "ztauth-revocations 1 "
#define DIGEST_DIGITS (2 * (size_t)ZTA_SHA256_LEN)

/* --- names: what is taken back, as one text */

/*
 * A letter, then what identifies it; no part holds a NUL but the last. Into
 * `arena`, or NULL.
 */
static zta_str
name_of(zta_arena *arena, char letter, zta_str a, zta_str b)
{
	char *text = zta_arena__alloc(arena, a.len + b.len + 2);

	if (text == NULL) {
		return (zta_str){ NULL, 0 };
	}
	text[0] = letter;
	/* An issuer that no source names is NULL. */
	if (a.len > 0) {
		memcpy(text + 1, a.ptr, a.len);
	}
	text[1 + a.len] = '\0';
	memcpy(text + 2 + a.len, b.ptr, b.len);
	return (zta_str){ text, a.len + b.len + 2 };
}

static zta_str
name_of_line(zta_arena *arena, const zta_revocation *r)
{
	if (r->jti.len > 0) {
		return name_of(arena, 'j', r->issuer, r->jti);
	}
	return r->digest.len > 0 ? name_of(arena, 'd', r->digest, ZTA_STR("")) :
				   name_of(arena, 'p', r->type, r->id);
}

/* --- reading */

typedef struct reader {
	zta_revocations *out;
	zta_json_doc doc;
	uint32_t line;
	zta_error *err;
} reader;

static zta_status
damaged(const reader *r, const char *why)
{
	return zta_error__at(
	    r->err, ZTA_EINVALID, r->line, 1, "the list is damaged: %s", why);
}

static zta_status
read_text(reader *r, const char *name, zta_str *out)
{
	const zta_json *node = zta_json__get(r->doc.root, name);

	*out = ZTA_STR("");
	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_STRING || node->count == 0 ||
	    zta_str__find(zta_json__str(node), '\0') != node->count) {
		return damaged(r, name);
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

static zta_status
read_seconds(reader *r, const char *name, int64_t *out)
{
	const zta_json *node = zta_json__get(r->doc.root, name);

	*out = 0;
	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_INTEGER || node->u.integer <= 0 ||
	    node->u.integer > INT64_MAX / 1000) {
		return damaged(r, name);
	}
	*out = node->u.integer;
	return ZTA_OK;
}

bool
zta_revocation__makes_sense(const zta_revocation *r)
{
	unsigned char digest[ZTA_SHA256_LEN];
	bool by_jti = r->jti.len > 0, by_digest = r->digest.len > 0;
	bool by_principal = r->id.len > 0;

	return by_jti + by_digest + by_principal == 1 &&
	    (r->issuer.len > 0) == by_jti &&
	    (r->type.len > 0) == by_principal &&
	    (r->before_s == 0 || by_principal) && r->until_s > 0 &&
	    (!by_digest ||
		(r->digest.len == DIGEST_DIGITS &&
		    zta_hex__decode(r->digest, digest)));
}

static zta_status
read_members(reader *r, zta_revocation *out)
{
	const struct {
		const char *name;
		zta_str *to;
	} texts[] = { { "iss", &out->issuer }, { "jti", &out->jti },
		{ "digest", &out->digest }, { "type", &out->type },
		{ "id", &out->id }, { "note", &out->note } };
	zta_status status = ZTA_OK;
	size_t i;

	for (i = 0; status == ZTA_OK && i < sizeof(texts) / sizeof(texts[0]);
	     i++) {
		status = read_text(r, texts[i].name, texts[i].to);
	}
	if (status == ZTA_OK) {
		status = read_seconds(r, "before", &out->before_s);
	}
	return status != ZTA_OK ? status :
				  read_seconds(r, "until", &out->until_s);
}

/* What stands there of the same thing gives way to what comes later. */
static zta_status
add(reader *r, const zta_revocation *line)
{
	zta_revocations *out = r->out;
	zta_str name = name_of_line(&out->arena, line);
	uint32_t at = out->count;
	zta_status status;

	if (name.ptr == NULL) {
		return zta_arena__failed(&out->arena, r->err);
	}
	status = zta_map__add(&out->by_name, name, at, r->err);
	if (status == ZTA_EEXIST) {
		return damaged(r, "the same thing stands there twice");
	}
	if (status == ZTA_OK) {
		out->list[out->count++] = *line;
	}
	return status;
}

static zta_status
read_line(reader *r, zta_str line)
{
	static const char *const names[] = { "until", "iss", "jti", "digest",
		"type", "id", "before", "note", NULL };
	zta_revocation entry = { 0 };
	zta_status status = zta_json__read(&r->out->arena, line, &r->doc, NULL);

	if (status == ZTA_ENOMEM) {
		return zta_error__nomem(r->err);
	}
	if (status != ZTA_OK || r->doc.root->type != ZTA_JSON_OBJECT ||
	    zta_json__only(&r->doc, r->doc.root, names, NULL) != ZTA_OK) {
		return damaged(r, "this is no line of it");
	}
	status = read_members(r, &entry);
	if (status != ZTA_OK) {
		return status;
	}
	return zta_revocation__makes_sense(&entry) ?
	    add(r, &entry) :
	    damaged(r, "a line names one thing");
}

static bool
read_first(zta_str line, uint32_t *count)
{
	zta_str first = ZTA_STR(FIRST), digits;
	size_t i;

	*count = 0;
	if (!zta_str__starts(line, first)) {
		return false;
	}
	digits = (zta_str){ line.ptr + first.len, line.len - first.len };
	for (i = 0; i < digits.len && i < 7; i++) {
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9') {
			return false;
		}
		*count = *count * 10 + (uint32_t)(digits.ptr[i] - '0');
	}
	return i > 0 && i == digits.len;
}

static zta_status
parse(reader *r, zta_str text)
{
	zta_revocations *out = r->out;
	zta_str line = { NULL, 0 };
	uint32_t count, i;
	zta_status status = ZTA_OK;

	r->line = 1;
	if (!zta_str__next(&text, '\n', &line) || !read_first(line, &count)) {
		return damaged(r, "it is none");
	}
	if (count > ZTA_REVOCATIONS_MAX) {
		return zta_error__set(
		    r->err, ZTA_ELIMIT, "over %u lines", ZTA_REVOCATIONS_MAX);
	}
	out->list = zta_arena__zalloc(
	    &out->arena, (size_t)count + 1, sizeof(*out->list));
	if (out->list == NULL) {
		return zta_arena__failed(&out->arena, r->err);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		r->line++;
		if (!zta_str__next(&text, '\n', &line) || text.ptr == NULL) {
			return damaged(r, "it was cut");
		}
		status = read_line(r, line);
	}
	return status == ZTA_OK && (text.ptr == NULL || text.len > 0) ?
	    damaged(r, "it does not end where its first line says") :
	    status;
}

zta_status
zta_revocations__parse(zta_revocations *out, zta_str text, zta_error *err)
{
	reader r = { .out = out, .err = err };

	*out = (zta_revocations){ 0 };
	zta_arena__init(&out->arena, SIZE_MAX);
	zta_map__init(&out->by_name, &out->arena, zta_random__seed());
	zta_digest__sha256(text, out->digest);
	out->text = zta_arena__copy(&out->arena, text);
	return out->text.ptr == NULL ? zta_arena__failed(&out->arena, err) :
				       parse(&r, out->text);
}

void
zta_revocations__release(zta_revocations *list)
{
	zta_arena__release(&list->arena);
}

zta_status
zta_revocations__read(zta_revocations *out, const char *path, zta_error *err)
{
	zta_arena scratch;
	zta_str text;
	zta_status status;

	*out = (zta_revocations){ 0 };
	zta_arena__init(&scratch, SIZE_MAX);
	status =
	    zta_file__read(&scratch, path, ZTA_REVOCATION_FILE_MAX, &text, err);
	if (status == ZTA_OK) {
		status = zta_revocations__parse(out, text, err);
	}
	zta_arena__release(&scratch);
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	return status;
}

const zta_revocation *
zta_revocations__find(
    const zta_revocations *list, const zta_revocation *what, zta_arena *arena)
{
	zta_str name = name_of_line(arena, what);
	uint32_t at = name.ptr == NULL ? ZTA_MAP_NONE :
					 zta_map__get(&list->by_name, name);

	return at == ZTA_MAP_NONE ? NULL : &list->list[at];
}

/* --- following it */

static void
forget(void *content)
{
	zta_revocations__release(content);
	free(content);
}

static zta_status
load(void **out, const char *path, zta_error *err)
{
	zta_revocations *list = calloc(1, sizeof(*list));
	zta_status status;

	*out = NULL;
	if (list == NULL) {
		return zta_error__nomem(err);
	}
	status = zta_revocations__read(list, path, err);
	if (status != ZTA_OK) {
		forget(list);
		return status;
	}
	*out = list;
	return ZTA_OK;
}

const zta_followed_class zta_revocations__class = { load, forget, NULL };

/* --- checking */

static bool
holds(const zta_revocations *list, zta_str name, const zta_verifying *v)
{
	uint32_t at = name.ptr == NULL ? ZTA_MAP_NONE :
					 zta_map__get(&list->by_name, name);
	const zta_revocation *r;

	if (at == ZTA_MAP_NONE) {
		return false;
	}
	r = &list->list[at];
	return v->with->now < r->until_s * 1000 &&
	    (r->before_s == 0 || v->out->issued_at < r->before_s * 1000);
}

zta_status
zta_revocations__check(zta_verifying *v)
{
	const zta_principal *p = v->out;
	const zta_json *jti;
	zta_arena *arena = v->with->arena;
	char digest[DIGEST_DIGITS];
	const zta_revocations *list;
	zta_str names[3];
	bool revoked = false;
	size_t i;

	if (v->with->live == NULL || !v->with->live->has_revocations) {
		return ZTA_OK;
	}
	jti = v->claims.of[ZTA_CLAIM_JTI];
	zta_hex__encode(
	    (zta_str){ (const char *)p->digest, ZTA_SHA256_LEN }, digest);
	names[0] = name_of(
	    arena, 'd', (zta_str){ digest, sizeof(digest) }, ZTA_STR(""));
	names[1] = name_of(arena, 'p', p->type, p->id);
	names[2] = name_of(arena, 'j',
	    p->issuer.len > 0 ? p->issuer : p->trust_domain,
	    jti != NULL && jti->type == ZTA_JSON_STRING ? zta_json__str(jti) :
							  ZTA_STR(""));
	for (i = 0; i < 3; i++) {
		if (names[i].ptr == NULL) {
			return zta_arena__failed(arena, v->err);
		}
	}
	list = zta_followed__enter(&v->with->live->revocations);
	for (i = 0; i < 3; i++) {
		revoked = revoked || holds(list, names[i], v);
	}
	zta_followed__leave(&v->with->live->revocations);
	return revoked ?
	    ZTA_REFUSE(v, REVOKED, "the credential was taken back") :
	    ZTA_OK;
}
