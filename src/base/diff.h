/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff.h - in which lines two texts differ. The result turns the one into the
 * other, and is as short as can be, unless the texts have little in common.
 */
#ifndef ZTA_BASE_DIFF_H
#define ZTA_BASE_DIFF_H

#include "base/arena.h"
#include "base/buf.h"

/* Lines of a text, each with its line feed if it has one. */
typedef struct zta_diff_lines {
	zta_str *list;
	uint32_t count;
} zta_diff_lines;

/* Lines of `before` from `a` on are replaced by lines of `after` from `b` on. */
typedef struct zta_diff_hunk {
	uint32_t a, a_count;
	uint32_t b, b_count;
} zta_diff_hunk;

typedef struct zta_diff {
	zta_diff_lines before, after;
	zta_diff_hunk *hunks; /* ascending; equal lines stand between them */
	uint32_t count;
} zta_diff;

/* Compare; everything is in `arena`, lines borrow. ZTA_ELIMIT: too long. */
ZTA_MUST_USE zta_status zta_diff__run(zta_arena *arena, zta_str before,
    zta_str after, zta_diff *out, zta_error *err);

/*
 * Append the difference in the unified format, without names of files: hunks
 * that begin with "@@", with `context` equal lines around. Failures stick.
 */
void zta_diff__put(const zta_diff *diff, uint32_t context, zta_buf *out);

/* Lines that a merge of two changes could not bring together: `a`, of ours. */
typedef struct zta_diff_clash {
	uint32_t line; /* 1-based */
	uint32_t count;
} zta_diff_clash;

/*
 * Do to `ours` what was done from `base` to `theirs`. Changes that touch each
 * other and are not the same clash: then `*out` is incomplete and `clashes` has
 * their places. ZTA_ENOMEM, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_diff__merge(zta_arena *arena, zta_str base,
    zta_str ours, zta_str theirs, zta_str *out, zta_diff_clash **clashes,
    uint32_t *count, zta_error *err);

#endif
