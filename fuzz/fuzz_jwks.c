/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_jwks.c - key sets, and whole documents of identity sources. */
#include "fuzz.h"

#include "identity/source.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size };
	zta_arena arena;
	zta_json_doc doc;
	zta_jwks set = { 0 };
	zta_sources sources;
	zta_error err;

	zta_arena__init(&arena, (size_t)1 << 28);
	if (zta_json__read(&arena, text, &doc, &err) == ZTA_OK) {
		(void)!zta_jwks__read(
		    &set, &arena, &doc, doc.root, "sig", &err);
		zta_jwks__release(&set);
		if (zta_sources__read(&sources, &arena, text, NULL, &err) ==
		    ZTA_OK) {
			zta_sources__release(&sources);
		}
	}
	zta_arena__release(&arena);
	return 0;
}
