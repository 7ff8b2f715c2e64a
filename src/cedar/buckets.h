/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buckets.h - many lists of numbers in one array, by counting: open, count each
 * item, make room, put each item. A list keeps the order of putting.
 */
#ifndef ZTA_CEDAR_BUCKETS_H
#define ZTA_CEDAR_BUCKETS_H

#include "base/arena.h"

/* Some uids, ascending; one may stand there more than once. */
typedef struct zta_uid_list {
	const uint32_t *list;
	uint32_t count;
} zta_uid_list;

typedef struct zta_buckets {
	uint32_t *ends; /* where list k ends in `items` */
	uint32_t *items;
	uint32_t count; /* of lists */
	uint64_t total; /* of items */
} zta_buckets;

/* False: no memory. */
ZTA_MUST_USE bool zta_buckets__open(
    zta_buckets *buckets, zta_arena *arena, uint32_t count);

void zta_buckets__count(zta_buckets *buckets, uint32_t k);

/* ZTA_ENOMEM; ZTA_ELIMIT: there are too many items. */
ZTA_MUST_USE zta_status zta_buckets__room(
    zta_buckets *buckets, zta_arena *arena, zta_error *err);

void zta_buckets__put(zta_buckets *buckets, uint32_t k, uint32_t item);

/* List k, when all items are in; empty if there is none. */
zta_uid_list zta_buckets__get(const zta_buckets *buckets, uint32_t k);

#endif
