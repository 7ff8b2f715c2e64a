/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - see ztauth/log.h, and reader.h. */
#include "log/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/hash_tree.h"
#include "log/leaf.h"
#include "log/openings.h"
#include "log/query.h"
#include "log/segment.h"

/* A frame that is read while it is written looks bad for a moment. */
#define TRIES 5
#define TRY_AGAIN_NS 20000000

struct zta_log_reader {
	char dir[ZTA_SEGMENT_PATH_MAX];
	char path[ZTA_SEGMENT_PATH_MAX]; /* of the segment that is open */
	int fd;
	zta_openings_view openings; /* of its entries */
	uint64_t at;                /* offset of the next frame */
	uint64_t next;              /* index of the next entry to be read */
	uint64_t from;              /* entries below it are passed over */
	unsigned char hash[ZTA_SHA256_LEN];
	bool chained;    /* `hash` is that of the frame before */
	zta_buf frame;   /* bytes of the current frame */
	zta_str entries; /* what is left of it */
	zta_str entry;   /* that was given last: its bytes, */
	zta_leaf leaf;   /* what they say, */
	uint64_t index;  /* and its number */
	zta_arena arena;
	zta_buf json;
	zta_log_read read;
};

static zta_status
open_segment(zta_log_reader *r, uint64_t first, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX];
	zta_status status = zta_segment__path(path, r->dir, first, err);
	int fd;

	if (status != ZTA_OK) {
		return status;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		status = zta_error__errno(err, "open the segment");
		zta_error__place(err, "%s", path);
		return errno == ENOENT ? ZTA_ENOTFOUND : status;
	}
	if (r->fd >= 0) {
		(void)close(r->fd);
	}
	zta_openings_view__close(&r->openings);
	status =
	    zta_openings_view__open(&r->openings, r->dir, first, false, err);
	memcpy(r->path, path, sizeof(path));
	r->fd = fd;
	r->at = 0;
	r->next = first;
	r->read.segment = first;
	return status;
}

/* Bytes from the current offset on, as many as are there up to `len`. */
static zta_status
fill(zta_log_reader *r, size_t len, zta_error *err)
{
	ssize_t n = 1;
	char *room;

	while (r->frame.len < len && n > 0) {
		room = zta_buf__extend(&r->frame, len - r->frame.len);
		if (room == NULL) {
			return zta_error__set(err, r->frame.status,
			    "no room for a frame of %zu bytes", len);
		}
		r->frame.len = (size_t)(room - r->frame.ptr);
		n = pread(r->fd, room, len - r->frame.len,
		    (off_t)(r->at + r->frame.len));
		if (n < 0) {
			return zta_error__errno(err, "read the segment");
		}
		r->frame.len += (size_t)n;
	}
	return ZTA_OK;
}

static zta_status
try_frame(zta_log_reader *r, zta_frame_state *state, zta_error *err)
{
	zta_frame frame;
	zta_status status;
	size_t size;

	zta_buf__clear(&r->frame);
	status = fill(r, ZTA_FRAME_HEAD, err);
	if (status != ZTA_OK) {
		return status;
	}
	size = zta_frame__size(zta_buf__str(&r->frame));
	if (size >= ZTA_FRAME_HEAD && size <= ZTA_LOG_FRAME_MAX) {
		status = fill(r, size, err);
		if (status != ZTA_OK) {
			return status;
		}
	}
	*state = zta_frame__read(zta_buf__str(&r->frame), r->next,
	    r->chained ? r->hash : NULL, NULL, &frame);
	if (*state == ZTA_FRAME_GOOD) {
		r->entries = frame.entries;
		r->at += frame.size;
		r->chained = true;
		memcpy(r->hash, frame.hash, sizeof(r->hash));
	}
	return ZTA_OK;
}

/* The next frame, in this segment or the one after it. */
static zta_status
next_frame(zta_log_reader *r, zta_error *err)
{
	const struct timespec pause = { 0, TRY_AGAIN_NS };
	zta_frame_state state = ZTA_FRAME_SHORT;
	zta_status status;
	int tries = 0;

	do {
		if (tries > 0) {
			(void)nanosleep(&pause, NULL);
		}
		status = try_frame(r, &state, err);
		if (status == ZTA_OK && state == ZTA_FRAME_SHORT &&
		    r->frame.len == 0 && r->at > 0) {
			status = open_segment(r, r->next, NULL);
			if (status == ZTA_OK) {
				state = ZTA_FRAME_BAD; /* not read yet */
				continue;
			}
		}
		tries++;
	} while (status == ZTA_OK && state == ZTA_FRAME_BAD && tries < TRIES);
	if (status != ZTA_OK || state == ZTA_FRAME_GOOD) {
		return status;
	}
	if (state == ZTA_FRAME_SHORT) {
		return ZTA_ENOTFOUND;
	}
	status = zta_error__set(err, ZTA_EINVALID,
	    "the log is damaged at byte %" PRIu64 ", entry %" PRIu64, r->at,
	    r->next);
	zta_error__place(err, "%s", r->path);
	return status;
}

/* Cut the next entry, wherever it is. */
static zta_status
next_entry(zta_log_reader *r, zta_str *bytes, uint64_t *index, zta_error *err)
{
	zta_status status;

	while (!zta_frame__next(&r->entries, bytes)) {
		status = next_frame(r, err);
		if (status != ZTA_OK) {
			return status;
		}
	}
	*index = r->next++;
	return ZTA_OK;
}

static bool
ends_before(const zta_frame *frame, int64_t from)
{
	return frame->first + frame->count <= (uint64_t)from;
}

/* Begin with the frame that holds entry `from`. */
static zta_status
seek(zta_log_reader *r, uint64_t from, zta_error *err)
{
	uint64_t *firsts, first;
	size_t count, i;
	zta_status status = zta_segment__list(r->dir, &firsts, &count, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (count == 0) {
		status = zta_error__set(
		    err, ZTA_ENOTFOUND, "there is no log in this directory");
		zta_error__place(err, "%s", r->dir);
		free(firsts);
		return status;
	}
	i = count;
	while (i > 1 && firsts[i - 1] > from) {
		i--;
	}
	first = firsts[i - 1];
	free(firsts);
	r->from = from;
	r->chained = false;
	r->entries = (zta_str){ NULL, 0 };
	status = open_segment(r, first, err);
	return status != ZTA_OK ? status :
				  zta_segment__skip(r->fd, &r->at, &r->next,
				      ends_before, (int64_t)from, err);
}

/* Read on to the end and give the index that comes after it. */
static zta_status
find_end(zta_log_reader *r, uint64_t *end, zta_error *err)
{
	zta_status status = seek(r, UINT64_MAX, err);
	zta_str bytes;
	uint64_t index;

	while (status == ZTA_OK) {
		status = next_entry(r, &bytes, &index, err);
	}
	*end = r->next;
	return status == ZTA_ENOTFOUND && r->fd >= 0 ? ZTA_OK : status;
}

zta_status
zta_log_reader_open(
    zta_log_reader **out, const char *dir, int64_t from, zta_error *err)
{
	zta_log_reader *r = calloc(1, sizeof(*r));
	zta_status status = ZTA_OK;
	uint64_t end = 0, begin = (uint64_t)from;

	*out = NULL;
	if (r == NULL) {
		return zta_error__nomem(err);
	}
	r->fd = r->openings.fd = -1;
	zta_buf__init(&r->frame, ZTA_LOG_FRAME_MAX);
	zta_buf__init(&r->json, SIZE_MAX);
	zta_arena__init(&r->arena, SIZE_MAX);
	if (strlen(dir) >= sizeof(r->dir)) {
		status =
		    zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	} else {
		memcpy(r->dir, dir, strlen(dir) + 1);
	}
	if (status == ZTA_OK && from < 0) {
		status = find_end(r, &end, err);
		begin = end > 0 - begin ? end + begin : 0;
	}
	if (status == ZTA_OK) {
		status = seek(r, begin, err);
	}
	if (status != ZTA_OK) {
		zta_log_reader_close(r);
		return status;
	}
	*out = r;
	return ZTA_OK;
}

zta_status
zta_log_reader_entry(
    zta_log_reader *r, zta_str *bytes, uint64_t *index, zta_error *err)
{
	zta_status status;

	do {
		status = next_entry(r, bytes, index, err);
	} while (status == ZTA_OK && *index < r->from);
	return status;
}

zta_status
zta_log_reader__leaf(
    zta_log_reader *r, zta_leaf *leaf, uint64_t *index, zta_error *err)
{
	zta_status status = zta_log_reader_entry(r, &r->entry, index, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_arena__reset(&r->arena);
	status = zta_leaf__decode(r->entry, &r->arena, leaf, err);
	if (status == ZTA_OK) {
		status = zta_openings_view__read(
		    &r->openings, *index, &r->arena, &r->read.opening, err);
	}
	if (status == ZTA_OK) {
		/* What is damaged is as good as erased; verify tells of it. */
		r->read.state = zta_opening__use(leaf, r->read.opening);
	} else {
		zta_error__place(err, "%s, entry %" PRIu64, r->path, *index);
	}
	r->leaf = *leaf;
	r->index = *index;
	return status;
}

const zta_log_read *
zta_log_reader__read(const zta_log_reader *r)
{
	return &r->read;
}

void
zta_log_reader__hash(
    const zta_log_reader *r, unsigned char out[ZTA_LEAF_DIGEST_LEN])
{
	zta_hash_tree__leaf(r->entry, out);
}

zta_status
zta_log_reader_json(zta_log_reader *r, zta_str *json, zta_error *err)
{
	zta_json_out out = { &r->json, false };

	zta_buf__clear(&r->json);
	zta_leaf__json(&r->leaf, r->index, &out);
	*json = zta_buf__str(&r->json);
	return r->json.status == ZTA_OK ? ZTA_OK : zta_error__nomem(err);
}

zta_status
zta_log_reader_next(zta_log_reader *r, zta_str *json, zta_error *err)
{
	zta_leaf leaf;
	uint64_t index;
	zta_status status = zta_log_reader__leaf(r, &leaf, &index, err);

	return status != ZTA_OK ? status : zta_log_reader_json(r, json, err);
}

/* The chain as a list of names, in the arena of the record. */
static zta_status
name_workloads(zta_log_reader *r, zta_log_record *out, zta_error *err)
{
	zta_str *names = zta_arena__zalloc(
	    &r->arena, r->leaf.ring_count + 1, sizeof(*names));
	uint32_t i;

	if (names == NULL) {
		return zta_arena__failed(&r->arena, err);
	}
	for (i = 0; i < r->leaf.ring_count; i++) {
		names[i] = r->leaf.rings[i].workload;
	}
	out->workloads = names;
	out->workload_count = r->leaf.ring_count;
	return ZTA_OK;
}

zta_status
zta_log_reader_find(zta_log_reader *r, const zta_log_query *query,
    zta_log_record *out, zta_error *err)
{
	zta_leaf leaf;
	uint64_t index;
	zta_status status;

	do {
		status = zta_log_reader__leaf(r, &leaf, &index, err);
		if (status != ZTA_OK) {
			return status;
		}
	} while (!zta_log_query__holds(query, &leaf));
	*out = (zta_log_record){ .index = index,
		.time = leaf.time,
		.kind = leaf.kind,
		.commit = leaf.commit,
		.txn = leaf.txn,
		.subject_type = leaf.subject_type,
		.subject_id = leaf.subject_id,
		.action = leaf.action,
		.resource_type = leaf.resource_type,
		.resource_id = leaf.resource_id,
		.leg = leaf.leg,
		.code = leaf.code,
		.allowed = leaf.allowed,
		.policies = leaf.policies.items,
		.policy_count = leaf.policies.count };
	return name_workloads(r, out, err);
}

void
zta_log_reader_close(zta_log_reader *r)
{
	if (r != NULL) {
		if (r->fd >= 0) {
			(void)close(r->fd);
		}
		zta_openings_view__close(&r->openings);
		zta_buf__release(&r->frame);
		zta_buf__release(&r->json);
		zta_arena__release(&r->arena);
		free(r);
	}
}
