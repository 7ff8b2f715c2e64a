/* SPDX-License-Identifier: Apache-2.0 */
/* test_diff.c - differences of texts: what they give, how short, merged how. */
#include "tests.h"

#include <stdlib.h>

#include "base/diff.h"

static zta_diff
run(zta_arena *arena, const char *before, const char *after)
{
	zta_diff diff;

	assert_int_equal(zta_diff__run(arena, zta_str_of(before),
			     zta_str_of(after), &diff, NULL),
	    ZTA_OK);
	return diff;
}

static void
put_lines(zta_buf *out, const zta_diff_lines *lines, uint32_t from, uint32_t to)
{
	for (; from < to; from++) {
		zta_buf__put(out, lines->list[from]);
	}
}

/* Applied to what it was made from, it gives the other text. */
static void
check_apply(const zta_diff *diff, const char *after)
{
	zta_buf made;
	uint32_t at = 0, i;
	const zta_diff_hunk *h;

	zta_buf__init(&made, SIZE_MAX);
	for (i = 0; i < diff->count; i++) {
		h = &diff->hunks[i];
		assert_true(h->a_count + h->b_count > 0);
		assert_true(i == 0 || h->a > at);
		put_lines(&made, &diff->before, at, h->a);
		put_lines(&made, &diff->after, h->b, h->b + h->b_count);
		at = h->a + h->a_count;
	}
	put_lines(&made, &diff->before, at, diff->before.count);
	zta_buf__byte(&made, '\0');
	assert_string_equal(made.ptr, after);
	zta_buf__release(&made);
}

/* The number of edits that are needed, by the table of all prefixes. */
static uint32_t
least_edits(const zta_diff *diff)
{
	uint32_t n = diff->before.count, m = diff->after.count, i, j, best;
	uint32_t *row = calloc(m + 1, sizeof(*row));
	uint32_t corner, above;

	assert_non_null(row);
	for (j = 0; j <= m; j++) {
		row[j] = j;
	}
	for (i = 1; i <= n; i++) {
		corner = row[0];
		row[0] = i;
		for (j = 1; j <= m; j++) {
			above = row[j];
			best = above < row[j - 1] ? above : row[j - 1];
			row[j] = best + 1;
			if (zta_str__eq(diff->before.list[i - 1],
				diff->after.list[j - 1]) &&
			    corner < row[j]) {
				row[j] = corner;
			}
			corner = above;
		}
	}
	best = row[m];
	free(row);
	return best;
}

static uint32_t
edits(const zta_diff *diff)
{
	uint32_t i, count = 0;

	for (i = 0; i < diff->count; i++) {
		count += diff->hunks[i].a_count + diff->hunks[i].b_count;
	}
	return count;
}

/* `lines` lines of `letters` different ones; the last may lack its end. */
static void
make_text(char *out, unsigned lines, unsigned letters)
{
	unsigned i;

	for (i = 0; i < lines; i++) {
		*out++ = (char)('a' + rand() % (int)letters);
		*out++ = '\n';
	}
	out -= lines > 0 && rand() % 8 == 0;
	*out = '\0';
}

static void
test_diff__random(void **state)
{
	char before[256], after[256];
	zta_arena arena;
	zta_diff diff;
	unsigned i, letters;

	(void)state;
	srand(1);
	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < 20000; i++) {
		letters = 1 + (unsigned)rand() % 8;
		make_text(before, (unsigned)rand() % 40, letters);
		make_text(after, (unsigned)rand() % 40, letters);
		diff = run(&arena, before, after);
		check_apply(&diff, after);
		assert_int_equal(edits(&diff), least_edits(&diff));
		zta_arena__reset(&arena);
	}
	zta_arena__release(&arena);
}

/* Large texts with nothing in common take no time, nor a deep stack. */
static void
test_diff__large(void **state)
{
	enum { LINES = 100000 };
	char *before = malloc(LINES * 16), *after = malloc(LINES * 16);
	char *a = before, *b = after;
	zta_arena arena;
	zta_diff diff;
	int i;

	(void)state;
	assert_non_null(before);
	assert_non_null(after);
	for (i = 0; i < LINES; i++) {
		a += sprintf(a, "%d\n", i);
		b += sprintf(b, "%d\n", i % 3 == 0 ? i : -i - 1);
	}
	zta_arena__init(&arena, SIZE_MAX);
	diff = run(&arena, before, after);
	check_apply(&diff, after);
	zta_arena__release(&arena);
	free(before);
	free(after);
}

static void
test_diff__unified(void **state)
{
	static const struct {
		const char *before, *after, *text;
	} cases[] = {
		{ "", "", "" },
		{ "a\n", "a\n", "" },
		{ "", "a\n", "@@ -0,0 +1 @@\n+a\n" },
		{ "a\n", "", "@@ -1 +0,0 @@\n-a\n" },
		{ "a", "a\n",
		    "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n" },
		{ "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
		    "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n" },
		{ "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "2\n3\n4\n5\n6\n7\n8\n9\nx\n",
		    "@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n"
		    "@@ -7,3 +6,4 @@\n 7\n 8\n 9\n+x\n" },
	};
	zta_arena arena;
	zta_buf text;
	zta_diff diff;
	size_t i;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&text, SIZE_MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		diff = run(&arena, cases[i].before, cases[i].after);
		zta_buf__clear(&text);
		zta_diff__put(&diff, 3, &text);
		zta_buf__byte(&text, '\0');
		assert_string_equal(text.ptr, cases[i].text);
	}
	zta_buf__release(&text);
	zta_arena__release(&arena);
}

/* The merged text, or the line of the first clash. */
static uint32_t
merge(zta_arena *arena, const char *base, const char *ours, const char *theirs,
    const char **out)
{
	zta_diff_clash *clashes;
	zta_str text;
	uint32_t count;

	assert_int_equal(
	    zta_diff__merge(arena, zta_str_of(base), zta_str_of(ours),
		zta_str_of(theirs), &text, &clashes, &count, NULL),
	    ZTA_OK);
	*out = zta_arena__cstr(arena, text);
	assert_non_null(*out);
	return count > 0 ? clashes[0].line : 0;
}

static void
test_diff__merge(void **state)
{
	static const struct {
		const char *base, *ours, *theirs, *text;
		uint32_t clash;
	} cases[] = {
		{ "", "", "", "", 0 },
		{ "1\n2\n3\n", "1\n2\n3\n", "1\n3\n", "1\n3\n", 0 },
		{ "1\n2\n3\n", "0\n1\n2\n3\n", "1\n2\n3\n4\n",
		    "0\n1\n2\n3\n4\n", 0 },
		{ "1\n2\n3\n", "1\nx\n3\n", "1\nx\n3\n", "1\nx\n3\n", 0 },
		{ "1\n2\n3\n", "1\nx\n3\n", "1\ny\n3\n", NULL, 2 },
		{ "1\n2\n3\n", "0\n0\n1\nx\n3\n", "1\n3\n", NULL, 4 },
		/* They only touch, and nobody knows which comes first. */
		{ "1\n2\n", "1\nx\n2\n", "1\ny\n2\n", NULL, 2 },
		{ "", "a\n", "b\n", NULL, 1 },
		{ "a", "a\nb\n", "a", "a\nb\n", 0 },
	};
	zta_arena arena;
	const char *text;
	size_t i;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(merge(&arena, cases[i].base, cases[i].ours,
				     cases[i].theirs, &text),
		    cases[i].clash);
		if (cases[i].text != NULL) {
			assert_string_equal(text, cases[i].text);
		}
	}
	zta_arena__release(&arena);
}

/* What one side does alone is done; the order of the sides does not count. */
static void
test_diff__merge_random(void **state)
{
	char base[64], ours[64], theirs[64];
	const char *text, *other;
	zta_arena arena;
	unsigned i;
	uint32_t clash;

	(void)state;
	srand(2);
	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < 20000; i++) {
		make_text(base, (unsigned)rand() % 12, 6);
		make_text(ours, (unsigned)rand() % 12, 6);
		make_text(theirs, (unsigned)rand() % 12, 6);
		assert_int_equal(merge(&arena, base, ours, base, &text), 0);
		assert_string_equal(text, ours);
		assert_int_equal(merge(&arena, base, base, theirs, &text), 0);
		assert_string_equal(text, theirs);
		assert_int_equal(merge(&arena, base, ours, ours, &text), 0);
		assert_string_equal(text, ours);
		clash = merge(&arena, base, ours, theirs, &text);
		assert_int_equal(
		    merge(&arena, base, theirs, ours, &other) != 0, clash != 0);
		if (clash == 0) {
			assert_string_equal(text, other);
		}
		zta_arena__reset(&arena);
	}
	zta_arena__release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diff__random),
		cmocka_unit_test(test_diff__large),
		cmocka_unit_test(test_diff__unified),
		cmocka_unit_test(test_diff__merge),
		cmocka_unit_test(test_diff__merge_random),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
