/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_spiffe.c - SPIFFE IDs. One that is taken is written in one way alone. */
#include "fuzz.h"

#include "base/limits.h"
#include "base/str.h"
#include "identity/spiffe_id.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str id = { (const char *)data, size }, domain = { NULL, 0 };
	size_t i;

	if (!zta_spiffe_id__read(id, &domain)) {
		return 0;
	}
	if (id.len > ZTA_SPIFFE_ID_MAX ||
	    !zta_str__starts(id, ZTA_STR("spiffe://")) ||
	    domain.ptr != id.ptr + 9 || !zta_trust_domain__is_valid(domain) ||
	    id.ptr[9 + domain.len] != '/' || id.ptr[id.len - 1] == '/') {
		abort();
	}
	for (i = 0; i < id.len; i++) {
		if (id.ptr[i] <= ' ' || id.ptr[i] >= 0x7f ||
		    strchr("%?#@\\", id.ptr[i]) != NULL) {
			abort();
		}
	}
	return 0;
}
