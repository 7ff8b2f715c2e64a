/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_bundle.c - bundles of trust domains. What is read verifies something. */
#include "fuzz.h"

#include "base/limits.h"
#include "identity/spiffe_bundle.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size };
	zta_spiffe_bundle bundle = { .roots = NULL };
	zta_arena arena;
	zta_json_doc doc;

	zta_arena__init(&arena, (size_t)1 << 28);
	if (zta_json__read(&arena, text, &doc, NULL) == ZTA_OK &&
	    zta_spiffe_bundle__read(&bundle, &arena, &doc, doc.root, NULL) ==
		ZTA_OK) {
		if ((bundle.keys.count == 0 &&
			zta_x509_roots__count(bundle.roots) == 0) ||
		    bundle.refresh_ms < ZTA_SPIFFE_REFRESH_MIN_S * 1000 ||
		    bundle.refresh_ms > ZTA_SPIFFE_REFRESH_MAX_S * 1000) {
			abort();
		}
		zta_spiffe_bundle__release(&bundle);
	}
	zta_arena__release(&arena);
	return 0;
}
