/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.c - how far it was published: see publish.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"
#include "publish/publish.h"

#define CURSOR_MAX 1024u
#define MODE 0640

static bool
read_next(zta_str digits, uint64_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < digits.len && i < 18; i++) {
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9') {
			return false;
		}
		*out = *out * 10 + (uint64_t)(digits.ptr[i] - '0');
	}
	return i > 0 && i == digits.len;
}

static zta_status
read_cursor(publish_cursor *c, zta_str text, zta_error *err)
{
	zta_str line, origin = { NULL, 0 };

	if (!zta_str__next(&text, '\n', &line) || text.ptr == NULL ||
	    text.len > 0 || !zta_str__next(&line, ' ', &origin) ||
	    line.ptr == NULL || !read_next(line, &c->next)) {
		return zta_error__set(err, ZTA_EINVALID,
		    "a cursor is the origin of a log and an index");
	}
	return zta_str__is(origin, c->origin) ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EINVALID,
		"the cursor is of another log: %.*s", ZTA_STR_ARG(origin));
}

zta_status
publish_cursor_open(
    publish_cursor *c, const char *path, const char *origin, zta_error *err)
{
	zta_arena arena;
	zta_str text;
	zta_status status;

	*c = (publish_cursor){ .path = path, .origin = origin, .lock = -1 };
	status = zta_file__lock(path, &c->lock, err);
	if (status != ZTA_OK) {
		return status;
	}
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_file__read(&arena, path, CURSOR_MAX, &text, err);
	if (status == ZTA_OK) {
		status = read_cursor(c, text, err);
		zta_error__place(status == ZTA_OK ? NULL : err, "%s", path);
	}
	zta_arena__release(&arena);
	return status == ZTA_ENOTFOUND ? ZTA_OK : status;
}

zta_status
publish_cursor_move(publish_cursor *c, uint64_t next, zta_error *err)
{
	char text[CURSOR_MAX];

	(void)snprintf(text, sizeof(text), "%s %" PRIu64 "\n", c->origin, next);
	c->next = next;
	return zta_file__replace(c->path, MODE, zta_str_of(text), err);
}

void
publish_cursor_close(publish_cursor *c)
{
	if (c->lock >= 0) {
		(void)close(c->lock);
		c->lock = -1;
	}
}
