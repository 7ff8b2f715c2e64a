/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_schema.c - schemas: the human syntax, and JSON, which begins with {. */
#include "fuzz.h"

#include "ztauth/cedar.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_cedar *engine;
	zta_error err;

	if (zta_cedar_open(&engine, NULL) != ZTA_OK) {
		return 0;
	}
	if (zta_cedar_add_schema(engine, ZTA_STR("s"),
		(zta_str){ (const char *)data, size }, &err) == ZTA_OK) {
		(void)!zta_cedar_seal(engine, &err);
	}
	zta_cedar_close(engine);
	return 0;
}
