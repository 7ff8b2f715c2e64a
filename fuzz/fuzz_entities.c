/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_entities.c - entity JSON, with a schema and without. */
#include "fuzz.h"

#include "cedar_fixture.h"
#include "ztauth/cedar.h"

static void
load(zta_str text, bool schema)
{
	zta_cedar *engine;
	zta_error err;

	if (zta_cedar_open(&engine, NULL) != ZTA_OK) {
		return;
	}
	if ((!schema ||
		zta_cedar_add_schema(engine, ZTA_STR("s"),
		    ZTA_STR(fixture_schema), &err) == ZTA_OK) &&
	    zta_cedar_add_entities(engine, ZTA_STR("e"), text, &err) ==
		ZTA_OK) {
		(void)!zta_cedar_seal(engine, &err);
	}
	zta_cedar_close(engine);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size };

	load(text, true);
	load(text, false);
	return 0;
}
