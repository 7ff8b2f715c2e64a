/* SPDX-License-Identifier: Apache-2.0 */
/* quote.c - see quote.h. */
#include "cedar/quote.h"

#include "cedar/escape.h"
#include "cedar/lex.h"

/* The letter after the backslash; 0: the character stands for itself. */
static char
escape_of(char c)
{
	switch (c) {
	case '"':
	case '\\':
		return c;
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

static void
put_char(zta_buf *out, char c, bool pattern)
{
	if (pattern && (c == ZTA_PATTERN_ANY || c == '*')) {
		zta_buf__text(out, c == '*' ? "\\*" : "*");
	} else if (escape_of(c) != 0) {
		zta_buf__byte(out, '\\');
		zta_buf__byte(out, escape_of(c));
	} else if ((unsigned char)c < 0x20 || c == 0x7f) {
		zta_buf__printf(out, "\\u{%x}", (unsigned char)c);
	} else {
		zta_buf__byte(out, c);
	}
}

static void
put_quoted(zta_buf *out, zta_str text, bool pattern)
{
	size_t i;

	zta_buf__byte(out, '"');
	for (i = 0; i < text.len; i++) {
		put_char(out, text.ptr[i], pattern);
	}
	zta_buf__byte(out, '"');
}

bool
zta_quote__is_plain(zta_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (escape_of(text.ptr[i]) != 0 ||
		    (unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f) {
			return false;
		}
	}
	return true;
}

void
zta_quote__string(zta_buf *out, zta_str text)
{
	put_quoted(out, text, false);
}

void
zta_quote__pattern(zta_buf *out, zta_str pattern)
{
	put_quoted(out, pattern, true);
}

void
zta_quote__uid(zta_buf *out, zta_str type, zta_str id)
{
	zta_buf__put(out, type);
	zta_buf__text(out, "::");
	zta_quote__string(out, id);
}

void
zta_quote__key(zta_buf *out, zta_str key)
{
	if (zta_lex__is_key(key)) {
		zta_buf__put(out, key);
	} else {
		zta_quote__string(out, key);
	}
}
