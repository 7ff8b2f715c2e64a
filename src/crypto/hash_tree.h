/* SPDX-License-Identifier: Apache-2.0 */
/* hash_tree.h - is this one of those below a root? SPEC: rfc9162 2.1 */
#ifndef ZTA_CRYPTO_HASH_TREE_H
#define ZTA_CRYPTO_HASH_TREE_H

#include "crypto/digest.h"

/* A root of `count` leaves, from 1; each is the SHA-256 of a payload. */
typedef struct zta_hash_tree {
	unsigned char root[ZTA_SHA256_LEN];
	uint32_t count;
} zta_hash_tree;

/* Does `path`, hashes from the leaf up, prove leaf `index`, from 0? */
bool zta_hash_tree__holds(const zta_hash_tree *tree, uint32_t index,
    const unsigned char leaf[ZTA_SHA256_LEN], zta_str path);

#endif
