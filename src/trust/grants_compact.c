/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants_compact.c - the file of grants without those that have ended; see
 * grants.h. What comes out depends on what was read and the time alone, so that
 * who has a copy of the one file can make the other.
 */
#include "trust/grants.h"

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"

/* What is written at a time. */
#define CHUNK ((size_t)1 << 20)

typedef struct writer {
	const zta_grants *grants;
	int64_t now;
	int fd;
	zta_buf text;
	zta_arena arena; /* of one token */
	unsigned char check[ZTA_SHA256_LEN];
	zta_error *err;
} writer;

static uint64_t
count_lines(const zta_grants *g, int64_t now)
{
	const zta_known_grant *known;
	uint64_t lines = 0;
	uint32_t i;

	for (i = 0; i < g->count; i++) {
		known = &g->list[i];
		if (known->expires_at > now) {
			lines += 1u + known->revoked + known->used;
		}
	}
	return lines;
}

static zta_status
put_grant(writer *w, const zta_known_grant *known)
{
	zta_grants_line line = { .jti = known->jti,
		.has_parent = known->has_parent,
		.expires_at = known->expires_at,
		.delegator = known->delegator,
		.delegate = known->delegate };
	zta_status status;

	memcpy(line.digest, known->digest, ZTA_SHA256_LEN);
	if (known->has_parent && known->parent != ZTA_MAP_NONE) {
		memcpy(line.parent, w->grants->list[known->parent].digest,
		    ZTA_SHA256_LEN);
	}
	zta_arena__reset(&w->arena);
	status =
	    zta_grants__token(w->grants, known, &w->arena, &line.token, w->err);
	if (status != ZTA_OK) {
		return status;
	}
	zta_grants_line__added(&w->text, &line, w->check);
	if (known->revoked) {
		zta_grants_line__marked(
		    &w->text, ZTA_GRANTS_REVOKED, known->jti, w->check);
	}
	if (known->used) {
		zta_grants_line__marked(
		    &w->text, ZTA_GRANTS_USED, known->jti, w->check);
	}
	return ZTA_OK;
}

static zta_status
flush(writer *w, size_t keep)
{
	zta_status status = ZTA_OK;

	if (w->text.status != ZTA_OK) {
		return zta_error__nomem(w->err);
	}
	if (w->text.len > keep) {
		status =
		    zta_file__write_all(w->fd, zta_buf__str(&w->text), w->err);
		zta_buf__clear(&w->text);
	}
	return status;
}

static zta_status
write_all(writer *w)
{
	const zta_grants *g = w->grants;
	zta_status status = ZTA_OK;
	uint32_t i;

	zta_grants_line__first(
	    &w->text, g->check, w->now, count_lines(g, w->now), w->check);
	for (i = 0; status == ZTA_OK && i < g->count; i++) {
		if (g->list[i].expires_at > w->now) {
			status = put_grant(w, &g->list[i]);
		}
		if (status == ZTA_OK) {
			status = flush(w, CHUNK);
		}
	}
	return status != ZTA_OK ? status : flush(w, 0);
}

zta_status
zta_grants__compact(
    const zta_grants *g, const char *path, int64_t now, zta_error *err)
{
	writer w = { .grants = g, .now = now, .err = err };
	zta_file_draft draft;
	zta_status status = zta_file_draft__open(&draft, path, err);

	if (status != ZTA_OK) {
		return status;
	}
	w.fd = draft.fd;
	zta_buf__init(&w.text, SIZE_MAX);
	zta_arena__init(&w.arena, SIZE_MAX);
	status = write_all(&w);
	if (status == ZTA_OK) {
		status = zta_file_draft__commit(&draft, 0600, err);
	} else {
		zta_error__place(err, "%s", path);
	}
	zta_file_draft__drop(&draft);
	zta_arena__release(&w.arena);
	zta_buf__release(&w.text);
	return status;
}
