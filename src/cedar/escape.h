/* SPDX-License-Identifier: Apache-2.0 */
/* escape.h - the content of Cedar string literals and patterns. */
#ifndef ZTA_CEDAR_ESCAPE_H
#define ZTA_CEDAR_ESCAPE_H

#include "base/arena.h"

/* Stands for `*` in a pattern that was read: no UTF-8 text holds this byte. */
#define ZTA_PATTERN_ANY '\xFF'

/*
 * Read the escapes of `raw`, the text between the quotes. The result points
 * into `raw` if there are none. In a pattern every star becomes ZTA_PATTERN_ANY,
 * except one written `\*`.
 *
 * On ZTA_ESYNTAX `*bad` is the offset of the wrong escape in `raw`, and the
 * error has no line yet.
 */
ZTA_MUST_USE zta_status zta_escape__read(zta_arena *arena, zta_str raw,
    bool pattern, zta_str *out, size_t *bad, zta_error *err);

/* Does `text` match? Stars match any run of characters. O(n*m) at worst. */
bool zta_pattern__match(zta_str pattern, zta_str text);

#endif
