/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escape.c - see escape.h.
 *
 * The rules are those of Rust's string literals, which Cedar took over. One
 * quirk of the reference is kept on purpose: a star written as a code point
 * escape is a wildcard too; only `\*` is a star.
 */
#include "cedar/escape.h"

#include "base/error.h"
#include "base/str.h"
#include "base/utf8.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

/* `\xHH`: two digits, at most 7F. Returns what was consumed, 0: malformed. */
static size_t
read_byte(zta_str raw, uint32_t *code)
{
	int high, low;

	if (raw.len < 2) {
		return 0;
	}
	high = hex_digit(raw.ptr[0]);
	low = hex_digit(raw.ptr[1]);
	if (high < 0 || high > 7 || low < 0) {
		return 0;
	}
	*code = (uint32_t)(high * 16 + low);
	return 2;
}

/* `\u{H..}`: 1 to 6 digits, underscores between them but not first. */
static size_t
read_code(zta_str raw, uint32_t *code)
{
	size_t at, digits = 0;
	int digit;

	if (raw.len < 3 || raw.ptr[0] != '{' || raw.ptr[1] == '_') {
		return 0;
	}
	*code = 0;
	for (at = 1; at < raw.len && raw.ptr[at] != '}'; at++) {
		if (raw.ptr[at] == '_') {
			continue;
		}
		digit = hex_digit(raw.ptr[at]);
		if (digit < 0 || ++digits > 6) {
			return 0;
		}
		*code = *code * 16 + (uint32_t)digit;
	}
	if (at == raw.len || digits == 0 || !zta_utf8__is_scalar(*code)) {
		return 0;
	}
	return at + 1;
}

/* The escape after a backslash: bytes consumed, 0 when there is none such. */
static size_t
read_escape(zta_str raw, uint32_t *code)
{
	static const char from[] = "nrt\\0'\"";
	static const char to[] = "\n\r\t\\\0'\"";
	zta_str after = { raw.ptr + 1, raw.len - 1 };
	const char *known;
	size_t used;

	if (raw.len == 0) {
		return 0;
	}
	if (raw.ptr[0] == 'x') {
		used = read_byte(after, code);
		return used == 0 ? 0 : used + 1;
	}
	if (raw.ptr[0] == 'u') {
		used = read_code(after, code);
		return used == 0 ? 0 : used + 1;
	}
	known = raw.ptr[0] == '\0' ? NULL : strchr(from, raw.ptr[0]);
	if (known == NULL) {
		return 0;
	}
	*code = (unsigned char)to[known - from];
	return 1;
}

zta_status
zta_escape__read(zta_arena *arena, zta_str raw, bool pattern, zta_str *out,
    size_t *bad, zta_error *err)
{
	char *to;
	size_t at = 0, used;
	uint32_t code = 0;
	zta_str left;

	if (!pattern && zta_str__find(raw, '\\') == raw.len &&
	    zta_str__find(raw, '\r') == raw.len) {
		*out = raw;
		return ZTA_OK;
	}
	to = zta_arena__alloc(arena, raw.len + 1);
	if (to == NULL) {
		return zta_arena__failed(arena, err);
	}
	*out = (zta_str){ to, 0 };
	while (at < raw.len) {
		*bad = at;
		if (raw.ptr[at] == '\r') {
			return zta_error__set(err, ZTA_ESYNTAX,
			    "a bare carriage return in a string");
		}
		if (raw.ptr[at] != '\\') {
			*to = raw.ptr[at++];
			*to = pattern && *to == '*' ? ZTA_PATTERN_ANY : *to;
			to++;
			continue;
		}
		left = (zta_str){ raw.ptr + at + 1, raw.len - at - 1 };
		if (pattern && left.len > 0 && left.ptr[0] == '*') {
			*to++ = '*';
			at += 2;
			continue;
		}
		used = read_escape(left, &code);
		if (used == 0) {
			return zta_error__set(
			    err, ZTA_ESYNTAX, "an escape that Cedar lacks");
		}
		if (pattern && code == '*') {
			*to++ = ZTA_PATTERN_ANY;
		} else {
			to += zta_utf8__encode(code, to);
		}
		at += 1 + used;
	}
	out->len = (size_t)(to - out->ptr);
	return ZTA_OK;
}

/* Bytes will do for characters: no wildcard stands for exactly one. */
bool
zta_pattern__match(zta_str pattern, zta_str text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, mark = 0;

	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == ZTA_PATTERN_ANY) {
			star = p++;
			mark = t;
		} else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == ZTA_PATTERN_ANY) {
		p++;
	}
	return p == pattern.len;
}
