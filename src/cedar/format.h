/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.h - lay out policy text.
 *
 * Only the space between tokens changes, so the policies stay what they were;
 * and the layout depends on tokens, comments and the blank lines that it keeps
 * alone, so that formatting twice is formatting once.
 */
#ifndef ZTA_CEDAR_FORMAT_H
#define ZTA_CEDAR_FORMAT_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * Lay out `text`, which must be policies. `arena` is for what is in between;
 * failures of `out` stick in it. ZTA_ESYNTAX, ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_format__policies(
    zta_arena *arena, zta_str text, zta_buf *out, zta_error *err);

#endif
