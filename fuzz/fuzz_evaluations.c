/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_evaluations.c - several evaluations in one body. Each that is taken has
 * all that a decision needs, and what it has is what it or the call says.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "pdp/evaluations.h"

static void
expect(bool it_is_so)
{
	if (!it_is_so) {
		abort();
	}
}

static void
look(const zta_evaluations *all, const zta_json *item)
{
	zta_authzen one;
	zta_error err;

	if (zta_evaluations__one(all, item, &one, &err) != ZTA_OK) {
		return;
	}
	expect(one.subject_type.len > 0 && one.subject_id.len > 0);
	expect(one.resource_type.len > 0 && one.resource_id.len > 0);
	expect(one.action.len > 0);
	expect(one.tx_token.ptr == all->defaults.tx_token.ptr);
	expect(one.context == zta_json__get(item, "context") ||
	    (one.context == all->defaults.context &&
		zta_json__get(item, "context") == NULL));
	expect(one.context == NULL ||
	    (zta_json__get(one.context, "ztauth") == NULL &&
		zta_json__get(one.context, "action") == NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size };
	zta_evaluations all;
	const zta_json *item;
	zta_arena arena;
	zta_error err;
	uint32_t i;

	zta_arena__init(&arena, (size_t)1 << 28);
	if (zta_evaluations__read(&arena, text, &all, &err) == ZTA_OK) {
		expect(all.count <= ZTA_EVALUATIONS_MAX);
		expect((all.first == NULL) == (all.count == 0));
		item = all.first;
		for (i = 0; i < all.count; i++) {
			look(&all, item);
			item = zta_json__after(item);
		}
	}
	zta_arena__release(&arena);
	return 0;
}
