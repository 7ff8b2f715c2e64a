/* SPDX-License-Identifier: Apache-2.0 */
/* resume.c - where a log ends, and how it goes on: see log_part.h. */
#include "log/log_part.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "log/regrow.h"

/* The name of the directory, whoever made it, before anything is in it. */
static zta_status
sync_directory(const zta_log *log, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX];
	zta_status status;

	if (snprintf(path, sizeof(path), "%s/../log", log->dir) >=
	    (int)sizeof(path)) {
		return zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	}
	status = zta_file__sync_parent(path, err);
	zta_error__place(status == ZTA_OK ? NULL : err, "%s/..", log->dir);
	return status;
}

zta_status
zta_log__create_segment(zta_log *log, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX];
	zta_status status = zta_segment__path(path, log->dir, log->next, err);
	int fd;

	if (status != ZTA_OK) {
		return status;
	}
	status = zta_openings__open(
	    &log->openings, log->dir, log->next, log->next, err);
	if (status != ZTA_OK) {
		return status;
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0) {
		status = zta_error__errno(err, "create a segment");
		zta_error__place(err, "%s", path);
		return status;
	}
	status = zta_file__sync_parent(path, err);
	if (status != ZTA_OK) {
		(void)close(fd);
		return status;
	}
	if (log->fd >= 0) {
		(void)close(log->fd);
	}
	log->fd = fd;
	log->size = 0;
	return ZTA_OK;
}

/* Before anything is mended: what is left of lost entries is evidence. */
static zta_status
check_known(uint64_t next, const zta_log_head *known, zta_error *err)
{
	return known == NULL || known->size <= next ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EINVALID,
		"the log ends with entry %" PRIu64 ", but %" PRIu64
		" were signed for: it has lost entries",
		next, known->size);
}

/*
 * Go on in the segment that begins with `first`. An empty one needs the hash
 * of the one before it.
 */
static zta_status
resume_segment(zta_log *log, uint64_t first, const unsigned char *before,
    const zta_log_head *known, uint64_t *torn, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX];
	zta_segment_end end = { 0 };
	zta_status status = zta_segment__path(path, log->dir, first, err);

	if (status == ZTA_OK) {
		status = zta_segment__scan(path, first, before, &end, err);
	}
	if (status == ZTA_OK) {
		status = check_known(end.next, known, err);
	}
	/* Who made it may have been killed before its name was on the disk. */
	if (status == ZTA_OK) {
		status = zta_file__sync_parent(path, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	/*
	 * Who wrote it may have been killed before the sync: what was found is
	 * the log from now on, so it has to last.
	 */
	log->fd = open(path, O_RDWR | O_CLOEXEC);
	if (log->fd < 0 ||
	    (end.torn > 0 && ftruncate(log->fd, (off_t)end.size) != 0) ||
	    fsync(log->fd) != 0) {
		status = zta_error__errno(err, "repair the segment");
		zta_error__place(err, "%s", path);
		return status;
	}
	log->size = end.size;
	log->next = end.next;
	memcpy(log->hash, end.hash, sizeof(log->hash));
	log->time = end.time;
	*torn = end.torn;
	return zta_openings__open(
	    &log->openings, log->dir, first, log->next, err);
}

/* A zta_segment_visit: the last frame up to entry `end->next`. */
static zta_status
find_last(void *context, const zta_frame *frame, uint64_t at, zta_error *err)
{
	zta_segment_end *end = context;

	if (frame->first + frame->count != end->next) {
		return ZTA_OK;
	}
	if (!zta_frame__holds(frame, NULL)) {
		return zta_error__set(err, ZTA_EINVALID,
		    "the log is damaged at byte %" PRIu64 ", entry %" PRIu64,
		    at, frame->first);
	}
	memcpy(end->hash, frame->hash, sizeof(end->hash));
	end->time = frame->time;
	return ZTA_OK;
}

/* The segment before the last reaches to it; how it ends. */
static zta_status
check_before_last(zta_log *log, const uint64_t *firsts, size_t count,
    zta_segment_end *end, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX];
	zta_status status =
	    zta_segment__path(path, log->dir, firsts[count - 2], err);

	*end = (zta_segment_end){ .next = firsts[count - 1] };
	return status != ZTA_OK ? status :
				  zta_segment__walk(path, firsts[count - 2],
				      end->next, find_last, end, err);
}

zta_status
zta_log__resume(zta_log *log, const zta_log_head *known, zta_log_found *found,
    zta_error *err)
{
	uint64_t *firsts = NULL;
	size_t count = 0;
	zta_segment_end end = { 0 };
	zta_status status = zta_segment__list(log->dir, &firsts, &count, err);

	if (status == ZTA_OK && count > 1) {
		status = check_before_last(log, firsts, count, &end, err);
	}
	if (status == ZTA_OK && count == 0) {
		status = check_known(0, known, err);
		if (status == ZTA_OK) {
			status = sync_directory(log, err);
		}
		if (status == ZTA_OK) {
			status = zta_log__create_segment(log, err);
		}
	} else if (status == ZTA_OK) {
		status = resume_segment(log, firsts[count - 1],
		    count > 1 || firsts[0] == 0 ? end.hash : NULL, known,
		    &found->torn, err);
		/* An empty one has no time of its own. */
		log->time = log->time > end.time ? log->time : end.time;
	}
	if (status == ZTA_OK) {
		status = zta_regrow__tree(log->tree, log->dir, firsts, count,
		    log->next, known, &found->redone, err);
	}
	free(firsts);
	found->next = log->next;
	return status;
}
