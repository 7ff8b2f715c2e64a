/* SPDX-License-Identifier: Apache-2.0 */
/* lines.c - see lines.h. */
#include "cedar/lines.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"

/* The offset after the next line end at or after `from`; 0: there is none. */
static uint32_t
next_start(zta_str text, uint32_t from)
{
	const char *end = from < text.len ?
	    memchr(text.ptr + from, '\n', text.len - from) :
	    NULL;

	return end == NULL ? 0 : (uint32_t)(end - text.ptr) + 1;
}

zta_status
zta_lines__find(
    zta_lines *lines, zta_arena *arena, zta_str text, zta_error *err)
{
	uint32_t at, count = 1, i = 0;

	if (text.len > ZTA_CEDAR_TEXT_MAX) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "text over %zu bytes", ZTA_CEDAR_TEXT_MAX);
	}
	for (at = next_start(text, 0); at > 0; at = next_start(text, at)) {
		count++;
	}
	lines->count = count;
	lines->starts = zta_arena__alloc(arena, sizeof(at) * count);
	if (lines->starts == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (at = 0; i < count; at = next_start(text, at)) {
		lines->starts[i++] = at;
	}
	return ZTA_OK;
}

void
zta_lines__place(
    const zta_lines *lines, uint32_t at, uint32_t *line, uint32_t *column)
{
	uint32_t low = 0, high = lines->count, middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (lines->starts[middle] <= at) {
			low = middle;
		} else {
			high = middle;
		}
	}
	*line = low + 1;
	*column = at - lines->starts[low] + 1;
}
