/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format_break.h - where a run of tokens is broken.
 *
 * A run stands on one line if it fits; otherwise it is broken at its loosest
 * operator, and each operand is laid out in the same way.
 */
#ifndef ZTA_CEDAR_FORMAT_BREAK_H
#define ZTA_CEDAR_FORMAT_BREAK_H

#include "cedar/format_layout.h"

/* Columns of a line, and by how many each level is indented. */
#define ZTA_FORMAT_WIDTH 80
#define ZTA_FORMAT_STEP 2

/*
 * Do the tokens from `from` to `to`, without the latter, fit on the line,
 * together with `tail` columns that must follow there?
 */
bool zta_format__fits(
    const zta_layout *layout, uint32_t from, uint32_t to, uint32_t tail);

/* An expression, on one line or broken. */
void zta_format__expr(
    zta_layout *layout, uint32_t from, uint32_t to, uint32_t tail);

/* A bracket and what is in it, on lines of its own. */
void zta_format__brackets(zta_layout *layout, uint32_t open);

#endif
