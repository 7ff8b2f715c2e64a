/* SPDX-License-Identifier: Apache-2.0 */
/* view.c - see view.h. */
#include "log/view.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "log/frame.h"
#include "log/openings.h"
#include "log/segment.h"
#include "log/tree.h"

struct zta_log_view {
	char dir[ZTA_SEGMENT_PATH_MAX];
	zta_rows levels[ZTA_LOG_TREE_LEVELS];
	zta_rows at;
	uint64_t *firsts; /* of the segments that are known */
	size_t segments;
	int fd; /* of the segment that was read last */
	uint64_t first;
};

zta_status
zta_log_view__open(zta_log_view **out, const char *dir, zta_error *err)
{
	zta_log_view *v = calloc(1, sizeof(*v));
	zta_status status = ZTA_OK;
	unsigned i;

	*out = NULL;
	if (v == NULL) {
		return zta_error__nomem(err);
	}
	v->fd = v->at.fd = -1;
	for (i = 0; i < ZTA_LOG_TREE_LEVELS; i++) {
		v->levels[i].fd = -1;
	}
	if (snprintf(v->dir, sizeof(v->dir), "%s", dir) >=
	    (int)sizeof(v->dir)) {
		status =
		    zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	}
	for (i = 0; status == ZTA_OK && i < ZTA_LOG_TREE_LEVELS; i++) {
		status =
		    zta_log_tree__open_file(&v->levels[i], dir, i, false, err);
	}
	if (status == ZTA_OK) {
		status = zta_log_tree__open_file(
		    &v->at, dir, ZTA_LOG_TREE_AT, false, err);
	}
	if (status != ZTA_OK) {
		zta_log_view__close(v);
		return status;
	}
	*out = v;
	return ZTA_OK;
}

void
zta_log_view__close(zta_log_view *v)
{
	unsigned i;

	if (v != NULL) {
		for (i = 0; i < ZTA_LOG_TREE_LEVELS; i++) {
			zta_rows__close(&v->levels[i]);
		}
		zta_rows__close(&v->at);
		free(v->firsts);
		if (v->fd >= 0) {
			(void)close(v->fd);
		}
		free(v);
	}
}

static zta_status
read_rows(void *context, unsigned level, uint64_t first, size_t count,
    unsigned char *out, zta_error *err)
{
	const zta_log_view *v = context;

	return zta_rows__read(&v->levels[level], first, count, out, err);
}

zta_merkle_source
zta_log_view__rows(zta_log_view *view)
{
	return (zta_merkle_source){ read_rows, view };
}

/* --- entries */

/* The segment that holds an entry, of those that are known: its place. */
static size_t
segment_of(const zta_log_view *v, uint64_t index)
{
	size_t low = 0, high = v->segments, middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (v->firsts[middle] <= index) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return low;
}

static zta_status
list_segments(zta_log_view *v, zta_error *err)
{
	free(v->firsts);
	v->firsts = NULL;
	v->segments = 0;
	return zta_segment__list(v->dir, &v->firsts, &v->segments, err);
}

/* Open the segment at place `n`; ZTA_ENOTFOUND: it is gone. */
static zta_status
open_known(zta_log_view *v, size_t n, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX];
	zta_status status = zta_segment__path(path, v->dir, v->firsts[n], err);

	if (status != ZTA_OK) {
		return status;
	}
	if (v->fd >= 0) {
		(void)close(v->fd);
	}
	v->first = v->firsts[n];
	v->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (v->fd >= 0) {
		return ZTA_OK;
	}
	status = errno == ENOENT ? ZTA_ENOTFOUND : ZTA_EIO;
	(void)zta_error__errno(err, "open the segment");
	zta_error__place(err, "%s", path);
	return status;
}

static zta_status
open_segment(zta_log_view *v, uint64_t index, zta_error *err)
{
	size_t n = segment_of(v, index);
	zta_status status = ZTA_OK;

	/* The last that is known may have been followed by others. */
	if (n + 1 >= v->segments) {
		status = list_segments(v, err);
		n = segment_of(v, index);
	}
	if (status == ZTA_OK && v->segments > 0 && v->firsts[n] <= index) {
		if (v->fd >= 0 && v->first == v->firsts[n]) {
			return ZTA_OK;
		}
		status = open_known(v, n, err);
		if (status != ZTA_ENOTFOUND) {
			return status;
		}
		/* The oldest may have been given up meanwhile. */
		status = list_segments(v, err);
	}
	if (status == ZTA_OK) {
		status = zta_error__set(err, ZTA_ENOTFOUND,
		    "entry %" PRIu64 " is no longer kept", index);
		zta_error__place(err, "%s", v->dir);
	}
	return status;
}

/* Exactly `len` bytes, or false. */
static bool
read_exactly(int fd, void *out, size_t len, uint64_t at)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = pread(
		    fd, (char *)out + done, len - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return false;
		}
		done += (size_t)n;
	}
	return true;
}

static uint32_t
number(const unsigned char bytes[4])
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	    (uint32_t)bytes[2] << 8 | bytes[3];
}

static zta_status
damaged(const zta_log_view *v, uint64_t index, zta_error *err)
{
	(void)zta_error__set(err, ZTA_EINVALID,
	    "the log is damaged: entry %" PRIu64
	    " is not the one that the tree has",
	    index);
	zta_error__place(err, "%s", v->dir);
	return ZTA_EINVALID;
}

zta_status
zta_log_view__entry(
    zta_log_view *v, uint64_t index, zta_buf *out, zta_error *err)
{
	unsigned char at[4], head[ZTA_FRAME_LENGTH];
	unsigned char row[ZTA_SHA256_LEN], hash[ZTA_SHA256_LEN];
	size_t before = out->len, len;
	char *bytes;
	zta_status status = open_segment(v, index, err);

	if (status == ZTA_OK) {
		status = zta_rows__read(&v->at, index, 1, at, err);
	}
	if (status == ZTA_OK) {
		status = zta_rows__read(&v->levels[0], index, 1, row, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (!read_exactly(v->fd, head, sizeof(head), number(at)) ||
	    number(head) > ZTA_LOG_ENTRY_MAX) {
		return damaged(v, index, err);
	}
	len = number(head);
	bytes = zta_buf__extend(out, len);
	if (bytes == NULL) {
		return zta_error__nomem(err);
	}
	if (read_exactly(
		v->fd, bytes, len, (uint64_t)number(at) + ZTA_FRAME_LENGTH)) {
		zta_hash_tree__leaf((zta_str){ bytes, len }, hash);
		if (memcmp(hash, row, sizeof(hash)) == 0) {
			return ZTA_OK;
		}
	}
	out->len = before;
	return damaged(v, index, err);
}

zta_status
zta_log_view__opening(zta_log_view *v, uint64_t index, zta_arena *arena,
    zta_str *out, zta_error *err)
{
	zta_openings_view openings;
	zta_status status =
	    zta_openings_view__open(&openings, v->dir, v->first, false, err);

	if (status == ZTA_OK) {
		status =
		    zta_openings_view__read(&openings, index, arena, out, err);
	}
	zta_openings_view__close(&openings);
	return status;
}
