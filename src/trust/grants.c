/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants.c - see grants.h: the index. The file is read in grants_read.c and
 * changed in grants_edit.c.
 *
 * 1. What the lines say of a grant is compared with the grant itself whenever
 *    that is taken: an index that lies withholds a grant, and makes none.
 */
#include "trust/grants.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "base/str.h"

#define ROOM_MIN 64u

void
zta_grants__init(zta_grants *g)
{
	*g = (zta_grants){ .fd = -1, .past_fd = -1 };
	zta_arena__init(&g->arena, SIZE_MAX);
	zta_map__init(&g->by_jti, &g->arena, zta_random__seed());
	zta_map__init(&g->by_digest, &g->arena, zta_random__seed());
}

void
zta_grants__release(zta_grants *g)
{
	size_t i;

	if (g->fd >= 0) {
		(void)close(g->fd);
	}
	if (g->past_fd >= 0) {
		(void)close(g->past_fd);
	}
	zta_arena__release(&g->arena);
	for (i = 0; i < ZTA_GRANTS_RECENT; i++) {
		free(g->recent[i].text);
	}
	free(g->list);
	*g = (zta_grants){ .fd = -1, .past_fd = -1 };
}

/* --- lines */

static zta_status
damaged(const zta_grants *g, const char *why, zta_error *err)
{
	return zta_error__at(err, ZTA_EINVALID, (uint32_t)g->lines + 1, 1,
	    "the list is damaged: %s", why);
}

static zta_status
make_room(zta_grants *g, zta_error *err)
{
	uint32_t room = g->room == 0 ? ROOM_MIN : g->room * 2;
	zta_known_grant *list;

	if (g->count < g->room) {
		return ZTA_OK;
	}
	if (g->count == ZTA_GRANTS_MAX) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "over %u grants", ZTA_GRANTS_MAX);
	}
	list = realloc(g->list, (size_t)room * sizeof(*list));
	if (list == NULL) {
		return zta_error__nomem(err);
	}
	g->list = list;
	g->room = room;
	return ZTA_OK;
}

static zta_status
add(zta_grants *g, const zta_grants_line *line, uint64_t at, zta_error *err)
{
	zta_known_grant known = { .at = at,
		.len = (uint32_t)line->token.len,
		.parent = ZTA_MAP_NONE,
		.has_parent = line->has_parent,
		.delegator = line->delegator,
		.delegate = line->delegate,
		.expires_at = line->expires_at };
	char *names =
	    zta_arena__alloc(&g->arena, ZTA_SHA256_LEN + line->jti.len);
	zta_status status = make_room(g, err);

	if (status != ZTA_OK || names == NULL) {
		return status != ZTA_OK ? status :
					  zta_arena__failed(&g->arena, err);
	}
	memcpy(names, line->digest, ZTA_SHA256_LEN);
	memcpy(names + ZTA_SHA256_LEN, line->jti.ptr, line->jti.len);
	known.digest = (const unsigned char *)names;
	known.jti = (zta_str){ names + ZTA_SHA256_LEN, line->jti.len };
	if (line->has_parent) {
		known.parent = zta_grants__number(g, line->parent);
	}
	if (zta_grants__number(g, known.digest) != ZTA_MAP_NONE ||
	    zta_grants__find(g, known.jti) != NULL) {
		return damaged(g, "the same grant stands there twice", err);
	}
	status = zta_map__add(&g->by_jti, known.jti, g->count, err);
	if (status != ZTA_OK) {
		return status;
	}
	/* From here on it can be found, whatever becomes of the rest. */
	g->list[g->count++] = known;
	return zta_map__add(&g->by_digest, (zta_str){ names, ZTA_SHA256_LEN },
	    g->count - 1, err);
}

static zta_status
mark(zta_grants *g, const zta_grants_line *line, zta_error *err)
{
	uint32_t number = zta_map__get(&g->by_jti, line->jti);

	if (number == ZTA_MAP_NONE) {
		return damaged(g, "there is no grant of this `jti`", err);
	}
	g->list[number].revoked |= line->kind == ZTA_GRANTS_REVOKED;
	g->list[number].used |= line->kind == ZTA_GRANTS_USED;
	return ZTA_OK;
}

zta_status
zta_grants__apply(
    zta_grants *g, const zta_grants_line *line, uint64_t at, zta_error *err)
{
	zta_status status = ZTA_OK;

	if (line->kind == ZTA_GRANTS_FIRST) {
		g->made_with = line->lines;
	} else if (line->kind == ZTA_GRANTS_ADDED) {
		status = add(g, line, at, err);
	} else {
		status = mark(g, line, err);
	}
	if (status == ZTA_OK) {
		memcpy(g->check, line->check, ZTA_SHA256_LEN);
		g->lines++;
	}
	return status;
}

/* --- finding */

const zta_known_grant *
zta_grants__find(const zta_grants *g, zta_str jti)
{
	uint32_t at =
	    jti.ptr == NULL ? ZTA_MAP_NONE : zta_map__get(&g->by_jti, jti);

	return at == ZTA_MAP_NONE ? NULL : &g->list[at];
}

uint32_t
zta_grants__number(const zta_grants *g, const unsigned char *digest)
{
	return zta_map__get(
	    &g->by_digest, (zta_str){ (const char *)digest, ZTA_SHA256_LEN });
}

zta_status
zta_grants__token(const zta_grants *g, const zta_known_grant *known,
    zta_arena *arena, zta_str *out, zta_error *err)
{
	char *text = zta_arena__alloc(arena, known->len);

	if (text == NULL) {
		return zta_arena__failed(arena, err);
	}
	if (pread(g->fd, text, known->len, (off_t)known->at) !=
	    (ssize_t)known->len) {
		return zta_error__set(
		    err, ZTA_EIO, "a grant cannot be read from its file");
	}
	*out = (zta_str){ text, known->len };
	return ZTA_OK;
}

zta_status
zta_grants__recall(zta_grants *g, const zta_known_grant *known,
    zta_arena *arena, zta_str *out, zta_error *err)
{
	uint32_t number = (uint32_t)(known - g->list);
	zta_recent_grant *recent = &g->recent[number % ZTA_GRANTS_RECENT];
	zta_status status;

	if (recent->text != NULL && recent->number == number) {
		*out = zta_arena__copy(
		    arena, (zta_str){ recent->text, known->len });
		return out->ptr == NULL ? zta_arena__failed(arena, err) :
					  ZTA_OK;
	}
	status = zta_grants__token(g, known, arena, out, err);
	if (status == ZTA_OK) {
		free(recent->text);
		recent->number = number;
		/* Where there is no memory, nothing is kept. */
		recent->text = malloc(known->len);
		if (recent->text != NULL) {
			memcpy(recent->text, out->ptr, known->len);
		}
	}
	return status;
}

const zta_known_grant *
zta_grants__above(const zta_grants *g, const zta_known_grant *known)
{
	return known->parent == ZTA_MAP_NONE ? NULL : &g->list[known->parent];
}

/* --- taking a chain */

/* What is known of one, copied out of the index. */
typedef struct copied {
	zta_str token, jti;
	unsigned char digest[ZTA_SHA256_LEN];
	bool revoked;
} copied;

/* Those above, with the grant itself, which comes first; 0: not all are there. */
static uint32_t
climb(const zta_grants *g, const zta_known_grant *known,
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
		known = zta_grants__above(g, known);
	}
	return 0;
}

static zta_status
copy_chain(zta_grants *g, const zta_known_grant *last, zta_arena *arena,
    copied out[ZTA_GRANT_CHAIN_MAX], uint32_t *count,
    zta_grant_finding *finding, zta_error *err)
{
	const zta_known_grant *path[ZTA_GRANT_CHAIN_MAX], *known;
	zta_status status = ZTA_OK;
	uint32_t i;

	*count = climb(g, last, path, finding);
	for (i = 0; status == ZTA_OK && i < *count; i++) {
		known = path[*count - 1 - i];
		memcpy(out[i].digest, known->digest, ZTA_SHA256_LEN);
		out[i].revoked = known->revoked;
		out[i].jti = zta_arena__copy(arena, known->jti);
		status = out[i].jti.ptr == NULL ?
		    zta_arena__failed(arena, err) :
		    zta_grants__recall(g, known, arena, &out[i].token, err);
	}
	return status;
}

/* Read them, and see that they are those that the lines spoke of. */
static zta_status
read_chain(const copied *from, uint32_t count, zta_known *known,
    zta_arena *arena, zta_taken_grants *out, zta_error *err)
{
	zta_status status;
	uint32_t i;

	for (i = 0; i < count; i++) {
		zta_grant *grant = &out->grants[i];

		status = zta_grant__read_known(
		    grant, known, arena, from[i].token, err);
		if (status != ZTA_OK) {
			return status;
		}
		if (!zta_str__eq(grant->jti, from[i].jti) ||
		    memcmp(grant->digest, from[i].digest, ZTA_SHA256_LEN) !=
			0) {
			return ZTA_EUNTRUSTED;
		}
		out->revoked[i] = from[i].revoked;
	}
	out->count = count;
	return ZTA_OK;
}

/* By `jti`, or by digest if that is not NULL. */
static const zta_known_grant *
find_last(const zta_grants *g, zta_str jti, const unsigned char *digest)
{
	uint32_t number;

	if (digest == NULL) {
		return zta_grants__find(g, jti);
	}
	number = zta_grants__number(g, digest);
	return number == ZTA_MAP_NONE ? NULL : &g->list[number];
}

static zta_status
take(zta_followed *followed, zta_known *known, zta_str jti,
    const unsigned char *digest, zta_arena *arena, zta_taken_grants *out,
    zta_grant_finding *finding, zta_error *err)
{
	copied chain[ZTA_GRANT_CHAIN_MAX];
	zta_grants *g;
	zta_status status;
	uint32_t count;

	out->count = 0;
	*finding = ZTA_GRANT_UNKNOWN;
	if (followed == NULL) {
		return ZTA_OK;
	}
	if (zta_followed__is_stale(followed)) {
		*finding = ZTA_GRANT_STALE;
		return ZTA_OK;
	}
	g = zta_followed__enter(followed);
	status = copy_chain(
	    g, find_last(g, jti, digest), arena, chain, &count, finding, err);
	zta_followed__leave(followed);
	if (status == ZTA_OK) {
		status = read_chain(chain, count, known, arena, out, err);
	}
	if (status == ZTA_EUNTRUSTED) {
		*finding = ZTA_GRANT_MALFORMED;
		return ZTA_OK;
	}
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
