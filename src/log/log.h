/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - write the decision log. SPEC: ztauth 9; docs/formats/log.md
 *
 * Each worker thread owns a lane. What it appends there is taken by the one
 * sequencer thread, which puts what all lanes have into one frame, writes and
 * syncs it, and tells each lane: those entries are durable, or they failed. An
 * answer must not leave before that.
 *
 *     worker:     append  append          done -> answer, answer
 *     sequencer:         [ frame | write | sync ]
 */
#ifndef ZTA_LOG_LOG_H
#define ZTA_LOG_LOG_H

#include "log/leaf.h"
#include "log/tree.h"

typedef struct zta_log zta_log;
typedef struct zta_log_lane zta_log_lane;

typedef struct zta_log_options {
	uint32_t lanes;
	uint64_t segment_max;      /* bytes; 0: ZTA_LOG_SEGMENT_MAX */
	const zta_log_io *io;      /* NULL: those of the system */
	const zta_log_head *known; /* signed for last; NULL: nothing was */
	/* Readers without whom the log goes on only so far; see
	 * zta_log__reached(). 0 entries: as far as it likes. */
	uint64_t lag_max;
	uint32_t free_lanes; /* the last ones, which are never refused for it */
} zta_log_options;

/* What was found at the start. */
typedef struct zta_log_found {
	uint64_t next;   /* index that the next entry will have */
	uint64_t torn;   /* bytes of an unfinished write that were cut off */
	uint64_t redone; /* entries that were added to the tree again */
} zta_log_found;

/*
 * Open the log in `dir`, made if need be, and lock it. A torn end is cut off:
 * nobody was told that it is durable. ZTA_EUNAVAILABLE: another process has it.
 * ZTA_EINVALID: damaged, or not what was signed for, and left as it is. Close
 * with zta_log__close().
 */
ZTA_MUST_USE zta_status zta_log__open(zta_log **out, const char *dir,
    const zta_log_options *options, zta_log_found *found, zta_error *err);

/* Finish what was appended, then stop. NULL is fine. */
void zta_log__close(zta_log *log);

/* Can it still write? False after a sync has failed: only a restart helps. */
bool zta_log__is_alive(zta_log *log);

/* Its tree, which grows with it. */
zta_log_tree *zta_log__tree(zta_log *log);

/* Entries below it are durable. From any thread. */
uint64_t zta_log__durable(zta_log *log);

/*
 * Reader `reader`, below ZTA_LOG_READERS_MAX, has taken all below `next`. Once one
 * that was heard of is more than `lag_max` entries behind, frames are written
 * after pauses that grow; at twice as many, lanes take no more, but for the free
 * ones. From any thread.
 */
void zta_log__reached(zta_log *log, uint32_t reader, uint64_t next);

/* The lane of this number. Only one thread uses a lane. */
zta_log_lane *zta_log__lane(zta_log *log, uint32_t number);

/*
 * Hand in a record; its bytes are copied. ZTA_EUNAVAILABLE: the lane is full or
 * the log is dead. ZTA_ELIMIT: over ZTA_LOG_ENTRY_MAX. ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_log_lane__append(
    zta_log_lane *lane, const zta_leaf *leaf, zta_error *err);

/*
 * Records that are durable together or not at all: what is appended after
 * zta_log_lane__hold() waits for zta_log_lane__release(), and is in one frame
 * then, and in one zta_log_done; or it is taken back.
 */
void zta_log_lane__hold(zta_log_lane *lane);
void zta_log_lane__release(zta_log_lane *lane);
void zta_log_lane__take_back(zta_log_lane *lane);

/* Readable while there is something for zta_log_lane__done(). */
int zta_log_lane__fd(const zta_log_lane *lane);

/* The `count` oldest entries of the lane that were not told of yet. */
typedef struct zta_log_done {
	uint32_t count;
	uint64_t first;    /* index of the first */
	zta_status status; /* ZTA_OK: durable; else none of them is */
} zta_log_done;

/*
 * Hand in a record and wait until it is durable, in a lane where nothing else
 * waits. As zta_log_lane__append(); ZTA_EUNAVAILABLE: it is not.
 */
ZTA_MUST_USE zta_status zta_log_lane__write(
    zta_log_lane *lane, const zta_leaf *leaf, zta_error *err);

/*
 * Hand in entries that another log has, `count` of them as frames have them, and
 * wait until they are durable, all in one frame. The same.
 */
ZTA_MUST_USE zta_status zta_log_lane__copy(
    zta_log_lane *lane, zta_str entries, uint32_t count, zta_error *err);

/* Take one; false if there is none. */
ZTA_MUST_USE bool zta_log_lane__done(zta_log_lane *lane, zta_log_done *out);

#endif
