/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_pep_part.c - claims of a seal, as a PEP reads them that was told of it. A
 * root comes of them only if the part that was taken is below it.
 */
#include "fuzz.h"

#include <string.h>

#include "base/b64.h"
#include "base/str.h"
#include "pep/pep_part.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const zta_pep_root zero;
	const zta_pep_message m = { .channel = ZTA_STR("orders"),
		.payload = ZTA_STR("one teapot"),
		.is_part = true };
	zta_pep_root root;
	zta_buf seal;
	zta_status status;

	zta_buf__init(&seal, SIZE_MAX);
	zta_buf__text(&seal, "h.");
	zta_b64__put(&seal, (zta_str){ (const char *)data, size });
	zta_buf__text(&seal, ".s");
	status = zta_pep__read_root(zta_buf__str(&seal), &m, &root, NULL);
	if (status == ZTA_OK ? zta_pep_check_part(&root, &m, NULL) != ZTA_OK :
			       memcmp(&root, &zero, sizeof(zero)) != 0) {
		abort();
	}
	zta_buf__release(&seal);
	return 0;
}
