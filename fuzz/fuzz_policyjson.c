/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_policyjson.c - policies in JSON: load them; as text they must load too,
 * and be the same JSON afterwards.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#include "ztauth/cedar.h"

static void
load(zta_str json)
{
	zta_cedar *engine;
	zta_error err;

	if (zta_cedar_open(&engine, NULL) != ZTA_OK) {
		return;
	}
	if (zta_cedar_add_policies(engine, ZTA_STR("p"), json,
		ZTA_CEDAR_NUMBERED, &err) == ZTA_OK) {
		(void)!zta_cedar_seal(engine, &err);
	}
	zta_cedar_close(engine);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str json = { (const char *)data, size };
	zta_str text, links, once, twice, back;
	zta_error err;

	load(json);
	if (zta_cedar_policies_to_text(
		ZTA_STR("p"), json, &text, &links, &err) != ZTA_OK) {
		return 0;
	}
	if (zta_cedar_policies_to_json(ZTA_STR("p"), text, ZTA_STR("l"), links,
		&once, &err) != ZTA_OK) {
		abort();
	}
	zta_str_free(links);
	if (zta_cedar_policies_to_text(
		ZTA_STR("p"), once, &back, &links, &err) == ZTA_OK) {
		if (zta_cedar_policies_to_json(ZTA_STR("p"), back, ZTA_STR("l"),
			links, &twice, &err) != ZTA_OK ||
		    twice.len != once.len ||
		    memcmp(once.ptr, twice.ptr, once.len) != 0) {
			abort();
		}
		zta_str_free(twice);
		zta_str_free(back);
		zta_str_free(links);
	}
	zta_str_free(once);
	zta_str_free(text);
	return 0;
}
