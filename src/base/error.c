/* SPDX-License-Identifier: Apache-2.0 */
/* error.c - filling of zta_error; the only place that formats its text. */
#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/*
 * A message that was too long ends within a character, which is no UTF-8: drop
 * its beginning.
 */
static void
end_whole(char message[ZTA_MSG_MAX])
{
	size_t len = strlen(message), last = len;

	if (len + 1 < ZTA_MSG_MAX) {
		return;
	}
	while (last > 0 && ((unsigned char)message[last - 1] & 0xC0) == 0x80) {
		last--;
	}
	last -= last > 0;
	if (zta_utf8__check((zta_str){ message + last, len - last }) == 0) {
		message[last] = '\0';
	}
}

static void
fill(zta_error *err, zta_status status, uint32_t line, uint32_t column,
    const char *format, va_list args)
{
	err->status = status;
	err->line = line;
	err->column = column;
	err->place[0] = '\0';
	(void)vsnprintf(err->message, sizeof(err->message), format, args);
	end_whole(err->message);
}

zta_status
zta_error__set(zta_error *err, zta_status status, const char *format, ...)
{
	va_list args;

	if (err != NULL) {
		va_start(args, format);
		fill(err, status, 0, 0, format, args);
		va_end(args);
	}
	return status;
}

zta_status
zta_error__at(zta_error *err, zta_status status, uint32_t line, uint32_t column,
    const char *format, ...)
{
	va_list args;

	if (err != NULL) {
		va_start(args, format);
		fill(err, status, line, column, format, args);
		va_end(args);
	}
	return status;
}

zta_status
zta_error__in(zta_error *err, zta_status status, zta_str text, size_t offset,
    const char *format, va_list args)
{
	uint32_t line, column;

	if (err != NULL) {
		zta_error__position(text, offset, &line, &column);
		fill(err, status, line, column, format, args);
	}
	return status;
}

void
zta_error__place(zta_error *err, const char *format, ...)
{
	va_list args;

	if (err == NULL || err->place[0] != '\0') {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(err->place, sizeof(err->place), format, args);
	va_end(args);
}

void
zta_error__replace(zta_error *err, const char *format, ...)
{
	va_list args;

	if (err == NULL) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(err->place, sizeof(err->place), format, args);
	va_end(args);
}

void
zta_error__inside(zta_error *err, const char *format, ...)
{
	char place[ZTA_PLACE_MAX];
	size_t len;
	va_list args;

	if (err == NULL) {
		return;
	}
	memcpy(place, err->place, sizeof(place));
	va_start(args, format);
	(void)vsnprintf(err->place, sizeof(err->place), format, args);
	va_end(args);
	len = strlen(err->place);
	if (place[0] != '\0') {
		(void)snprintf(err->place + len, sizeof(err->place) - len,
		    "%s%s", len == 0 ? "" : ": ", place);
	}
}

zta_status
zta_error__nomem(zta_error *err)
{
	return zta_error__set(err, ZTA_ENOMEM, "out of memory");
}

zta_status
zta_error__errno(zta_error *err, const char *what)
{
	char reason[96];

	/* The GNU strerror_r: it may or may not use the buffer. */
	return zta_error__set(err, ZTA_EIO, "cannot %s: %s", what,
	    strerror_r(errno, reason, sizeof(reason)));
}

void
zta_error__move(zta_error_mark *mark, zta_str text, size_t offset,
    uint32_t *line, uint32_t *column)
{
	const char *p;

	if (offset > text.len) {
		offset = text.len;
	}
	if (offset < mark->at) {
		*mark = (zta_error_mark){ 0 };
	}
	while (mark->at < offset) {
		p = memchr(text.ptr + mark->at, '\n', offset - mark->at);
		if (p == NULL) {
			break;
		}
		mark->at = (size_t)(p - text.ptr) + 1;
		mark->lines++;
	}
	*line = mark->lines + 1;
	*column = (uint32_t)(offset - mark->at) + 1;
}

void
zta_error__position(
    zta_str text, size_t offset, uint32_t *line, uint32_t *column)
{
	zta_error_mark mark = { 0 };

	zta_error__move(&mark, text, offset, line, column);
}

bool
zta_error__is_input(zta_status status)
{
	switch (status) {
	case ZTA_ELIMIT:
	case ZTA_ENOTFOUND:
	case ZTA_EEXIST:
	case ZTA_ESYNTAX:
	case ZTA_EINVALID:
		return true;
	default:
		return false;
	}
}

bool
zta_error__tell(zta_error_sink *sink, zta_status status, const zta_error *why)
{
	if (sink == NULL || !zta_error__is_input(status) ||
	    sink->told == sink->max) {
		return false;
	}
	sink->told++;
	sink->tell(sink->context, sink->file, why);
	return true;
}
