/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openings.h - the openings of a log's entries: a file beside each segment.
 * SPEC: docs/formats/openings.md
 *
 * The sequencer writes them with the frame of their entries, and syncs them
 * before it; readers look them up by index; what was erased stays where it is.
 */
#ifndef ZTA_LOG_OPENINGS_H
#define ZTA_LOG_OPENINGS_H

#include "base/arena.h"
#include "log/io.h"
#include "log/opening.h"

#define ZTA_OPENINGS_PATH_MAX 4096

/* --- writing */

typedef struct zta_openings {
	int fd;
	uint64_t first;     /* entry of its segment */
	uint64_t end;       /* bytes that are durable */
	zta_buf row, bytes; /* of the frame that is written next */
} zta_openings;

/* Zeroed openings with this are closed. */
void zta_openings__init(zta_openings *o);

/*
 * The file of the segment that begins with entry `first`, to go on at `next`;
 * made if need be. What is behind the openings of entries before is cut off.
 */
ZTA_MUST_USE zta_status zta_openings__open(zta_openings *o, const char *dir,
    uint64_t first, uint64_t next, zta_error *err);
void zta_openings__close(zta_openings *o);

/* Does it lack room for `count` more entries, whose openings have `len` bytes? */
ZTA_MUST_USE bool zta_openings__is_full(
    const zta_openings *o, uint64_t next, uint32_t count, size_t len);

/* What a lane hands in of a record: its opening, or that it has none. */
void zta_openings__hand_in(zta_buf *lane, zta_str opening);
/* Take over what was handed in. Failures stick in `o->row`, or `o->bytes`. */
void zta_openings__take(zta_openings *o, zta_str handed_in);

/*
 * Write what was taken, of entries from `next` on. False: it is not there, and
 * has to be taken back. Synced, it is; and then it counts.
 */
ZTA_MUST_USE bool zta_openings__write(
    zta_openings *o, uint64_t next, const zta_log_io *io);
ZTA_MUST_USE bool zta_openings__take_back(
    zta_openings *o, const zta_log_io *io);
ZTA_MUST_USE bool zta_openings__sync(zta_openings *o, const zta_log_io *io);

/* --- reading */

typedef struct zta_openings_view {
	int fd; /* -1: there are none, or they are not for us */
	uint64_t first;
} zta_openings_view;

/*
 * Those of the segment that begins with `first`; none is fine. Close it.
 * `write` is for whoever erases: then ZTA_ENOTFOUND, ZTA_EIO.
 */
ZTA_MUST_USE zta_status zta_openings_view__open(zta_openings_view *view,
    const char *dir, uint64_t first, bool write, zta_error *err);
void zta_openings_view__close(zta_openings_view *view);

/* The opening of an entry; empty: it has none. ZTA_EIO, ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_openings_view__read(const zta_openings_view *view,
    uint64_t index, zta_arena *arena, zta_str *out, zta_error *err);

/*
 * One opening after another, through windows on the file. What is written after
 * a window was read is not seen: all entries of whom openings are read so have to
 * be durable before the first of them is.
 */
typedef struct zta_openings_run {
	zta_openings_view view;
	unsigned char *row, *values; /* windows; NULL: not read yet */
	uint64_t row_first;          /* slot that the window begins with */
	uint64_t values_at;          /* and offset */
} zta_openings_run;

/* Zeroed by this, it may be closed, or opened: again, too. */
void zta_openings_run__init(zta_openings_run *run);
void zta_openings_run__close(zta_openings_run *run);
/* As zta_openings_view__open(), to read. */
ZTA_MUST_USE zta_status zta_openings_run__open(
    zta_openings_run *run, const char *dir, uint64_t first, zta_error *err);
/* As zta_openings_view__read(); valid until the next call. */
ZTA_MUST_USE zta_status zta_openings_run__read(
    zta_openings_run *run, uint64_t index, zta_str *out, zta_error *err);

/*
 * Destroy it in two steps, each to be synced: mark it, so that whatever happens
 * nobody reads it again; wipe what is in it. Marked, it is wiped again.
 */
ZTA_MUST_USE zta_status zta_openings_view__mark(
    const zta_openings_view *view, uint64_t index, zta_error *err);
ZTA_MUST_USE zta_status zta_openings_view__wipe(
    const zta_openings_view *view, uint64_t index, zta_error *err);

/* What was written by the two is on disk. ZTA_EIO. */
ZTA_MUST_USE zta_status zta_openings_view__sync(
    const zta_openings_view *view, zta_error *err);

ZTA_MUST_USE zta_status zta_openings__path(char out[ZTA_OPENINGS_PATH_MAX],
    const char *dir, uint64_t first, zta_error *err);

#endif
