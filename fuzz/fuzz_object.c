/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_object.c - trees and commits: what decodes encodes to the same bytes. */
#include "fuzz.h"

#include "base/str.h"
#include "ledger/commit.h"
#include "ledger/tree_object.h"

static void
must(bool holds)
{
	if (!holds) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str body = { (const char *)data, size };
	zta_arena arena;
	zta_tree_object tree;
	zta_commit commit;
	zta_error err;
	zta_buf buf;

	zta_arena__init(&arena, (size_t)1 << 28);
	zta_buf__init(&buf, SIZE_MAX);
	if (zta_tree_object__decode(&arena, body, &tree, &err) == ZTA_OK) {
		must(zta_tree_object__encode(&arena, &tree, &buf, &err) ==
		    ZTA_OK);
		must(zta_str__eq(zta_buf__str(&buf), body));
	} else {
		must(err.place[0] != '\0' && err.message[0] != '\0');
	}
	zta_buf__clear(&buf);
	if (zta_commit__decode(body, &commit, &err) == ZTA_OK) {
		must(zta_commit__encode(&commit, &buf, &err) == ZTA_OK);
		must(zta_str__eq(zta_buf__str(&buf), body));
	} else {
		must(err.place[0] != '\0' && err.message[0] != '\0');
	}
	zta_buf__release(&buf);
	zta_arena__release(&arena);
	return 0;
}
