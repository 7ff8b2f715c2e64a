/* SPDX-License-Identifier: Apache-2.0 */
/* pktline.c - see pktline.h. */
#include "pap/pktline.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"

#define DIGITS 4u
#define TEXT_MAX 1024
#define BAND_DATA 1

/* The number of four digits; false if they are others. Git writes lower case. */
static bool
read_length(const char *digits, uint32_t *out)
{
	uint32_t i;
	char c;

	*out = 0;
	for (i = 0; i < DIGITS; i++) {
		c = digits[i];
		if (c >= '0' && c <= '9') {
			*out = *out << 4 | (uint32_t)(c - '0');
		} else if (c >= 'a' && c <= 'f') {
			*out = *out << 4 | (uint32_t)(c - 'a' + 10);
		} else {
			return false;
		}
	}
	return true;
}

zta_pktline_kind
zta_pktline__next(zta_str *rest, zta_str *text)
{
	uint32_t len;

	*text = ZTA_STR("");
	if (rest->len == 0) {
		return ZTA_PKTLINE_NONE;
	}
	if (rest->len < DIGITS || !read_length(rest->ptr, &len) ||
	    len > rest->len || len > DIGITS + ZTA_PKTLINE_MAX) {
		return ZTA_PKTLINE_BAD;
	}
	if (len < DIGITS) {
		rest->ptr += DIGITS;
		rest->len -= DIGITS;
		return len == 0 ? ZTA_PKTLINE_FLUSH :
		    len == 1    ? ZTA_PKTLINE_DELIM :
				  ZTA_PKTLINE_BAD;
	}
	*text = (zta_str){ rest->ptr + DIGITS, len - DIGITS };
	text->len -= text->len > 0 && text->ptr[text->len - 1] == '\n';
	rest->ptr += len;
	rest->len -= len;
	return ZTA_PKTLINE_TEXT;
}

void
zta_pktline__flush(zta_buf *out)
{
	zta_buf__text(out, "0000");
}

void
zta_pktline__delim(zta_buf *out)
{
	zta_buf__text(out, "0001");
}

void
zta_pktline__text(zta_buf *out, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	zta_buf__printf(
	    out, "%04x%s\n", (unsigned)(strlen(text) + DIGITS + 1), text);
}

void
zta_pktline__data(zta_buf *out, zta_str bytes)
{
	size_t len;

	for (; bytes.len > 0; bytes.ptr += len, bytes.len -= len) {
		len = bytes.len < ZTA_PKTLINE_BAND_MAX ? bytes.len :
							 ZTA_PKTLINE_BAND_MAX;
		zta_buf__printf(
		    out, "%04x%c", (unsigned)(len + DIGITS + 1), BAND_DATA);
		zta_buf__put(out, (zta_str){ bytes.ptr, len });
	}
}
