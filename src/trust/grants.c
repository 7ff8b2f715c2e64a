/* SPDX-License-Identifier: Apache-2.0 */
/* grants.c - see grants.h. They are changed in grants_edit.c. */
#include "trust/grants.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "base/str.h"

#define FIRST "ztauth-delegations 1 "

/* --- reading */

typedef struct reader {
	zta_grants *out;
	zta_arena scratch; /* of one line */
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
add(reader *r, const zta_grant *grant, zta_str token, bool revoked)
{
	zta_grants *out = r->out;
	zta_known_grant *known = &out->list[out->count];
	zta_status status;

	*known = (zta_known_grant){ .token = token,
		.jti = zta_arena__copy(&out->arena, grant->jti),
		.delegator = zta_arena__copy(&out->arena, grant->delegator),
		.delegate = zta_arena__copy(&out->arena, grant->delegate),
		.has_parent = grant->has_parent,
		.revoked = revoked,
		.expires_at = grant->expires_at };
	memcpy(known->digest, grant->digest, ZTA_SHA256_LEN);
	memcpy(known->parent, grant->parent, ZTA_SHA256_LEN);
	if (known->jti.ptr == NULL || known->delegator.ptr == NULL ||
	    known->delegate.ptr == NULL) {
		return zta_arena__failed(&out->arena, r->err);
	}
	status = zta_map__add(&out->by_jti, known->jti, out->count, r->err);
	if (status == ZTA_OK) {
		status = zta_map__add(&out->by_digest,
		    (zta_str){ (const char *)known->digest, ZTA_SHA256_LEN },
		    out->count, r->err);
	}
	if (status == ZTA_EEXIST) {
		return damaged(r, "the same grant stands there twice");
	}
	out->count += status == ZTA_OK;
	return status;
}

/* "+ token", or "- token" of one that was taken back. */
static zta_status
read_line(reader *r, zta_str line)
{
	zta_grant grant;
	zta_status status;

	if (line.len < 3 || line.ptr[1] != ' ' ||
	    (line.ptr[0] != '+' && line.ptr[0] != '-')) {
		return damaged(r, "this is no line of it");
	}
	zta_arena__reset(&r->scratch);
	status = zta_grant__read(
	    &grant, &r->scratch, (zta_str){ line.ptr + 2, line.len - 2 }, NULL);
	if (status == ZTA_ENOMEM || status == ZTA_ELIMIT) {
		return zta_error__nomem(r->err);
	}
	return status != ZTA_OK ?
	    damaged(r, "this is no grant") :
	    add(r, &grant, (zta_str){ line.ptr + 2, line.len - 2 },
		line.ptr[0] == '-');
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
	zta_grants *out = r->out;
	zta_str line = { NULL, 0 };
	uint32_t count, i;
	zta_status status = ZTA_OK;

	r->line = 1;
	if (!zta_str__next(&text, '\n', &line) || !read_first(line, &count)) {
		return damaged(r, "it is none");
	}
	if (count > ZTA_GRANTS_MAX) {
		return zta_error__set(
		    r->err, ZTA_ELIMIT, "over %u grants", ZTA_GRANTS_MAX);
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
zta_grants__parse(zta_grants *out, zta_str text, zta_error *err)
{
	reader r = { .out = out, .err = err };
	zta_status status;

	*out = (zta_grants){ 0 };
	zta_arena__init(&out->arena, SIZE_MAX);
	zta_map__init(&out->by_jti, &out->arena, zta_random__seed());
	zta_map__init(&out->by_digest, &out->arena, zta_random__seed());
	text = zta_arena__copy(&out->arena, text);
	if (text.ptr == NULL) {
		return zta_arena__failed(&out->arena, err);
	}
	zta_arena__init(&r.scratch, SIZE_MAX);
	status = parse(&r, text);
	zta_arena__release(&r.scratch);
	return status;
}

void
zta_grants__release(zta_grants *grants)
{
	zta_arena__release(&grants->arena);
}

zta_status
zta_grants__read(zta_grants *out, const char *path, zta_error *err)
{
	zta_arena scratch;
	zta_str text;
	zta_status status;

	*out = (zta_grants){ 0 };
	zta_arena__init(&scratch, SIZE_MAX);
	status =
	    zta_file__read(&scratch, path, ZTA_GRANTS_FILE_MAX, &text, err);
	if (status == ZTA_OK) {
		status = zta_grants__parse(out, text, err);
	}
	zta_arena__release(&scratch);
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	return status;
}

/* --- following it */

static void
forget(void *content)
{
	if (content != NULL) {
		zta_grants__release(content);
		free(content);
	}
}

static zta_status
load(void **out, const char *path, zta_error *err)
{
	zta_grants *grants = calloc(1, sizeof(*grants));
	zta_status status;

	*out = NULL;
	if (grants == NULL) {
		return zta_error__nomem(err);
	}
	status = zta_grants__read(grants, path, err);
	if (status != ZTA_OK) {
		forget(grants);
		return status;
	}
	*out = grants;
	return ZTA_OK;
}

const zta_followed_class zta_grants__class = { load, forget };

/* --- finding */

const zta_known_grant *
zta_grants__find(const zta_grants *grants, zta_str jti)
{
	uint32_t at =
	    jti.ptr == NULL ? ZTA_MAP_NONE : zta_map__get(&grants->by_jti, jti);

	return at == ZTA_MAP_NONE ? NULL : &grants->list[at];
}

static const zta_known_grant *
find_digest(
    const zta_grants *grants, const unsigned char digest[ZTA_SHA256_LEN])
{
	uint32_t at = zta_map__get(&grants->by_digest,
	    (zta_str){ (const char *)digest, ZTA_SHA256_LEN });

	return at == ZTA_MAP_NONE ? NULL : &grants->list[at];
}

const zta_known_grant *
zta_grants__above(const zta_grants *grants, const zta_known_grant *known)
{
	return known->has_parent ? find_digest(grants, known->parent) : NULL;
}

/* Those above, with the grant itself, which comes first; 0: not all are there. */
static uint32_t
climb(const zta_grants *grants, const zta_known_grant *known,
    const zta_known_grant *path[ZTA_GRANT_CHAIN_MAX],
    zta_grant_finding *finding)
{
	uint32_t count = 0;

	*finding = ZTA_GRANT_UNKNOWN;
	while (known != NULL) {
		if (count == ZTA_GRANT_CHAIN_MAX) {
			*finding = ZTA_GRANT_CHAIN_LENGTH;
			return 0;
		}
		path[count++] = known;
		if (!known->has_parent) {
			*finding = ZTA_GRANT_HOLDS;
			return count;
		}
		known = zta_grants__above(grants, known);
	}
	return 0;
}

/* By `jti`, or by digest if that is not NULL. */
static zta_status
take(zta_followed *followed, zta_known *known, zta_str jti,
    const unsigned char *digest, zta_arena *arena, zta_taken_grants *out,
    zta_grant_finding *finding, zta_error *err)
{
	const zta_known_grant *path[ZTA_GRANT_CHAIN_MAX];
	const zta_grants *grants;
	zta_str tokens[ZTA_GRANT_CHAIN_MAX];
	zta_status status = ZTA_OK;
	uint32_t i, count;

	out->count = 0;
	*finding = ZTA_GRANT_UNKNOWN;
	if (followed == NULL) {
		return ZTA_OK;
	}
	grants = zta_followed__enter(followed);
	count = climb(grants,
	    digest != NULL ? find_digest(grants, digest) :
			     zta_grants__find(grants, jti),
	    path, finding);
	for (i = 0; i < count; i++) {
		tokens[i] = zta_arena__copy(arena, path[count - 1 - i]->token);
		out->revoked[i] = path[count - 1 - i]->revoked;
	}
	zta_followed__leave(followed);
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = tokens[i].ptr == NULL ?
		    zta_arena__failed(arena, err) :
		    zta_grant__read_known(
			&out->grants[i], known, arena, tokens[i], err);
	}
	if (status == ZTA_EUNTRUSTED) {
		*finding = ZTA_GRANT_MALFORMED;
		return ZTA_OK;
	}
	out->count = status == ZTA_OK ? count : 0;
	return status;
}

zta_status
zta_grants__take(zta_followed *followed, zta_known *known, zta_str jti,
    zta_arena *arena, zta_taken_grants *out, zta_grant_finding *finding,
    zta_error *err)
{
	return take(followed, known, jti, NULL, arena, out, finding, err);
}

zta_status
zta_grants__take_digest(zta_followed *followed,
    const unsigned char digest[ZTA_SHA256_LEN], zta_arena *arena,
    zta_taken_grants *out, zta_grant_finding *finding, zta_error *err)
{
	return take(
	    followed, NULL, (zta_str){ 0 }, digest, arena, out, finding, err);
}

bool
zta_taken_grants__is_revoked(const void *list, const zta_grant *grant)
{
	const zta_taken_grants *taken = list;
	size_t i = (size_t)(grant - taken->grants);

	return i >= taken->count || taken->revoked[i];
}
