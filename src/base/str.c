/* SPDX-License-Identifier: Apache-2.0 */
/* str.c - see str.h. */
#include "base/str.h"

#include <stdlib.h>

int
zta_str__cmp(zta_str a, zta_str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);

	if (order != 0) {
		return order;
	}
	return (a.len > b.len) - (a.len < b.len);
}

bool
zta_str__starts(zta_str text, zta_str prefix)
{
	return text.len >= prefix.len &&
	    (prefix.len == 0 || memcmp(text.ptr, prefix.ptr, prefix.len) == 0);
}

bool
zta_str__ends(zta_str text, zta_str suffix)
{
	return text.len >= suffix.len &&
	    (suffix.len == 0 ||
		memcmp(text.ptr + (text.len - suffix.len), suffix.ptr,
		    suffix.len) == 0);
}

bool
zta_str__is_among(zta_str text, const zta_str *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (zta_str__eq(list[i], text)) {
			return true;
		}
	}
	return false;
}

size_t
zta_str__find(zta_str text, char byte)
{
	const char *found;

	if (text.len == 0) {
		return 0;
	}
	found = memchr(text.ptr, byte, text.len);
	return found == NULL ? text.len : (size_t)(found - text.ptr);
}

bool
zta_str__next(zta_str *rest, char separator, zta_str *piece)
{
	size_t at;

	if (rest->ptr == NULL) {
		return false;
	}
	at = zta_str__find(*rest, separator);
	*piece = (zta_str){ rest->ptr, at };
	if (at == rest->len) {
		*rest = (zta_str){ NULL, 0 };
	} else {
		rest->ptr += at + 1;
		rest->len -= at + 1;
	}
	return true;
}

/* The two halves of a 128-bit product, folded: each input bit reaches all. */
static uint64_t
fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t
load64(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

uint64_t
zta_str__hash(zta_str text, uint64_t seed)
{
	/* Odd constants with balanced bits: fractions of e, pi and sqrt 2. */
	const uint64_t k0 = UINT64_C(0xb7e151628aed2a6b);
	const uint64_t k1 = UINT64_C(0x243f6a8885a308d3);
	const uint64_t k2 = UINT64_C(0x6a09e667f3bcc909);
	const char *p = text.ptr;
	size_t left = text.len;
	uint64_t state = fold(seed ^ k0, (uint64_t)text.len ^ k1);
	uint64_t tail = 0;

	while (left >= 8) {
		state = fold(state ^ load64(p), k2);
		p += 8;
		left -= 8;
	}
	if (left > 0) {
		memcpy(&tail, p, left);
	}
	return fold(fold(state ^ tail, k0), k1 ^ seed);
}

void
zta_str_free(zta_str text)
{
	free((void *)(uintptr_t)text.ptr);
}
