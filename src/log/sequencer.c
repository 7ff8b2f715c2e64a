/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequencer.c - the one thread that writes: it takes what lanes have, makes it
 * durable in one frame, lets the tree grow and tells them. See log_part.h.
 */
#include "log/log_part.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

/* Move what the lanes have into `taken`. Under the lock. */
static uint32_t
take(zta_log *log)
{
	uint32_t i, count = 0;
	zta_log_lane *lane;
	zta_buf empty;

	for (i = 0; i < log->lane_count; i++) {
		lane = &log->lanes[i];
		if (lane->waiting_count == 0 ||
		    lane->done_count == ZTA_LOG_DONE_MAX) {
			continue;
		}
		empty = lane->taken;
		lane->taken = lane->waiting;
		lane->waiting = empty;
		empty = lane->taken_marks;
		lane->taken_marks = lane->waiting_marks;
		lane->waiting_marks = empty;
		lane->taken_count = lane->waiting_count;
		lane->waiting_count = 0;
		count += lane->taken_count;
	}
	return count;
}

/* Tell the lanes what became of what was taken. Under the lock. */
static void
tell(zta_log *log, uint64_t first, zta_status status)
{
	const uint64_t one = 1;
	zta_log_lane *lane;
	uint32_t i;

	for (i = 0; i < log->lane_count; i++) {
		lane = &log->lanes[i];
		if (lane->taken_count == 0) {
			continue;
		}
		lane->done[(lane->done_first + lane->done_count) %
		    ZTA_LOG_DONE_MAX] =
		    (zta_log_done){ lane->taken_count, first, status };
		lane->done_count++;
		first += lane->taken_count;
		lane->taken_count = 0;
		zta_buf__clear(&lane->taken);
		zta_buf__clear(&lane->taken_marks);
		/* Fails only if the counter is full: then it is readable. */
		if (write(lane->event, &one, sizeof(one)) < 0) {
			continue;
		}
	}
}

static bool
write_all(zta_log *log, zta_str bytes)
{
	uint64_t at = log->size;
	ssize_t n;

	while (bytes.len > 0) {
		n = log->io.pwrite(log->fd, bytes.ptr, bytes.len, (off_t)at);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return false;
		}
		bytes.ptr += n;
		bytes.len -= (size_t)n;
		at += (uint64_t)n;
	}
	return true;
}

/* What is in the tree of a segment that is over is never written again. */
static zta_status
next_segment(zta_log *log, zta_error *err)
{
	zta_status status = zta_log_tree__sync(log->tree, err);

	return status == ZTA_OK ? zta_log__create_segment(log, err) : status;
}

/* Make `taken` durable. Without the lock. `*dead`: see invariant 2. */
static zta_status
commit(zta_log *log, uint32_t count, bool *dead)
{
	unsigned char hash[ZTA_SHA256_LEN];
	int64_t time;
	uint32_t i;

	if (zta_log_tree__prepare(log->tree, count, NULL) != ZTA_OK ||
	    (log->size >= log->segment_max &&
		next_segment(log, NULL) != ZTA_OK)) {
		return ZTA_EUNAVAILABLE;
	}
	zta_buf__clear(&log->frame);
	zta_frame__begin(&log->frame);
	for (i = 0; i < log->lane_count; i++) {
		if (log->lanes[i].taken_count > 0) {
			zta_buf__put(
			    &log->frame, zta_buf__str(&log->lanes[i].taken));
		}
	}
	memcpy(hash, log->hash, sizeof(hash));
	time = log->io.now();
	time = time > log->time ? time : log->time;
	zta_frame__finish(&log->frame, log->next, count, time, hash);
	if (log->frame.status != ZTA_OK) {
		return ZTA_EUNAVAILABLE;
	}
	if (!write_all(log, zta_buf__str(&log->frame))) {
		*dead = log->io.truncate(log->fd, (off_t)log->size) != 0;
		return ZTA_EUNAVAILABLE;
	}
	if (log->io.sync(log->fd) != 0) {
		*dead = true;
		return ZTA_EUNAVAILABLE;
	}
	log->size += log->frame.len;
	log->next += count;
	memcpy(log->hash, hash, sizeof(hash));
	log->time = time;
	return ZTA_OK;
}

/* Let the tree grow by the frame that was written last. */
static void
grow(zta_log *log)
{
	zta_str frame = zta_buf__str(&log->frame);
	zta_log_batch batch = { { frame.ptr + ZTA_FRAME_HEAD,
				    frame.len - ZTA_FRAME_HEAD -
					ZTA_FRAME_TAIL },
		(uint32_t)(log->size - frame.len + ZTA_FRAME_HEAD) };
	const zta_buf *marks;
	uint32_t i;

	for (i = 0; i < log->lane_count; i++) {
		marks = &log->lanes[i].taken_marks;
		zta_log_tree__add(log->tree, &batch,
		    (const zta_log_mark *)(const void *)marks->ptr,
		    marks->len / sizeof(zta_log_mark));
	}
	/* What cannot be written stays, and is written before a next frame. */
	if (zta_log_tree__flush(log->tree, NULL) != ZTA_OK) {
		return;
	}
}

/* Whoever reads the log is far behind: let them come after. Under the lock. */
static void
hold_back(zta_log *log)
{
	int64_t ms = log->stop ? 0 : zta_log_lag__pause(log);
	const struct timespec pause = { 0, (long)ms * 1000000 };

	if (ms > 0) {
		(void)pthread_mutex_unlock(&log->lock);
		(void)nanosleep(&pause, NULL);
		(void)pthread_mutex_lock(&log->lock);
	}
}

void *
zta_log__sequence(void *arg)
{
	zta_log *log = arg;
	uint64_t first;
	uint32_t count;
	zta_status status;
	bool dead;

	(void)pthread_mutex_lock(&log->lock);
	for (;;) {
		hold_back(log);
		count = take(log);
		if (count == 0 && log->stop) {
			break;
		}
		if (count == 0) {
			(void)pthread_cond_wait(&log->wake, &log->lock);
			continue;
		}
		dead = log->dead;
		(void)pthread_mutex_unlock(&log->lock);
		first = log->next;
		status = dead ? ZTA_EUNAVAILABLE : commit(log, count, &dead);
		if (status == ZTA_OK) {
			grow(log);
		}
		(void)pthread_mutex_lock(&log->lock);
		log->dead = dead;
		zta_log_lag__grown(log, log->next);
		tell(log, first, status);
	}
	(void)pthread_mutex_unlock(&log->lock);
	return NULL;
}
