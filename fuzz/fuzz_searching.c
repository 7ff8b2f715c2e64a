/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_searching.c - requests of AuthZEN's searches. What is taken has all that a
 * search needs, and nothing of what is sought.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "pdp/search.h"

static void
expect(bool it_is_so)
{
	if (!it_is_so) {
		abort();
	}
}

static void
look(const zta_search_request *r, zta_authzen_open open)
{
	const zta_authzen *a = &r->asked;

	expect(r->open == open && r->limit <= ZTA_SEARCH_PAGE_MAX);
	expect(a->subject_type.len > 0 && a->resource_type.len > 0);
	expect((a->subject_id.len == 0) == (open == ZTA_OPEN_SUBJECT));
	expect((a->resource_id.len == 0) == (open == ZTA_OPEN_RESOURCE));
	expect((a->action.len == 0) == (open == ZTA_OPEN_ACTION));
	expect(open != ZTA_OPEN_SUBJECT || a->subject_properties == NULL);
	expect(open != ZTA_OPEN_RESOURCE || a->resource_properties == NULL);
	expect(open != ZTA_OPEN_ACTION || a->action_properties == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size };
	zta_authzen_open open;
	zta_search_request request;
	zta_arena arena;
	zta_error err;

	for (open = ZTA_OPEN_SUBJECT; open <= ZTA_OPEN_ACTION; open++) {
		zta_arena__init(&arena, (size_t)1 << 28);
		if (zta_search_request__read(
			&arena, text, open, &request, &err) == ZTA_OK) {
			look(&request, open);
		}
		zta_arena__release(&arena);
	}
	return 0;
}
