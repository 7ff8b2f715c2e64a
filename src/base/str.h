/* SPDX-License-Identifier: Apache-2.0 */
/* str.h - slices of bytes: compare, search, hash. */
#ifndef ZTA_BASE_STR_H
#define ZTA_BASE_STR_H

#include <string.h>

#include "ztauth/base.h"

/* For printf's "%.*s". */
#define ZTA_STR_ARG(s) (int)(s).len, (s).ptr

/* Byte for byte. Not for secrets: see zta_secret__equal() in crypto. */
static inline bool
zta_str__eq(zta_str a, zta_str b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Against a NUL-terminated string; with a literal this costs a comparison. */
static inline bool
zta_str__is(zta_str a, const char *b)
{
	size_t len = __builtin_strlen(b);

	return a.len == len && (len == 0 || memcmp(a.ptr, b, len) == 0);
}

/* Order by bytes, a prefix first: negative, 0 or positive. */
int zta_str__cmp(zta_str a, zta_str b);

bool zta_str__starts(zta_str text, zta_str prefix);
/* Is it one of the list? */
bool zta_str__is_among(zta_str text, const zta_str *list, size_t count);
bool zta_str__ends(zta_str text, zta_str suffix);

/* The offset of the first `byte`, or `text.len`. */
size_t zta_str__find(zta_str text, char byte);

/*
 * Cut the next piece up to `separator` off `*rest`; false when none is left.
 * "a,,b" has three pieces, the empty text has one.
 */
bool zta_str__next(zta_str *rest, char separator, zta_str *piece);

/*
 * 64 well-mixed bits of the bytes under `seed`. Keyed so that whoever chooses
 * the bytes but not the seed cannot fill one bucket of a table.
 */
uint64_t zta_str__hash(zta_str text, uint64_t seed);

#endif
