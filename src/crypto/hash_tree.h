/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash_tree.h - the hash tree of transparency logs, also of what is sealed
 * together: its hashes, and is this one of those below a root?
 * SPEC: rfc6962 2.1, rfc9162 2.1
 */
#ifndef ZTA_CRYPTO_HASH_TREE_H
#define ZTA_CRYPTO_HASH_TREE_H

#include "crypto/digest.h"

void zta_hash_tree__leaf(zta_str entry, unsigned char out[ZTA_SHA256_LEN]);
/* `out` may be one of the two. */
void zta_hash_tree__node(const unsigned char left[ZTA_SHA256_LEN],
    const unsigned char right[ZTA_SHA256_LEN],
    unsigned char out[ZTA_SHA256_LEN]);

/*
 * Does `path`, hashes from the leaf up, lead from leaf `index` of `size` to this
 * root? SPEC: rfc9162 2.1.3.2
 */
ZTA_MUST_USE bool zta_hash_tree__leads(const unsigned char leaf[ZTA_SHA256_LEN],
    uint64_t index, uint64_t size, zta_str path,
    const unsigned char root[ZTA_SHA256_LEN]);

/* A root of `count` leaves, from 1; each is the SHA-256 of a payload. */
typedef struct zta_hash_tree {
	unsigned char root[ZTA_SHA256_LEN];
	uint32_t count;
} zta_hash_tree;

/* The same, of payload `index`, by its SHA-256. */
ZTA_MUST_USE bool zta_hash_tree__holds(const zta_hash_tree *tree,
    uint32_t index, const unsigned char payload[ZTA_SHA256_LEN], zta_str path);

#endif
