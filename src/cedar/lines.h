/* SPDX-License-Identifier: Apache-2.0 */
/* lines.h - where the lines of a text begin, to tell many places in it. */
#ifndef ZTA_CEDAR_LINES_H
#define ZTA_CEDAR_LINES_H

#include "base/arena.h"

typedef struct zta_lines {
	uint32_t *starts; /* byte offsets, ascending; the first is 0 */
	uint32_t count;
} zta_lines;

/* All is in `arena`. ZTA_ELIMIT: the text is too long. ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_lines__find(
    zta_lines *lines, zta_arena *arena, zta_str text, zta_error *err);

/* The 1-based line and column of byte `at`. */
void zta_lines__place(
    const zta_lines *lines, uint32_t at, uint32_t *line, uint32_t *column);

#endif
