/* SPDX-License-Identifier: Apache-2.0 */
/*
 * difference.c - see difference.h.
 *
 * The base is known by its blocks: a table has the place of the first with each
 * hash, or of another one where two hashes meet. The target is walked byte by
 * byte; where a block begins that the base has, too, the range is widened in
 * both directions and passed over. What repeats in a file would be found at its
 * first place, so two others are tried before: where the last range would go
 * on, and the same distance from the end.
 */
#include "pap/difference.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define BLOCK 16u
#define NONE SIZE_MAX

typedef struct finder {
	zta_str base, target;
	uint32_t *table; /* offset in the base, plus 1; 0: free */
	uint64_t mask;
	size_t done; /* of the target: the end of the last range */
	size_t next; /* in the base: where it would go on */
	zta_buf *out;
} finder;

/* --- writing */

/* What has no range, and then `len` bytes of the base; `at` is behind both. */
static void
put_step(finder *f, size_t at, size_t from, size_t len)
{
	zta_str own = { f->target.ptr + f->done, at - len - f->done };

	zta_buf__u32(f->out, (uint32_t)own.len);
	zta_buf__put(f->out, own);
	zta_buf__u32(f->out, (uint32_t)from);
	zta_buf__u32(f->out, (uint32_t)len);
	f->done = at;
	f->next = from + len;
}

static uint32_t *
slot_of(const finder *f, const char *block)
{
	uint64_t halves[2];

	memcpy(halves, block, BLOCK);
	halves[0] = (halves[0] ^ halves[1] >> 29) * 0x9e3779b97f4a7c15u;
	halves[0] = (halves[0] ^ halves[1]) * 0xd6e8feb86659fd93u;
	return &f->table[halves[0] >> 32 & f->mask];
}

/* ZTA_ENOMEM: there is no table. */
static zta_status
index_base(finder *f)
{
	size_t slots = 2, at;
	uint32_t *slot;

	while (slots < f->base.len / BLOCK * 2) {
		slots *= 2;
	}
	f->mask = slots - 1;
	f->table = calloc(slots, sizeof(*f->table));
	if (f->table == NULL) {
		return ZTA_ENOMEM;
	}
	for (at = 0; at + BLOCK <= f->base.len; at += BLOCK) {
		slot = slot_of(f, f->base.ptr + at);
		*slot = *slot == 0 ? (uint32_t)at + 1 : *slot;
	}
	return ZTA_OK;
}

static bool
matches(const finder *f, size_t at, size_t from)
{
	return from <= f->base.len && f->base.len - from >= BLOCK &&
	    memcmp(f->base.ptr + from, f->target.ptr + at, BLOCK) == 0;
}

/* Where the base has the block of the target at `at`, or NONE. */
static size_t
find(const finder *f, size_t at)
{
	size_t same = f->next + (at - f->done);
	size_t left = f->target.len - at;
	uint32_t slot;

	if (matches(f, at, same)) {
		return same;
	}
	if (left <= f->base.len && matches(f, at, f->base.len - left)) {
		return f->base.len - left;
	}
	slot = *slot_of(f, f->target.ptr + at);
	return slot != 0 && matches(f, at, slot - 1) ? slot - 1 : NONE;
}

void
zta_difference__put(zta_buf *out, zta_str base, zta_str target)
{
	finder f = { .base = base, .target = target, .out = out };
	size_t at = 0, from, len;

	if (index_base(&f) != ZTA_OK) {
		out->status = ZTA_ENOMEM;
		return;
	}
	while (at + BLOCK <= target.len) {
		from = find(&f, at);
		if (from == NONE) {
			at++;
			continue;
		}
		for (len = 0; at > f.done && from > 0 &&
		     target.ptr[at - 1] == base.ptr[from - 1];
		     at--, from--) {
		}
		while (at + len < target.len && from + len < base.len &&
		    target.ptr[at + len] == base.ptr[from + len]) {
			len++;
		}
		at += len;
		put_step(&f, at, from, len);
	}
	if (f.done < target.len) {
		put_step(&f, target.len, 0, 0);
	}
	free(f.table);
}

/* --- reading */

static bool
take_u32(zta_str *rest, size_t *out)
{
	const unsigned char *p = (const unsigned char *)rest->ptr;

	if (rest->len < 4) {
		return false;
	}
	*out =
	    (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	rest->ptr += 4;
	rest->len -= 4;
	return true;
}

/* One step; `*size` is what is left to make. */
static bool
take_step(zta_str *steps, zta_str base, char **out, size_t *size)
{
	size_t own, from, len;

	if (!take_u32(steps, &own) || own > steps->len || own > *size) {
		return false;
	}
	memcpy(*out, steps->ptr, own);
	*out += own;
	*size -= own;
	steps->ptr += own;
	steps->len -= own;
	if (!take_u32(steps, &from) || !take_u32(steps, &len) ||
	    from > base.len || len > base.len - from || len > *size) {
		return false;
	}
	if (len > 0) {
		memcpy(*out, base.ptr + from, len);
	}
	*out += len;
	*size -= len;
	return true;
}

zta_status
zta_difference__apply(
    zta_str steps, zta_str base, char *out, size_t size, zta_error *err)
{
	while (steps.len > 0) {
		if (!take_step(&steps, base, &out, &size)) {
			return zta_error__set(err, ZTA_EINVALID,
			    "a step of the difference is malformed, or reaches"
			    " too far");
		}
	}
	return size == 0 ? ZTA_OK :
			   zta_error__set(err, ZTA_EINVALID,
			       "the difference makes less than it says");
}
