/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_log.c - frames and records. What decodes must encode to the same bytes:
 * one record has one encoding.
 */
#include "fuzz.h"

#include "base/str.h"
#include "log/frame.h"
#include "log/leaf.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str bytes = { (const char *)data, size }, rest, entry;
	zta_arena arena;
	zta_frame frame;
	zta_leaf leaf;
	zta_error err;
	zta_buf again;
	zta_json_out out = { &again, false };

	zta_arena__init(&arena, (size_t)1 << 26);
	zta_buf__init(&again, (size_t)1 << 26);
	if (zta_frame__read(bytes, 0, NULL, NULL, &frame) == ZTA_FRAME_GOOD) {
		rest = frame.entries;
		while (zta_frame__next(&rest, &entry)) {
		}
	}
	if (zta_leaf__decode(bytes, &arena, &leaf, &err) == ZTA_OK) {
		zta_leaf__encode(&leaf, &again);
		if (!zta_str__eq(zta_buf__str(&again), bytes)) {
			abort();
		}
		zta_buf__clear(&again);
		zta_leaf__json(&leaf, 0, &out);
	}
	zta_buf__release(&again);
	zta_arena__release(&arena);
	return 0;
}
