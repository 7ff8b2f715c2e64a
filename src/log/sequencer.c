/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequencer.c - the one thread that writes: it takes what lanes have, makes it
 * durable in one frame, lets the tree grow and tells them. See log_part.h.
 */
#include "log/log_part.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

static void
swap(zta_buf *a, zta_buf *b)
{
	zta_buf other = *a;

	*a = *b;
	*b = other;
}

/* Move what the lanes have into `taken`. Under the lock. */
static uint32_t
take(zta_log *log)
{
	uint32_t i, count = 0;
	zta_log_lane *lane;

	for (i = 0; i < log->lane_count; i++) {
		lane = &log->lanes[i];
		if (lane->waiting_count == 0 || lane->held ||
		    lane->done_count == ZTA_LOG_DONE_MAX) {
			continue;
		}
		swap(&lane->taken, &lane->waiting);
		swap(&lane->taken_marks, &lane->waiting_marks);
		swap(&lane->taken_openings, &lane->waiting_openings);
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
		zta_buf__clear(&lane->taken_openings);
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

/* Bytes of the openings that were taken. */
static size_t
openings_len(const zta_log *log)
{
	size_t len = 0;
	uint32_t i;

	for (i = 0; i < log->lane_count; i++) {
		len += log->lanes[i].taken_openings.len;
	}
	return len;
}

/* Room for what was taken, in a segment that may take it. */
static bool
make_room(zta_log *log, uint32_t count)
{
	bool is_full = log->size >= log->segment_max ||
	    zta_openings__is_full(
		&log->openings, log->next, count, openings_len(log));

	return zta_log_tree__prepare(log->tree, count, NULL) == ZTA_OK &&
	    (!is_full || next_segment(log, NULL) == ZTA_OK);
}

/* What the hash of the frame is of: leaves, which the lanes' threads hashed. */
static void
put_sums(zta_log *log, const zta_log_lane *lane)
{
	const zta_log_mark *mark =
	    (const zta_log_mark *)(const void *)lane->taken_marks.ptr;
	zta_str rest = zta_buf__str(&lane->taken), entry;

	for (; zta_frame__next(&rest, &entry); mark++) {
		zta_frame__put_sum(&log->sums, entry.len, mark->hash);
	}
}

/* The frame of what was taken, and its openings. False: no memory. */
static bool
make_frame(zta_log *log, uint32_t count, unsigned char hash[ZTA_SHA256_LEN])
{
	zta_log_lane *lane;
	uint32_t i;

	zta_buf__clear(&log->frame);
	zta_buf__clear(&log->sums);
	zta_frame__begin(&log->frame);
	for (i = 0; i < log->lane_count; i++) {
		lane = &log->lanes[i];
		if (lane->taken_count > 0) {
			zta_buf__put(&log->frame, zta_buf__str(&lane->taken));
			put_sums(log, lane);
			zta_openings__take(&log->openings,
			    zta_buf__str(&lane->taken_openings));
		}
	}
	if (log->sums.status != ZTA_OK) {
		return false;
	}
	zta_frame__finish(&log->frame, zta_buf__str(&log->sums), log->next,
	    count, log->time, hash);
	return log->frame.status == ZTA_OK &&
	    log->openings.row.status == ZTA_OK &&
	    log->openings.bytes.status == ZTA_OK;
}

/*
 * Both files, the openings first. Writing them back has begun by then: what they
 * wait for is one commit of the filesystem, most often.
 */
static bool
sync_both(zta_log *log)
{
	if (log->openings.bytes.len > 0) {
		/* Whether it helps or not, they are synced. */
		(void)sync_file_range(
		    log->openings.fd, 0, 0, SYNC_FILE_RANGE_WRITE);
		(void)sync_file_range(log->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	}
	return zta_openings__sync(&log->openings, &log->io) &&
	    log->io.sync(log->fd) == 0;
}

/* Make `taken` durable. Without the lock. `*dead`: see invariant 2. */
static zta_status
commit(zta_log *log, uint32_t count, bool *dead)
{
	unsigned char hash[ZTA_SHA256_LEN];
	int64_t time = log->io.now();

	if (!make_room(log, count)) {
		return ZTA_EUNAVAILABLE;
	}
	log->time = time > log->time ? time : log->time;
	memcpy(hash, log->hash, sizeof(hash));
	if (!make_frame(log, count, hash) ||
	    !zta_openings__write(&log->openings, log->next, &log->io)) {
		*dead = !zta_openings__take_back(&log->openings, &log->io);
		return ZTA_EUNAVAILABLE;
	}
	if (!write_all(log, zta_buf__str(&log->frame))) {
		*dead = log->io.truncate(log->fd, (off_t)log->size) != 0 ||
		    !zta_openings__take_back(&log->openings, &log->io);
		return ZTA_EUNAVAILABLE;
	}
	if (!sync_both(log)) {
		*dead = true;
		return ZTA_EUNAVAILABLE;
	}
	log->size += log->frame.len;
	log->next += count;
	memcpy(log->hash, hash, sizeof(hash));
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
