/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_workspace.c - the configuration of a workspace. What is accepted is
 * written, and must read as the same again.
 */
#include "fuzz.h"

#include "base/str.h"
#include "pap/workspace_config.h"

static void
require(bool holds)
{
	if (!holds) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const zta_str text = { (const char *)data, size };
	zta_workspace_config config, again;
	zta_arena arena;
	zta_buf first, second;
	zta_error err;

	zta_arena__init(&arena, (size_t)1 << 28);
	zta_buf__init(&first, (size_t)1 << 28);
	zta_buf__init(&second, (size_t)1 << 28);
	if (zta_workspace_config__parse(&arena, text, &config, &err) ==
	    ZTA_OK) {
		zta_workspace_config__put(&first, &config);
		require(zta_workspace_config__parse(&arena,
			    zta_buf__str(&first), &again, &err) == ZTA_OK);
		zta_workspace_config__put(&second, &again);
		require(
		    zta_str__eq(zta_buf__str(&first), zta_buf__str(&second)));
	}
	zta_buf__release(&first);
	zta_buf__release(&second);
	zta_arena__release(&arena);
	return 0;
}
