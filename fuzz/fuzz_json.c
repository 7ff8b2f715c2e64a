/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_json.c - the JSON reader. What is accepted is written back, and must
 * read as the same again; reading element by element must agree.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/str.h"

static void
require(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* Count the elements one by one; must be as many as reading at once saw. */
static void
check_elements(zta_str text, uint32_t count)
{
	zta_json_doc doc;
	zta_arena arena;
	uint32_t seen = 0;
	size_t at = 0;

	zta_arena__init(&arena, (size_t)1 << 28);
	for (;;) {
		require(zta_json__next_element(&arena, text, &at, &doc, NULL) ==
		    ZTA_OK);
		if (doc.root == NULL) {
			break;
		}
		seen++;
	}
	require(seen == count);
	zta_arena__release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size };
	zta_json_doc doc, again;
	zta_arena arena;
	zta_buf buf, second;
	zta_json_out out = { &buf, false };
	zta_error err;

	zta_arena__init(&arena, (size_t)1 << 28);
	zta_buf__init(&buf, (size_t)1 << 28);
	zta_buf__init(&second, (size_t)1 << 28);
	if (zta_json__read(&arena, text, &doc, &err) == ZTA_OK) {
		if (doc.root->type == ZTA_JSON_ARRAY) {
			check_elements(text, doc.root->count);
		}
		(void)zta_json_out__node(&out, doc.root);
		require(zta_json__read(&arena, zta_buf__str(&buf), &again,
			    &err) == ZTA_OK);
		out = (zta_json_out){ &second, false };
		(void)zta_json_out__node(&out, again.root);
		require(buf.len == second.len &&
		    memcmp(buf.ptr, second.ptr, buf.len) == 0);
	}
	zta_buf__release(&buf);
	zta_buf__release(&second);
	zta_arena__release(&arena);
	return 0;
}
