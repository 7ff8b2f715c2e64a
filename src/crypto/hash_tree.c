/* SPDX-License-Identifier: Apache-2.0 */
/* hash_tree.c - see hash_tree.h. */
#include "crypto/hash_tree.h"

#include <string.h>

#define LEN ((size_t)ZTA_SHA256_LEN)

/* SPEC: rfc6962 2.1: what a hash is of cannot be mistaken. */
#define LEAF_PREFIX "\x00"
#define NODE_PREFIX '\x01'

void
zta_hash_tree__leaf(zta_str entry, unsigned char out[ZTA_SHA256_LEN])
{
	const zta_str parts[] = { { LEAF_PREFIX, 1 }, entry };

	zta_digest__sha256_parts(parts, 2, out);
}

void
zta_hash_tree__node(const unsigned char left[ZTA_SHA256_LEN],
    const unsigned char right[ZTA_SHA256_LEN],
    unsigned char out[ZTA_SHA256_LEN])
{
	char bytes[1 + 2 * LEN];

	bytes[0] = NODE_PREFIX;
	memcpy(bytes + 1, left, LEN);
	memcpy(bytes + 1 + LEN, right, LEN);
	zta_digest__sha256((zta_str){ bytes, sizeof(bytes) }, out);
}

bool
zta_hash_tree__leads(const unsigned char leaf[ZTA_SHA256_LEN], uint64_t index,
    uint64_t size, zta_str path, const unsigned char root[ZTA_SHA256_LEN])
{
	unsigned char node[ZTA_SHA256_LEN];
	const unsigned char *other;
	uint64_t last = size - 1;

	if (index >= size) {
		return false;
	}
	memcpy(node, leaf, LEN);
	for (; path.len >= LEN; path.ptr += LEN, path.len -= LEN) {
		other = (const unsigned char *)path.ptr;
		if (last == 0) {
			return false;
		}
		if (index % 2 == 1 || index == last) {
			zta_hash_tree__node(other, node, node);
			/* Up to where it is a right child. */
			while (index % 2 == 0 && index != 0) {
				index /= 2;
				last /= 2;
			}
		} else {
			zta_hash_tree__node(node, other, node);
		}
		index /= 2;
		last /= 2;
	}
	return last == 0 && path.len == 0 && memcmp(root, node, LEN) == 0;
}

bool
zta_hash_tree__holds(const zta_hash_tree *tree, uint32_t index,
    const unsigned char payload[ZTA_SHA256_LEN], zta_str path)
{
	unsigned char leaf[ZTA_SHA256_LEN];

	zta_hash_tree__leaf((zta_str){ (const char *)payload, LEN }, leaf);
	return zta_hash_tree__leads(leaf, index, tree->count, path, tree->root);
}
