/* SPDX-License-Identifier: Apache-2.0 */
/* seal_tree.h - one of many payloads under a seal. SPEC: rfc9162 2.1 */
#ifndef ZTA_TRUST_SEAL_TREE_H
#define ZTA_TRUST_SEAL_TREE_H

#include "trust/seal.h"

/* What a consumer says that it received. */
typedef struct zta_received {
	zta_str channel;
	unsigned char payload[ZTA_SHA256_LEN];
	bool is_part;   /* of many: */
	uint32_t index; /* from 0 */
	zta_str path;   /* hashes from the leaf up */
} zta_received;

/* Is this what was sealed, or one of what was? The channel is not asked. */
bool zta_seal_tree__holds(const zta_sealed *what, const zta_received *received);

#endif
