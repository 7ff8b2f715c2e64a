/* SPDX-License-Identifier: Apache-2.0 */
/* seal_tree.c - see seal_tree.h. */
#include "trust/seal_tree.h"

#include <string.h>

#include "crypto/hash_tree.h"

bool
zta_seal_tree__holds(const zta_sealed *what, const zta_received *received)
{
	zta_hash_tree tree = { .count = what->payloads };

	if (received->is_part != (what->payloads > 0)) {
		return false;
	}
	if (!received->is_part) {
		return memcmp(what->payload, received->payload,
			   ZTA_SHA256_LEN) == 0;
	}
	memcpy(tree.root, what->payload, ZTA_SHA256_LEN);
	return zta_hash_tree__holds(
	    &tree, received->index, received->payload, received->path);
}
