/* SPDX-License-Identifier: Apache-2.0 */
/* consistency.c - see consistency.h. */
#include "log/consistency.h"

#include <string.h>

#define LEN ZTA_SHA256_LEN
#define TILE_BITS 8u

/* Of the largest power of two that is at most `n` > 0. */
static unsigned
bits_of(uint64_t n)
{
	unsigned bits = 0;

	while (n >> bits > 1) {
		bits++;
	}
	return bits;
}

/* Where a tree of `n` > 1 entries is parted. SPEC: rfc6962 2.1 */
static uint64_t
split(uint64_t n)
{
	return (uint64_t)1 << bits_of(n - 1);
}

/* The root of the 2^bits entries from `first` on, which is a multiple of it. */
static zta_status
full_root(const zta_merkle_source *source, uint64_t first, unsigned bits,
    unsigned char out[LEN], zta_error *err)
{
	unsigned char rows[ZTA_TILE_BYTES];
	unsigned level = bits / TILE_BITS < ZTA_LOG_TREE_LEVELS ?
	    bits / TILE_BITS :
	    ZTA_LOG_TREE_LEVELS - 1;
	size_t count = (size_t)1 << (bits - level * TILE_BITS);
	zta_status status = source->read(source->context, level,
	    first >> (level * TILE_BITS), count, rows, err);

	if (status == ZTA_OK) {
		zta_merkle__fold(rows, count);
		memcpy(out, rows, LEN);
	}
	return status;
}

/*
 * The root of `count` entries from `first` on, where a subtree of the log
 * begins: of full ones, each smaller than the one before.
 */
static zta_status
range_root(const zta_merkle_source *source, uint64_t first, uint64_t count,
    unsigned char out[LEN], zta_error *err)
{
	unsigned char parts[ZTA_PATH_MAX][LEN];
	unsigned n = 0, bits;
	zta_status status = ZTA_OK;

	while (status == ZTA_OK && count > 0) {
		bits = bits_of(count);
		status = full_root(source, first, bits, parts[n++], err);
		first += (uint64_t)1 << bits;
		count -= (uint64_t)1 << bits;
	}
	for (; status == ZTA_OK && n > 1; n--) {
		zta_hash_tree__node(parts[n - 2], parts[n - 1], parts[n - 2]);
	}
	if (status == ZTA_OK) {
		memcpy(out, parts[0], LEN);
	}
	return status;
}

/* A subtree that stands in a proof; those further down are found later. */
typedef struct beside {
	uint64_t first, count;
} beside;

zta_status
zta_consistency__prove(const zta_merkle_source *source, uint64_t old,
    uint64_t size, zta_merkle_path *out, zta_error *err)
{
	beside found[ZTA_PATH_MAX];
	uint64_t first = 0, count = size, k;
	unsigned n = 0;
	zta_status status = ZTA_OK;

	out->count = 0;
	if (old == 0 || old == size) {
		return ZTA_OK;
	}
	while (old < count) {
		k = split(count);
		if (old <= k) {
			found[n++] = (beside){ first + k, count - k };
			count = k;
		} else {
			found[n++] = (beside){ first, k };
			first += k;
			old -= k;
			count -= k;
		}
	}
	/* Whoever verifies has the root of the older tree, but of no other. */
	if (first > 0) {
		found[n++] = (beside){ first, count };
	}
	while (status == ZTA_OK && n > 0) {
		n--;
		status = range_root(source, found[n].first, found[n].count,
		    out->hashes[out->count++], err);
	}
	return status;
}

/* The way up from the last entry of the older tree, in both trees at once. */
static bool
climb(const zta_log_head *old, const zta_log_head *head,
    const unsigned char (*hashes)[LEN], unsigned count,
    const unsigned char first[LEN])
{
	unsigned char before[LEN], now[LEN];
	uint64_t at = old->size - 1, last = head->size - 1;
	unsigned i;

	while (at % 2 == 1) {
		at /= 2;
		last /= 2;
	}
	memcpy(before, first, LEN);
	memcpy(now, first, LEN);
	for (i = 0; i < count; i++) {
		if (last == 0) {
			return false;
		}
		if (at % 2 == 1 || at == last) {
			zta_hash_tree__node(hashes[i], before, before);
			zta_hash_tree__node(hashes[i], now, now);
			while (at % 2 == 0 && at != 0) {
				at /= 2;
				last /= 2;
			}
		} else {
			zta_hash_tree__node(now, hashes[i], now);
		}
		at /= 2;
		last /= 2;
	}
	return last == 0 && memcmp(before, old->root, LEN) == 0 &&
	    memcmp(now, head->root, LEN) == 0;
}

/* SPEC: rfc9162 2.1.4.2 */
bool
zta_consistency__holds(const zta_log_head *old, const zta_log_head *head,
    const zta_merkle_path *proof)
{
	const unsigned char(*hashes)[LEN] = proof->hashes;

	if (old->size == 0) {
		return proof->count == 0;
	}
	if (old->size >= head->size) {
		return old->size == head->size && proof->count == 0 &&
		    memcmp(old->root, head->root, LEN) == 0;
	}
	/* A full tree is a subtree of the other one: its root begins. */
	if ((old->size & (old->size - 1)) == 0) {
		return climb(old, head, hashes, proof->count, old->root);
	}
	return proof->count > 0 &&
	    climb(old, head, hashes + 1, proof->count - 1, hashes[0]);
}
