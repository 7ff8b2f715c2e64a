/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment.h - the files of a log: <index of the first entry, 20 digits>.seg,
 * each a row of frames. docs/formats/log.md
 */
#ifndef ZTA_LOG_SEGMENT_H
#define ZTA_LOG_SEGMENT_H

#include "log/frame.h"

#define ZTA_SEGMENT_PATH_MAX 4096

/* The path of the segment that begins with entry `first`. ZTA_ELIMIT. */
ZTA_MUST_USE zta_status zta_segment__path(char out[ZTA_SEGMENT_PATH_MAX],
    const char *dir, uint64_t first, zta_error *err);

/*
 * First entries of all segments in `dir`, ascending, in malloc'd memory.
 * ZTA_ENOTFOUND: there is no such directory.
 */
ZTA_MUST_USE zta_status zta_segment__list(
    const char *dir, uint64_t **firsts, size_t *count, zta_error *err);

/* Where a segment ends, once its frames are read. */
typedef struct zta_segment_end {
	uint64_t next; /* index of the entry after the last */
	uint64_t size; /* bytes of whole frames */
	uint64_t torn; /* bytes after them: a write that did not finish */
	int64_t time;  /* of the last frame; 0: there is none */
	unsigned char hash[ZTA_SHA256_LEN]; /* of the last frame */
} zta_segment_end;

/*
 * Read the segment that begins with entry `first`, following the frame of hash
 * `before` (NULL: any). What cannot be read at its end is torn; if a whole frame
 * of this log stands behind it, the segment is damaged: ZTA_EINVALID. An empty
 * one has the hash `before`.
 */
ZTA_MUST_USE zta_status zta_segment__scan(const char *path, uint64_t first,
    const unsigned char *before, zta_segment_end *end, zta_error *err);

/*
 * The same, and hand out each frame once it is read, with its offset and its leaves: `visit`
 * may go on with its bytes until it is called without a frame (NULL), which is
 * once, after the last or a failure. Not long behind, though: pages are given
 * back ZTA_SEGMENT_KEPT bytes later. Gives back what `visit` does, if it fails.
 */
#define ZTA_SEGMENT_KEPT ((size_t)16 << 20)
typedef zta_status zta_segment_visit(
    void *context, const zta_frame *frame, uint64_t at, zta_error *err);
ZTA_MUST_USE zta_status zta_segment__follow(const char *path, uint64_t first,
    const unsigned char *before, zta_segment_visit *visit, void *context,
    zta_segment_end *end, zta_error *err);

/*
 * Where frames are, by what their heads say: `*at` and `*next` are moved on over
 * whole frames of the segment in `fd` while `pass` says so of a frame. Nothing is
 * verified: whoever reads on from there does. ZTA_EIO.
 */
typedef bool zta_segment_pass(const zta_frame *frame, int64_t limit);
ZTA_MUST_USE zta_status zta_segment__skip(int fd, uint64_t *at, uint64_t *next,
    zta_segment_pass *pass, int64_t limit, zta_error *err);

/*
 * The first entry of the first frame of `dir` that was written at `ms` or later;
 * behind the last entry, if there is none. Found without reading what is before.
 * ZTA_ENOTFOUND: there is no log. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_segment__since(
    const char *dir, int64_t ms, uint64_t *entry, zta_error *err);

/*
 * Hand out the frames of a segment up to entry `end`, where one ends, each with
 * its offset. Their hashes are not looked at: the segment was scanned, or see
 * zta_frame__holds(). Gives back what `visit` does, or ZTA_EIO, ZTA_EINVALID.
 */
ZTA_MUST_USE zta_status zta_segment__walk(const char *path, uint64_t first,
    uint64_t end, zta_segment_visit *visit, void *context, zta_error *err);

#endif
