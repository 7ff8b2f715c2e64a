/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_part.h - what the files of the log's writer share.
 *
 * 1. `size`, `next` and `hash` describe what is durable; only the sequencer
 *    changes them, after a sync.
 * 2. A write that fails is taken back: the segment is cut to `size`. If that
 *    fails, or a sync does, nobody knows what the disk holds: the log is dead.
 *    The same of the openings of the entries, which are synced first.
 * 3. The tree grows when a frame is durable, before its lanes are told: whoever
 *    hears of an entry finds it. What of it cannot be written is written before
 *    the next frame, or there is none.
 * 4. Lanes are touched under `lock` alone; system calls are made without it.
 */
#ifndef ZTA_LOG_LOG_PART_H
#define ZTA_LOG_LOG_PART_H

#include <pthread.h>

#include "base/limits.h"
#include "log/log.h"
#include "log/openings.h"
#include "log/segment.h"

/* Completions that a lane may leave lying; then its entries wait. */
#define ZTA_LOG_DONE_MAX 16u

struct zta_log_lane {
	zta_log *log;
	zta_buf scratch;        /* of the owner: one record */
	zta_buf opening;        /* and what is personal in it */
	zta_buf waiting, taken; /* entries with their lengths */
	zta_buf waiting_marks, taken_marks;
	zta_buf waiting_openings, taken_openings;
	uint32_t waiting_count, taken_count;
	bool held; /* nothing is taken; what was there before: */
	size_t kept, kept_marks, kept_openings;
	uint32_t kept_count;
	zta_log_done done[ZTA_LOG_DONE_MAX];
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
	zta_buf frame, sums;   /* that is written next */
	zta_openings openings; /* of the segment that grows */
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop, dead;
	/* Who has to have read, up to where; the lag that is let pass, and what it
	 * has come to. Under `lock`: see lag.c */
	uint64_t reached[ZTA_LOG_READERS_MAX]; /* UINT64_MAX: not heard of */
	uint64_t lag_max, told_next, lag;
	uint32_t free_lanes;
	zta_log_lane *lanes;
	uint32_t lane_count;
};

/* Go on behind `next` in a segment of its own. */
ZTA_MUST_USE zta_status zta_log__create_segment(zta_log *log, zta_error *err);

/* Find the end of the log, and let its tree come there. As zta_log__open(). */
ZTA_MUST_USE zta_status zta_log__resume(zta_log *log, const zta_log_head *known,
    zta_log_found *found, zta_error *err);

/* Before any reader is heard of, in a log of `next` entries. */
void zta_log_lag__begin(
    zta_log *log, const zta_log_options *options, uint64_t next);
/* The log has `next` entries now. Under the lock. */
void zta_log_lag__grown(zta_log *log, uint64_t next);
/* How long the next frame has to wait. Under the lock. */
int64_t zta_log_lag__pause(const zta_log *log);
/* Is this lane to take nothing more? Under the lock. */
bool zta_log_lag__refuses(const zta_log *log, const zta_log_lane *lane);

/* The thread of the sequencer: until `stop`, and nothing waits. */
void *zta_log__sequence(void *log);

#endif
