/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.c - see log.h.
 *
 * 1. `size`, `next` and `hash` describe what is durable; only the sequencer
 *    changes them, after a sync.
 * 2. A write that fails is taken back: the segment is cut to `size`. If that
 *    fails, or a sync does, nobody knows what the disk holds: the log is dead.
 * 3. The tree grows when a frame is durable, before its lanes are told: whoever
 *    hears of an entry finds it. What of it cannot be written is written before
 *    the next frame, or there is none.
 * 4. Lanes are touched under `lock` alone; system calls are made without it.
 */
#include "log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "log/regrow.h"
#include "log/segment.h"

/* Completions that a lane may leave lying; then its entries wait. */
#define DONE_MAX 16u

struct zta_log_lane {
	zta_log *log;
	zta_buf scratch;        /* of the owner: one record */
	zta_buf waiting, taken; /* entries with their lengths */
	zta_buf waiting_marks, taken_marks;
	uint32_t waiting_count, taken_count;
	zta_log_done done[DONE_MAX];
	uint32_t done_first, done_count;
	int event;
};

struct zta_log {
	char dir[ZTA_SEGMENT_PATH_MAX];
	int lock_fd;
	int fd; /* of the segment that grows */
	uint64_t size, next;
	unsigned char hash[ZTA_SHA256_LEN];
	int64_t time; /* of the last frame */
	uint64_t segment_max;
	zta_log_io io;
	zta_log_tree *tree;
	zta_buf frame;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop, dead;
	zta_log_lane *lanes;
	uint32_t lane_count;
};

/* --- segments */

static zta_status
create_segment(zta_log *log, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX];
	zta_status status = zta_segment__path(path, log->dir, log->next, err);
	int fd;

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

/* What is in the tree of a segment that is over is never written again. */
static zta_status
next_segment(zta_log *log, zta_error *err)
{
	zta_status status = zta_log_tree__sync(log->tree, err);

	return status == ZTA_OK ? create_segment(log, err) : status;
}

/*
 * Go on in the segment that begins with `first`. An empty one needs the hash
 * of the one before it.
 */
static zta_status
resume_segment(zta_log *log, uint64_t first, const unsigned char *before,
    uint64_t *torn, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX];
	zta_segment_end end = { 0 };
	zta_status status = zta_segment__path(path, log->dir, first, err);

	if (status == ZTA_OK) {
		status = zta_segment__scan(path, first, before, &end, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	log->fd = open(path, O_RDWR | O_CLOEXEC);
	if (log->fd < 0 ||
	    (end.torn > 0 &&
		(ftruncate(log->fd, (off_t)end.size) != 0 ||
		    fsync(log->fd) != 0))) {
		status = zta_error__errno(err, "repair the segment");
		zta_error__place(err, "%s", path);
		return status;
	}
	log->size = end.size;
	log->next = end.next;
	memcpy(log->hash, end.hash, sizeof(log->hash));
	log->time = end.time;
	*torn = end.torn;
	return ZTA_OK;
}

/* A zta_segment_visit: the last frame up to entry `end->next`. */
static zta_status
find_last(void *context, const zta_frame *frame, uint64_t at, zta_error *err)
{
	zta_segment_end *end = context;

	if (frame->first + frame->count != end->next) {
		return ZTA_OK;
	}
	if (!zta_frame__holds(frame)) {
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

static zta_status
resume(zta_log *log, const zta_log_head *known, zta_log_found *found,
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
		status = create_segment(log, err);
	} else if (status == ZTA_OK) {
		status = resume_segment(log, firsts[count - 1],
		    count > 1 || firsts[0] == 0 ? end.hash : NULL, &found->torn,
		    err);
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

/* --- the sequencer */

/* Move what the lanes have into `taken`. Under the lock. */
static uint32_t
take(zta_log *log)
{
	uint32_t i, count = 0;
	zta_log_lane *lane;
	zta_buf empty;

	for (i = 0; i < log->lane_count; i++) {
		lane = &log->lanes[i];
		if (lane->waiting_count == 0 || lane->done_count == DONE_MAX) {
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
		lane->done[(lane->done_first + lane->done_count) % DONE_MAX] =
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

static void *
run(void *arg)
{
	zta_log *log = arg;
	uint64_t first;
	uint32_t count;
	zta_status status;
	bool dead;

	(void)pthread_mutex_lock(&log->lock);
	for (;;) {
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
		tell(log, first, status);
	}
	(void)pthread_mutex_unlock(&log->lock);
	return NULL;
}

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
		zta_buf__init(&lane->waiting_marks, SIZE_MAX);
		zta_buf__init(&lane->taken_marks, SIZE_MAX);
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
		status = resume(log, options->known, found, err);
	}
	if (status == ZTA_OK) {
		status = open_lanes(log, options->lanes, err);
	}
	if (status == ZTA_OK &&
	    pthread_create(&log->thread, NULL, run, log) != 0) {
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
		if (log->lanes[i].event >= 0) {
			(void)close(log->lanes[i].event);
		}
	}
	free(log->lanes);
	zta_log_tree__close(log->tree);
	zta_buf__release(&log->frame);
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

zta_status
zta_log_lane__append(zta_log_lane *lane, const zta_leaf *leaf, zta_error *err)
{
	zta_log *log = lane->log;
	zta_buf *waiting = &lane->waiting;
	zta_status status = ZTA_OK;
	zta_log_mark mark;
	size_t before;

	zta_buf__clear(&lane->scratch);
	zta_leaf__encode(leaf, &lane->scratch);
	if (lane->scratch.status != ZTA_OK) {
		return zta_error__set(err, lane->scratch.status,
		    "the record is too large to be kept");
	}
	zta_log_tree__mark(zta_buf__str(&lane->scratch), &mark);
	(void)pthread_mutex_lock(&log->lock);
	before = waiting->len;
	zta_frame__put_entry(waiting, zta_buf__str(&lane->scratch));
	if (!log->dead && waiting->status == ZTA_OK) {
		zta_buf__put(&lane->waiting_marks,
		    (zta_str){ (const char *)&mark, sizeof(mark) });
	}
	if (log->dead || waiting->status != ZTA_OK ||
	    lane->waiting_marks.status != ZTA_OK) {
		lane->waiting_marks.status = ZTA_OK;
		status = ZTA_EUNAVAILABLE;
		waiting->len = before;
		waiting->status = ZTA_OK;
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
		lane->done_first = (lane->done_first + 1) % DONE_MAX;
		lane->done_count--;
		(void)pthread_cond_signal(&log->wake);
	} else if (read(lane->event, &count, sizeof(count)) < 0) {
		/* It was at zero already. */
		any = false;
	}
	(void)pthread_mutex_unlock(&log->lock);
	return any;
}
