/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.c - see utf8.h. SPEC: rfc3629 4 */
#include "base/utf8.h"

#include <string.h>

size_t
zta_utf8__decode(zta_str text, uint32_t *code)
{
	/* The least code point that needs each length; less is overlong. */
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text.ptr;
	size_t len, i;
	uint32_t value;

	if (text.len == 0) {
		return 0;
	}
	if (p[0] < 0x80) {
		*code = p[0];
		return 1;
	}
	if (p[0] >= 0xC2 && p[0] <= 0xDF) {
		len = 2;
		value = p[0] & 0x1Fu;
	} else if ((p[0] & 0xF0u) == 0xE0) {
		len = 3;
		value = p[0] & 0x0Fu;
	} else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
		len = 4;
		value = p[0] & 0x07u;
	} else {
		return 0;
	}
	if (text.len < len) {
		return 0;
	}
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xC0u) != 0x80) {
			return 0;
		}
		value = value << 6 | (p[i] & 0x3Fu);
	}
	if (value < least[len] || !zta_utf8__is_scalar(value)) {
		return 0;
	}
	*code = value;
	return len;
}

size_t
zta_utf8__encode(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0u | code >> 6);
		out[1] = (char)(0x80u | (code & 0x3Fu));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0u | code >> 12);
		out[1] = (char)(0x80u | (code >> 6 & 0x3Fu));
		out[2] = (char)(0x80u | (code & 0x3Fu));
		return 3;
	}
	out[0] = (char)(0xF0u | code >> 18);
	out[1] = (char)(0x80u | (code >> 12 & 0x3Fu));
	out[2] = (char)(0x80u | (code >> 6 & 0x3Fu));
	out[3] = (char)(0x80u | (code & 0x3Fu));
	return 4;
}

size_t
zta_utf8__check(zta_str text)
{
	const uint64_t high = UINT64_C(0x8080808080808080);
	size_t at = 0, len;
	uint64_t word;
	uint32_t code;

	while (at < text.len) {
		if (text.len - at >= 8) {
			memcpy(&word, text.ptr + at, 8);
			if ((word & high) == 0) {
				at += 8;
				continue;
			}
		}
		if ((unsigned char)text.ptr[at] < 0x80) {
			at++;
			continue;
		}
		len = zta_utf8__decode(
		    (zta_str){ text.ptr + at, text.len - at }, &code);
		if (len == 0) {
			return at;
		}
		at += len;
	}
	return at;
}
