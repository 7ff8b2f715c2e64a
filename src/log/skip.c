/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skip.c - find a place in a log by the heads of its frames; see segment.h.
 *
 * Segments are named by their first entries, and times never go back, so both are
 * searched by halves; within a segment only heads are read.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/str.h"
#include "log/segment.h"

zta_status
zta_segment__skip(int fd, uint64_t *at, uint64_t *next, zta_segment_pass *pass,
    int64_t limit, zta_error *err)
{
	char head[ZTA_FRAME_HEAD];
	zta_frame frame;
	struct stat file;
	ssize_t n;

	if (fstat(fd, &file) != 0) {
		return zta_error__errno(err, "look at the segment");
	}
	for (;;) {
		n = pread(fd, head, sizeof(head), (off_t)*at);
		if (n < 0) {
			return zta_error__errno(err, "read the segment");
		}
		/* What is torn or damaged is for whoever reads it. */
		if (!zta_frame__head(
			(zta_str){ head, (size_t)n }, *next, &frame) ||
		    frame.size > (uint64_t)file.st_size - *at ||
		    !pass(&frame, limit)) {
			return ZTA_OK;
		}
		*at += frame.size;
		*next += frame.count;
	}
}

static bool
is_before(const zta_frame *frame, int64_t ms)
{
	return frame->time < ms;
}

/* Skip what is before `ms` in the segment that begins with entry `first`. */
static zta_status
look(const char *dir, uint64_t first, int64_t ms, uint64_t *entry,
    zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX];
	zta_status status = zta_segment__path(path, dir, first, err);
	uint64_t at = 0;
	int fd;

	if (status != ZTA_OK) {
		return status;
	}
	*entry = first;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		status = zta_error__errno(err, "open the segment");
	} else {
		status = zta_segment__skip(fd, &at, entry, is_before, ms, err);
		(void)close(fd);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	return status;
}

/* Does the segment begin before `ms`? One without frames does not. */
static zta_status
begins_before(
    const char *dir, uint64_t first, int64_t ms, bool *before, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX], head[ZTA_FRAME_HEAD];
	zta_status status = zta_segment__path(path, dir, first, err);
	zta_frame frame;
	ssize_t n;
	int fd;

	*before = false;
	if (status != ZTA_OK) {
		return status;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);
	if (n < 0) {
		status = zta_error__errno(err, "read the segment");
		zta_error__place(err, "%s", path);
	} else {
		*before = zta_frame__head(
			      (zta_str){ head, (size_t)n }, first, &frame) &&
		    frame.time < ms;
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return status;
}

zta_status
zta_segment__since(const char *dir, int64_t ms, uint64_t *entry, zta_error *err)
{
	uint64_t *firsts;
	size_t count, low = 0, high, middle;
	bool before;
	zta_status status = zta_segment__list(dir, &firsts, &count, err);

	*entry = 0;
	if (status != ZTA_OK) {
		return status;
	}
	if (count == 0) {
		free(firsts);
		status = zta_error__set(
		    err, ZTA_ENOTFOUND, "there is no log in this directory");
		zta_error__place(err, "%s", dir);
		return status;
	}
	/* The last segment that begins before, or the first of all. */
	high = count;
	while (status == ZTA_OK && high - low > 1) {
		middle = low + (high - low) / 2;
		status = begins_before(dir, firsts[middle], ms, &before, err);
		low = before ? middle : low;
		high = before ? high : middle;
	}
	if (status == ZTA_OK) {
		status = look(dir, firsts[low], ms, entry, err);
	}
	free(firsts);
	return status;
}
