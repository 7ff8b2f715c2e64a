/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_trust.c - trust documents: the first byte says which one it is. */
#include "fuzz.h"

#include "trust/elevation.h"

static const char levels[] = "{\"levels\":[{\"name\":\"a\",\"rank\":1}]}";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_trust_model model;
	zta_elevation *elevation;
	zta_arena arena;
	zta_error err;
	zta_str text;

	if (size < 2) {
		return 0;
	}
	text = (zta_str){ (const char *)data + 1, size - 1 };
	zta_arena__init(&arena, (size_t)1 << 28);
	if (data[0] % 3 == 0) {
		(void)!zta_trust_model__read(
		    &model, &arena, text, (zta_str){ "", 0 }, &err);
	} else if (zta_trust_model__read(&model, &arena, ZTA_STR(levels),
		       data[0] % 3 == 1 ? text : (zta_str){ "", 0 },
		       &err) == ZTA_OK &&
	    data[0] % 3 == 2 &&
	    zta_elevation__open(&elevation, &model, text, &err) == ZTA_OK) {
		zta_elevation__close(elevation);
	}
	zta_arena__release(&arena);
	return 0;
}
