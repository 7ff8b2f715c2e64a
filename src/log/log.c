/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - opening, closing, and what threads do with their lanes: see log.h. */
#include "log/log_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/time.h"

/* --- opening and closing */

static zta_status
lock_directory(zta_log *log, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX];
	zta_status status;

	if (mkdir(log->dir, 0750) != 0 && errno != EEXIST) {
		status = zta_error__errno(err, "make the log's directory");
		zta_error__place(err, "%s", log->dir);
		return status;
	}
	if (snprintf(path, sizeof(path), "%s/lock", log->dir) >=
	    (int)sizeof(path)) {
		return zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	}
	log->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (log->lock_fd < 0) {
		status = zta_error__errno(err, "open the log's lock");
		zta_error__place(err, "%s", path);
		return status;
	}
	if (flock(log->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		zta_error__place(err, "%s", log->dir);
		status = zta_error__set(
		    err, ZTA_EUNAVAILABLE, "another process writes this log");
		zta_error__place(err, "%s", log->dir);
		return status;
	}
	return ZTA_OK;
}

static zta_status
open_lanes(zta_log *log, uint32_t count, zta_error *err)
{
	zta_log_lane *lane;
	uint32_t i;

	log->lanes = calloc(count, sizeof(*log->lanes));
	if (log->lanes == NULL) {
		return zta_error__nomem(err);
	}
	for (i = 0; i < count; i++) {
		lane = &log->lanes[i];
		lane->log = log;
		zta_buf__init(&lane->scratch, ZTA_LOG_ENTRY_MAX);
		zta_buf__init(&lane->waiting, ZTA_LOG_LANE_MAX);
		zta_buf__init(&lane->taken, ZTA_LOG_LANE_MAX);
		zta_buf__init(&lane->opening, SIZE_MAX);
		zta_buf__init(&lane->waiting_marks, SIZE_MAX);
		zta_buf__init(&lane->taken_marks, SIZE_MAX);
		zta_buf__init(&lane->waiting_openings, ZTA_LOG_LANE_MAX);
		zta_buf__init(&lane->taken_openings, ZTA_LOG_LANE_MAX);
		lane->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		log->lane_count++;
		if (lane->event < 0) {
			return zta_error__errno(err, "make an eventfd");
		}
	}
	return ZTA_OK;
}

zta_status
zta_log__open(zta_log **out, const char *dir, const zta_log_options *options,
    zta_log_found *found, zta_error *err)
{
	static const zta_log_io system_io = { pwrite, fdatasync, ftruncate,
		zta_time__now_ms };
	zta_log *log = calloc(1, sizeof(*log));
	zta_status status;

	*out = NULL;
	*found = (zta_log_found){ 0 };
	if (log == NULL) {
		return zta_error__nomem(err);
	}
	log->fd = -1;
	log->lock_fd = -1;
	log->segment_max = options->segment_max != 0 ? options->segment_max :
						       ZTA_LOG_SEGMENT_MAX;
	log->io = options->io != NULL ? *options->io : system_io;
	zta_buf__init(&log->frame, ZTA_LOG_FRAME_MAX);
	zta_buf__init(&log->sums, SIZE_MAX);
	zta_openings__init(&log->openings);
	(void)pthread_mutex_init(&log->lock, NULL);
	(void)pthread_cond_init(&log->wake, NULL);
	if (options->lanes == 0 || options->lanes > ZTA_LOG_LANES_MAX ||
	    snprintf(log->dir, sizeof(log->dir), "%s", dir) >=
		(int)sizeof(log->dir)) {
		status = zta_error__set(err, ZTA_EINVAL,
		    "a log has 1 to %u lanes and a path that is not too long",
		    ZTA_LOG_LANES_MAX);
	} else {
		status = lock_directory(log, err);
	}
	if (status == ZTA_OK) {
		status =
		    zta_log_tree__open(&log->tree, log->dir, &log->io, err);
	}
	if (status == ZTA_OK) {
		status = zta_log__resume(log, options->known, found, err);
	}
	if (status == ZTA_OK) {
		zta_log_lag__begin(log, options, found->next);
		status = open_lanes(log, options->lanes, err);
	}
	if (status == ZTA_OK &&
	    pthread_create(&log->thread, NULL, zta_log__sequence, log) != 0) {
		status = zta_error__set(
		    err, ZTA_ENOMEM, "cannot start the log's thread");
	}
	if (status != ZTA_OK) {
		zta_log__close(log);
		return status;
	}
	log->started = true;
	*out = log;
	return ZTA_OK;
}

void
zta_log__close(zta_log *log)
{
	uint32_t i;

	if (log == NULL) {
		return;
	}
	if (log->started) {
		(void)pthread_mutex_lock(&log->lock);
		log->stop = true;
		(void)pthread_cond_signal(&log->wake);
		(void)pthread_mutex_unlock(&log->lock);
		(void)pthread_join(log->thread, NULL);
	}
	for (i = 0; i < log->lane_count; i++) {
		zta_buf__release(&log->lanes[i].scratch);
		zta_buf__release(&log->lanes[i].waiting);
		zta_buf__release(&log->lanes[i].taken);
		zta_buf__release(&log->lanes[i].waiting_marks);
		zta_buf__release(&log->lanes[i].taken_marks);
		zta_buf__release(&log->lanes[i].opening);
		zta_buf__release(&log->lanes[i].waiting_openings);
		zta_buf__release(&log->lanes[i].taken_openings);
		if (log->lanes[i].event >= 0) {
			(void)close(log->lanes[i].event);
		}
	}
	free(log->lanes);
	zta_log_tree__close(log->tree);
	zta_openings__close(&log->openings);
	zta_buf__release(&log->frame);
	zta_buf__release(&log->sums);
	if (log->fd >= 0) {
		(void)close(log->fd);
	}
	if (log->lock_fd >= 0) {
		(void)close(log->lock_fd);
	}
	(void)pthread_cond_destroy(&log->wake);
	(void)pthread_mutex_destroy(&log->lock);
	free(log);
}

/* --- lanes */

bool
zta_log__is_alive(zta_log *log)
{
	bool dead;

	(void)pthread_mutex_lock(&log->lock);
	dead = log->dead;
	(void)pthread_mutex_unlock(&log->lock);
	return !dead;
}

zta_log_tree *
zta_log__tree(zta_log *log)
{
	return log->tree;
}

zta_log_lane *
zta_log__lane(zta_log *log, uint32_t number)
{
	return &log->lanes[number];
}

int
zta_log_lane__fd(const zta_log_lane *lane)
{
	return lane->event;
}

/* The bytes of the record, what is personal in it, and its mark. */
static zta_status
make_entry(zta_log_lane *lane, const zta_leaf *leaf, zta_log_mark *mark)
{
	zta_commitments commitments;
	zta_leaf committed = *leaf;
	zta_status status;

	zta_buf__clear(&lane->scratch);
	zta_buf__clear(&lane->opening);
	zta_opening__make(&committed, commitments, &lane->opening);
	status = lane->opening.status;
	if (status == ZTA_OK) {
		zta_leaf__encode(&committed, &lane->scratch);
		status = lane->scratch.status;
	}
	if (status == ZTA_OK) {
		zta_log_tree__mark(zta_buf__str(&lane->scratch), mark);
	}
	return status;
}

/* All of it or nothing. Under the lock. */
static bool
hand_in(zta_log_lane *lane, const zta_log_mark *mark)
{
	zta_buf *parts[] = { &lane->waiting, &lane->waiting_openings,
		&lane->waiting_marks };
	size_t before[3], i;
	bool done = true;

	for (i = 0; i < 3; i++) {
		before[i] = parts[i]->len;
	}
	zta_frame__put_entry(&lane->waiting, zta_buf__str(&lane->scratch));
	zta_openings__hand_in(
	    &lane->waiting_openings, zta_buf__str(&lane->opening));
	zta_buf__put(&lane->waiting_marks,
	    (zta_str){ (const char *)mark, sizeof(*mark) });
	for (i = 0; i < 3; i++) {
		done = done && parts[i]->status == ZTA_OK;
	}
	for (i = 0; i < 3 && !done; i++) {
		parts[i]->len = before[i];
		parts[i]->status = ZTA_OK;
	}
	return done;
}

zta_status
zta_log_lane__append(zta_log_lane *lane, const zta_leaf *leaf, zta_error *err)
{
	zta_log *log = lane->log;
	zta_log_mark mark;
	zta_status status = make_entry(lane, leaf, &mark);

	if (status != ZTA_OK) {
		return zta_error__set(
		    err, status, "the record is too large to be kept");
	}
	(void)pthread_mutex_lock(&log->lock);
	if (log->dead || zta_log_lag__refuses(log, lane) ||
	    !hand_in(lane, &mark)) {
		status = ZTA_EUNAVAILABLE;
	} else {
		lane->waiting_count++;
		(void)pthread_cond_signal(&log->wake);
	}
	(void)pthread_mutex_unlock(&log->lock);
	return status == ZTA_OK ?
	    status :
	    zta_error__set(err, status, "the log takes no more records");
}

bool
zta_log_lane__done(zta_log_lane *lane, zta_log_done *out)
{
	zta_log *log = lane->log;
	uint64_t count;
	bool any;

	(void)pthread_mutex_lock(&log->lock);
	any = lane->done_count > 0;
	if (any) {
		*out = lane->done[lane->done_first];
		lane->done_first = (lane->done_first + 1) % ZTA_LOG_DONE_MAX;
		lane->done_count--;
		(void)pthread_cond_signal(&log->wake);
	} else if (read(lane->event, &count, sizeof(count)) < 0) {
		/* It was at zero already. */
		any = false;
	}
	(void)pthread_mutex_unlock(&log->lock);
	return any;
}
