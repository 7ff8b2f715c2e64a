/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_masks.c - masks of a ledger: what is read is applied, and hides. */
#include "fuzz.h"

#include "base/str.h"
#include "log/masks.h"

static const zta_leaf_ring rings[] = {
	{ .workload = { "spiffe://d/api", 14 }, .digest = { "0123", 4 } },
};
static const zta_str credentials[] = { { "x", 1 } };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_leaf leaf = { .subject_id = ZTA_STR("alice"),
		.rings = rings,
		.ring_count = 1,
		.credentials = { credentials, 1 } };
	zta_leaf_list masked;
	zta_masks masks;
	zta_arena arena;
	uint32_t i;

	zta_arena__init(&arena, (size_t)16 << 20);
	if (zta_masks__read(&masks, &arena,
		(zta_str){ (const char *)data, size }, NULL) == ZTA_OK &&
	    zta_masks__apply(&masks, ZTA_STR("key"), &arena, &leaf, &masked,
		NULL) == ZTA_OK) {
		for (i = 0; i < masked.count; i++) {
			if (zta_str__is(masked.items[i], "/subject_id") &&
			    zta_str__is(leaf.subject_id, "alice") &&
			    masks.list[i].op != ZTA_MASK_UPSERT) {
				abort();
			}
		}
	}
	zta_arena__release(&arena);
	return 0;
}
