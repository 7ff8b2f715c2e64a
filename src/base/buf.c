/* SPDX-License-Identifier: Apache-2.0 */
/* buf.c - see buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define ROOM_MIN ((size_t)256)

void
zta_buf__init(zta_buf *buf, size_t bytes_max)
{
	memset(buf, 0, sizeof(*buf));
	buf->max = bytes_max;
}

void
zta_buf__init_secret(zta_buf *buf, size_t bytes_max)
{
	zta_buf__init(buf, bytes_max);
	buf->secret = true;
}

/* Wipe from byte `from` on, if they are a secret. */
static void
wipe(zta_buf *buf, size_t from)
{
	if (buf->secret && buf->ptr != NULL) {
		explicit_bzero(buf->ptr + from, buf->room - from);
	}
}

void
zta_buf__release(zta_buf *buf)
{
	wipe(buf, 0);
	free(buf->ptr);
	buf->ptr = NULL;
	buf->room = 0;
	zta_buf__clear(buf);
}

void
zta_buf__clear(zta_buf *buf)
{
	wipe(buf, 0);
	buf->len = 0;
	buf->status = ZTA_OK;
}

/* realloc() leaves what it moves behind. */
static char *
grow(zta_buf *buf, size_t room)
{
	char *grown;

	if (!buf->secret) {
		return realloc(buf->ptr, room);
	}
	grown = malloc(room);
	if (grown != NULL && buf->ptr != NULL) {
		memcpy(grown, buf->ptr, buf->len);
		wipe(buf, 0);
		free(buf->ptr);
	}
	return grown;
}

/* Make room for `len` more bytes, or let the failure stick. */
static bool
make_room(zta_buf *buf, size_t len)
{
	size_t room;
	char *grown;

	if (buf->status != ZTA_OK) {
		return false;
	}
	if (len > buf->max - buf->len) {
		buf->status = ZTA_ELIMIT;
		return false;
	}
	room = buf->room < ROOM_MIN ? ROOM_MIN : buf->room;
	while (room - buf->len < len) {
		room = room > buf->max / 2 ? buf->max : room * 2;
	}
	grown = grow(buf, room);
	if (grown == NULL) {
		buf->status = ZTA_ENOMEM;
		return false;
	}
	buf->ptr = grown;
	buf->room = room;
	return true;
}

/* Most often it is there, and that is seen without a call. */
static inline bool
reserve(zta_buf *buf, size_t len)
{
	return (buf->status == ZTA_OK && len <= buf->room - buf->len &&
		   len <= buf->max - buf->len) ||
	    make_room(buf, len);
}

char *
zta_buf__extend(zta_buf *buf, size_t len)
{
	char *at;

	/* NULL means failure, so nothing needs a place too. */
	if (!reserve(buf, len == 0 && buf->ptr == NULL ? 1 : len)) {
		return NULL;
	}
	at = buf->ptr + buf->len;
	buf->len += len;
	return at;
}

void
zta_buf__put(zta_buf *buf, zta_str text)
{
	if (text.len > 0 && reserve(buf, text.len)) {
		memcpy(buf->ptr + buf->len, text.ptr, text.len);
		buf->len += text.len;
	}
}

void
zta_buf__byte(zta_buf *buf, char byte)
{
	if (reserve(buf, 1)) {
		buf->ptr[buf->len++] = byte;
	}
}

void
zta_buf__u32(zta_buf *buf, uint32_t number)
{
	const char bytes[] = { (char)(number >> 24), (char)(number >> 16),
		(char)(number >> 8), (char)number };

	zta_buf__put(buf, (zta_str){ bytes, sizeof(bytes) });
}

void
zta_buf__text(zta_buf *buf, const char *text)
{
	zta_buf__put(buf, zta_str_of(text));
}

void
zta_buf__printf(zta_buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0) {
		buf->status = ZTA_EINVAL;
		return;
	}
	/* vsnprintf ends with a NUL, which needs room but is not content. */
	if (!reserve(buf, (size_t)len + 1)) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

void
zta_buf__consume(zta_buf *buf, size_t len)
{
	len = len < buf->len ? len : buf->len;
	if (len < buf->len) {
		memmove(buf->ptr, buf->ptr + len, buf->len - len);
	}
	buf->len -= len;
	wipe(buf, buf->len);
}

zta_status
zta_buf__give(zta_buf *buf, zta_status status, zta_str *out, zta_error *err)
{
	if (status == ZTA_OK && buf->status != ZTA_OK) {
		status = buf->status == ZTA_ENOMEM ?
		    zta_error__nomem(err) :
		    zta_error__set(err, buf->status,
			"the result is over %zu bytes", buf->max);
	}
	if (status == ZTA_OK) {
		zta_buf__byte(buf, '\0');
		status = buf->status;
	}
	if (status != ZTA_OK) {
		zta_buf__release(buf);
		return status;
	}
	*out = (zta_str){ buf->ptr, buf->len - 1 };
	return ZTA_OK;
}
