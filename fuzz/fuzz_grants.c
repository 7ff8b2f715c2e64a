/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_grants.c - the file of grants. An input that begins with C is lines
 * without checks, which they get here, so that what comes after the checks is
 * reached; any other is the file. Reading it in two pieces comes to the same.
 */
#include "fuzz.h"

#include <string.h>

#include "base/b64.h"
#include "base/str.h"
#include "trust/grants.h"

static void
put_checked(zta_buf *out, zta_str text)
{
	unsigned char check[ZTA_SHA256_LEN], next[ZTA_SHA256_LEN];
	size_t before = 0;
	zta_str line;

	while (zta_str__next(&text, '\n', &line)) {
		const zta_str parts[] = { { (char *)check, before }, line };

		zta_digest__sha256_parts(parts, 2, next);
		memcpy(check, next, sizeof(check));
		before = sizeof(check);
		zta_buf__put(out, line);
		zta_buf__byte(out, ' ');
		zta_b64__put(out, (zta_str){ (char *)check, sizeof(check) });
		zta_buf__byte(out, '\n');
	}
}

static void
check_index(const zta_grants *g)
{
	const zta_known_grant *known;
	uint32_t i;

	for (i = 0; i < g->count; i++) {
		known = &g->list[i];
		if (zta_grants__find(g, known->jti) != known ||
		    zta_grants__number(g, known->digest) != i ||
		    known->at + known->len > g->size ||
		    (known->parent != ZTA_MAP_NONE &&
			(!known->has_parent || known->parent >= i))) {
			abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size };
	zta_grants whole, parts;
	zta_status status, again;
	size_t taken, half;
	zta_buf file;

	zta_buf__init(&file, SIZE_MAX);
	if (size > 0 && data[0] == 'C') {
		put_checked(&file, (zta_str){ text.ptr + 1, size - 1 });
	} else {
		zta_buf__put(&file, text);
	}
	zta_grants__init(&whole);
	zta_grants__init(&parts);
	text = file.len == 0 ? ZTA_STR("") : zta_buf__str(&file);
	status = zta_grants__feed(&whole, text, true, &taken, NULL);
	if (taken != whole.size || taken > text.len) {
		abort();
	}
	check_index(&whole);
	half = text.len / 2;
	again = zta_grants__feed(
	    &parts, (zta_str){ text.ptr, half }, false, &taken, NULL);
	if (again == ZTA_OK) {
		again = zta_grants__feed(&parts,
		    (zta_str){ text.ptr + taken, text.len - taken }, true,
		    &taken, NULL);
	}
	if (again != status || parts.size != whole.size ||
	    parts.count != whole.count || parts.lines != whole.lines) {
		abort();
	}
	zta_grants__release(&whole);
	zta_grants__release(&parts);
	zta_buf__release(&file);
	return 0;
}
