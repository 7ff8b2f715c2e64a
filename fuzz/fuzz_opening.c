/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_opening.c - a record and its opening: two bytes of its length, the record,
 * the opening. What it opens is what the record has commitments to.
 */
#include "fuzz.h"

#include "base/str.h"
#include "log/leaf_fields.h"
#include "log/opening.h"

/* Nothing is opened in part, and names that are known stay. */
static void
check(const zta_leaf *before, const zta_leaf *after, zta_opening_state state)
{
	const zta_leaf_field *f;
	zta_str value;
	unsigned i;

	for (i = 0; i < ZTA_PERSONAL_COUNT; i++) {
		f = zta_leaf_field__personal((zta_personal)i);
		value = zta_leaf_field__str(f, after);
		if (before->commitments[i].len == 0 ?
			!zta_str__eq(value, zta_leaf_field__str(f, before)) :
			(value.len > 0) != (state == ZTA_OPENING_OPEN)) {
			abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = size < 2 ? 0 : (size_t)data[0] << 8 | data[1];
	zta_leaf leaf, opened;
	zta_opening_state state;
	zta_arena arena;

	if (size < 2 || len > size - 2) {
		return 0;
	}
	zta_arena__init(&arena, (size_t)1 << 26);
	if (zta_leaf__decode((zta_str){ (const char *)data + 2, len }, &arena,
		&leaf, NULL) == ZTA_OK) {
		opened = leaf;
		state = zta_opening__use(&opened,
		    (zta_str){ (const char *)data + 2 + len, size - 2 - len });
		check(&leaf, &opened, state);
	}
	zta_arena__release(&arena);
	return 0;
}
