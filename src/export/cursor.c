/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.c - see cursor.h. */
#include "export/cursor.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/file.h"
#include "base/str.h"

#define FIRST_LINE "ztauth-export 1"
#define CURSOR_MAX 256
/* Of a number of entries; no log has more. */
#define DIGITS_MAX 18

static bool
read_number(zta_str text, uint64_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < text.len && i < DIGITS_MAX && text.ptr[i] >= '0' &&
	     text.ptr[i] <= '9';
	     i++) {
		*out = *out * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	return i > 0 && i == text.len;
}

zta_status
zta_cursor__read(zta_str text, zta_cursor *out, zta_error *err)
{
	zta_str first, number, hash, rest = text;

	if (!zta_str__next(&rest, '\n', &first) ||
	    !zta_str__is(first, FIRST_LINE) ||
	    !zta_str__next(&rest, '\n', &number) ||
	    !read_number(number, &out->next) ||
	    !zta_str__next(&rest, '\n', &hash) ||
	    hash.len != 2 * ZTA_SHA256_LEN ||
	    !zta_hex__decode(hash, out->hash) || rest.len > 0) {
		return zta_error__set(
		    err, ZTA_EINVALID, "this is no cursor of an export");
	}
	return ZTA_OK;
}

zta_status
zta_cursor__load(const char *path, zta_cursor *out, zta_error *err)
{
	zta_arena arena;
	zta_str text;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_file__read(&arena, path, CURSOR_MAX, &text, err);
	if (status == ZTA_OK) {
		status = zta_cursor__read(text, out, err);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	zta_arena__release(&arena);
	return status;
}

zta_status
zta_cursor__save(const char *path, const zta_cursor *cursor, zta_error *err)
{
	char text[CURSOR_MAX], digits[2 * ZTA_SHA256_LEN];
	int len;

	zta_hex__encode(
	    (zta_str){ (const char *)cursor->hash, ZTA_SHA256_LEN }, digits);
	len = snprintf(text, sizeof(text), "%s\n%" PRIu64 "\n%.*s\n",
	    FIRST_LINE, cursor->next, (int)sizeof(digits), digits);
	return zta_file__replace(
	    path, 0640, (zta_str){ text, (size_t)len }, err);
}
