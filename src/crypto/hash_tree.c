/* SPDX-License-Identifier: Apache-2.0 */
/* hash_tree.c - see hash_tree.h. */
#include "crypto/hash_tree.h"

#include <string.h>

/* SPEC: rfc9162 2.1.1: what stands before leaves, and before two nodes. */
static void
hash_leaf(const unsigned char *payload, unsigned char *out)
{
	const zta_str parts[] = { { "\0", 1 },
		{ (const char *)payload, ZTA_SHA256_LEN } };

	zta_digest__sha256_parts(parts, 2, out);
}

static void
hash_pair(const void *left, const void *right, unsigned char *out)
{
	const zta_str parts[] = { { "\1", 1 }, { left, ZTA_SHA256_LEN },
		{ right, ZTA_SHA256_LEN } };

	zta_digest__sha256_parts(parts, 3, out);
}

/* SPEC: rfc9162 2.1.3.2 */
static bool
climb(uint32_t index, uint32_t last, zta_str path, unsigned char *node)
{
	for (; path.len >= ZTA_SHA256_LEN;
	     path.ptr += ZTA_SHA256_LEN, path.len -= ZTA_SHA256_LEN) {
		if (last == 0) {
			return false;
		}
		if (index % 2 == 1 || index == last) {
			hash_pair(path.ptr, node, node);
			/* Up to where it is a right child. */
			while (index % 2 == 0 && index != 0) {
				index /= 2;
				last /= 2;
			}
		} else {
			hash_pair(node, path.ptr, node);
		}
		index /= 2;
		last /= 2;
	}
	return last == 0 && path.len == 0;
}

bool
zta_hash_tree__holds(const zta_hash_tree *tree, uint32_t index,
    const unsigned char leaf[ZTA_SHA256_LEN], zta_str path)
{
	unsigned char node[ZTA_SHA256_LEN];

	if (index >= tree->count) {
		return false;
	}
	hash_leaf(leaf, node);
	return climb(index, tree->count - 1, path, node) &&
	    memcmp(tree->root, node, ZTA_SHA256_LEN) == 0;
}
