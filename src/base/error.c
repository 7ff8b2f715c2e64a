/* SPDX-License-Identifier: Apache-2.0 */
/* error.c - filling of zta_error; the only place that formats its text. */
#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void
fill(zta_error *err, zta_status status, uint32_t line, uint32_t column,
    const char *format, va_list args)
{
	err->status = status;
	err->line = line;
	err->column = column;
	err->place[0] = '\0';
	(void)vsnprintf(err->message, sizeof(err->message), format, args);
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
zta_error__position(
    zta_str text, size_t offset, uint32_t *line, uint32_t *column)
{
	size_t i, start = 0;
	uint32_t count = 1;

	if (offset > text.len) {
		offset = text.len;
	}
	for (i = 0; i < offset; i++) {
		if (text.ptr[i] == '\n') {
			count++;
			start = i + 1;
		}
	}
	*line = count;
	*column = (uint32_t)(offset - start + 1);
}
