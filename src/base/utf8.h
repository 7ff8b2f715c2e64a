/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h - UTF-8 as RFC 3629 has it: no overlong forms, no surrogates. */
#ifndef ZTA_BASE_UTF8_H
#define ZTA_BASE_UTF8_H

#include "ztauth/base.h"

/*
 * Decode the code point at the start of `text` and return its length in bytes,
 * 1 to 4; 0 when the bytes are not UTF-8 or `text` is empty.
 */
size_t zta_utf8__decode(zta_str text, uint32_t *code);

/* Write `code` (a Unicode scalar value) to `out`; its length, 1 to 4. */
size_t zta_utf8__encode(uint32_t code, char out[4]);

/* The offset of the first byte that is not UTF-8, or `text.len`. */
size_t zta_utf8__check(zta_str text);

/* Surrogates and values over 10FFFF are not scalar values. */
static inline bool
zta_utf8__is_scalar(uint32_t code)
{
	return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

#endif
