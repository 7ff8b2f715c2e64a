/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_diff.c - differences and merges of texts. The input is three of them,
 * with a NUL between. A difference applied gives the other text; a merge with
 * a side that changed nothing is the other side.
 */
#include "fuzz.h"

#include "base/diff.h"
#include "base/str.h"

static void
require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void
put_lines(zta_buf *out, const zta_diff_lines *lines, uint32_t from, uint32_t to)
{
	for (; from < to; from++) {
		zta_buf__put(out, lines->list[from]);
	}
}

static void
check_diff(zta_arena *arena, zta_str before, zta_str after)
{
	const zta_diff_hunk *h;
	zta_diff diff;
	zta_buf text;
	uint32_t i, at = 0;

	zta_buf__init(&text, (size_t)1 << 28);
	require(zta_diff__run(arena, before, after, &diff, NULL) == ZTA_OK);
	for (i = 0; i < diff.count; i++) {
		h = &diff.hunks[i];
		put_lines(&text, &diff.before, at, h->a);
		put_lines(&text, &diff.after, h->b, h->b + h->b_count);
		at = h->a + h->a_count;
	}
	put_lines(&text, &diff.before, at, diff.before.count);
	require(zta_str__eq(zta_buf__str(&text), after));
	zta_buf__clear(&text);
	zta_diff__put(&diff, 3, &text);
	require((text.len > 0) == (diff.count > 0));
	zta_buf__release(&text);
}

static uint32_t
merge(
    zta_arena *arena, zta_str base, zta_str ours, zta_str theirs, zta_str *out)
{
	zta_diff_clash *clashes;
	uint32_t count;

	require(zta_diff__merge(arena, base, ours, theirs, out, &clashes,
		    &count, NULL) == ZTA_OK);
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str rest = { (const char *)data, size };
	zta_str base = ZTA_STR(""), ours = ZTA_STR(""), theirs = ZTA_STR("");
	zta_str merged, other;
	zta_arena arena;
	uint32_t clashes;

	if (zta_str__next(&rest, '\0', &base) &&
	    zta_str__next(&rest, '\0', &ours)) {
		(void)zta_str__next(&rest, '\0', &theirs);
	}
	zta_arena__init(&arena, (size_t)1 << 28);
	check_diff(&arena, base, ours);
	check_diff(&arena, ours, base);
	require(merge(&arena, base, ours, base, &merged) == 0);
	require(zta_str__eq(merged, ours));
	require(merge(&arena, base, ours, ours, &merged) == 0);
	require(zta_str__eq(merged, ours));
	clashes = merge(&arena, base, ours, theirs, &merged);
	require(
	    (merge(&arena, base, theirs, ours, &other) == 0) == (clashes == 0));
	require(clashes > 0 || zta_str__eq(merged, other));
	zta_arena__release(&arena);
	return 0;
}
