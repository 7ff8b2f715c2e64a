/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retain.c - see retain.h.
 *
 * 1. A segment goes if all of it is older than the limit, signed for, and not
 *    what the tree is resumed from: that is behind the last whole run of ids.
 * 2. The oldest go first, the openings of each before it: whenever it ends, what
 *    is left is a log.
 */
#include "log/retain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "log/ids.h"
#include "log/journal.h"
#include "log/merkle.h"
#include "log/openings.h"
#include "log/segment.h"

/* --- what may go */

/* When the segment that begins with `first` was begun; INT64_MAX: it is empty. */
static zta_status
find_begin(const char *dir, uint64_t first, int64_t *time, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX], head[ZTA_FRAME_HEAD];
	zta_status status = zta_segment__path(path, dir, first, err);
	ssize_t len = 0;
	int fd;

	if (status != ZTA_OK) {
		return status;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = pread(fd, head, sizeof(head), 0);
		(void)close(fd);
	}
	if (fd < 0 || len < 0) {
		status = zta_error__errno(err, "read the segment");
		zta_error__place(err, "%s", path);
		return status;
	}
	*time = zta_frame__time((zta_str){ head, (size_t)len });
	return ZTA_OK;
}

/* Entries behind this are needed: the tree is resumed there, or further on. */
static uint64_t
find_needed(uint64_t last, uint64_t covered)
{
	uint64_t needed = last < covered ? last : covered;

	return needed - needed % ZTA_IDS_RUN;
}

zta_status
zta_retain__plan(const char *dir, uint64_t covered, int64_t before,
    zta_retention *out, zta_error *err)
{
	uint64_t *firsts, needed;
	size_t count, i;
	int64_t time;
	zta_status status = zta_segment__list(dir, &firsts, &count, err);

	*out = (zta_retention){ .before = before };
	if (status != ZTA_OK) {
		return status;
	}
	needed = count == 0 ? 0 : find_needed(firsts[count - 1], covered);
	for (i = 0; i + 1 < count && firsts[i + 1] <= needed; i++) {
		status = find_begin(dir, firsts[i + 1], &time, err);
		if (status != ZTA_OK || time >= before) {
			break;
		}
		out->segments = i + 1;
		out->first = firsts[i + 1];
		out->minimum = (out->first + ZTA_TILE_ROWS - 1) /
		    ZTA_TILE_ROWS * ZTA_TILE_ROWS;
	}
	free(firsts);
	return status;
}

zta_leaf
zta_retain__leaf(const zta_retention *retention)
{
	return (zta_leaf){ .kind = ZTA_STR("log"),
		.action = ZTA_STR("retain"),
		.allowed = true,
		.minimum = (int64_t)retention->minimum };
}

/* --- going */

static zta_status
remove_file(const char *path, zta_error *err)
{
	zta_status status;

	if (unlink(path) == 0 || errno == ENOENT) {
		return ZTA_OK;
	}
	status = zta_error__errno(err, "remove the file");
	zta_error__place(err, "%s", path);
	return status;
}

static zta_status
remove_segment(const char *dir, uint64_t first, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX], openings[ZTA_OPENINGS_PATH_MAX];
	zta_status status = zta_segment__path(path, dir, first, err);

	if (status == ZTA_OK) {
		status = zta_openings__path(openings, dir, first, err);
	}
	if (status == ZTA_OK) {
		status = remove_file(openings, err);
	}
	if (status == ZTA_OK) {
		status = zta_file__sync_parent(openings, err);
	}
	if (status == ZTA_OK) {
		status = remove_file(path, err);
	}
	return status == ZTA_OK ? zta_file__sync_parent(path, err) : status;
}

/* Those of the day of the limit stay, and all since. */
static zta_status
remove_requests(const char *dir, int64_t before, zta_error *err)
{
	const char *const *all, *const *kept;
	size_t count = 0, stay = 0, i;
	zta_arena arena;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_journal__list(dir, 0, &arena, &all, &count, err);
	if (status == ZTA_OK) {
		status =
		    zta_journal__list(dir, before, &arena, &kept, &stay, err);
	}
	for (i = 0; status == ZTA_OK && i + stay < count; i++) {
		status = remove_file(all[i], err);
	}
	zta_arena__release(&arena);
	return status;
}

zta_status
zta_retain__apply(
    const char *dir, const zta_retention *retention, zta_error *err)
{
	uint64_t *firsts;
	size_t count, i;
	zta_status status = zta_segment__list(dir, &firsts, &count, err);

	if (status != ZTA_OK) {
		return status;
	}
	for (i = 0;
	     status == ZTA_OK && i < count && firsts[i] < retention->first;
	     i++) {
		status = remove_segment(dir, firsts[i], err);
	}
	free(firsts);
	return status == ZTA_OK ? remove_requests(dir, retention->before, err) :
				  status;
}
