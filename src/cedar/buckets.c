/* SPDX-License-Identifier: Apache-2.0 */
/* buckets.c - see buckets.h. */
#include "cedar/buckets.h"

#include "base/error.h"

bool
zta_buckets__open(zta_buckets *buckets, zta_arena *arena, uint32_t count)
{
	*buckets = (zta_buckets){ .count = count };
	buckets->ends =
	    zta_arena__zalloc(arena, (size_t)count + 1, sizeof(uint32_t));
	return buckets->ends != NULL;
}

void
zta_buckets__count(zta_buckets *buckets, uint32_t k)
{
	buckets->ends[k]++;
	buckets->total++;
}

/* Until they are full, `ends` tell where the lists begin. */
zta_status
zta_buckets__room(zta_buckets *buckets, zta_arena *arena, zta_error *err)
{
	uint32_t k, count, at = 0;

	if (buckets->total > UINT32_MAX) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "too many entities to search");
	}
	for (k = 0; k < buckets->count; k++) {
		count = buckets->ends[k];
		buckets->ends[k] = at;
		at += count;
	}
	buckets->items = zta_arena__alloc(arena, (size_t)at * sizeof(uint32_t));
	return buckets->items == NULL ? zta_arena__failed(arena, err) : ZTA_OK;
}

void
zta_buckets__put(zta_buckets *buckets, uint32_t k, uint32_t item)
{
	buckets->items[buckets->ends[k]++] = item;
}

zta_uid_list
zta_buckets__get(const zta_buckets *buckets, uint32_t k)
{
	zta_uid_list out = { NULL, 0 };
	uint32_t start;

	if (k < buckets->count) {
		start = k == 0 ? 0 : buckets->ends[k - 1];
		out.list = buckets->items + start;
		out.count = buckets->ends[k] - start;
	}
	return out;
}
