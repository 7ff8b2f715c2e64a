/* SPDX-License-Identifier: Apache-2.0 */
/* test_difference.c - one object made of another. SPEC: docs/formats/sync.md */
#include "tests.h"

#include <stdlib.h>

#include "base/random.h"
#include "base/str.h"
#include "pap/difference.h"

/* The length of the steps; they make the target again. */
static size_t
differ(zta_str base, zta_str target)
{
	char *made = malloc(target.len + 1);
	zta_buf steps;
	size_t len;

	assert_non_null(made);
	zta_buf__init(&steps, SIZE_MAX);
	zta_difference__put(&steps, base, target);
	assert_int_equal(steps.status, ZTA_OK);
	len = steps.len;
	assert_int_equal(zta_difference__apply(zta_buf__str(&steps), base, made,
			     target.len, NULL),
	    ZTA_OK);
	assert_true(zta_str__eq((zta_str){ made, target.len }, target));
	zta_buf__release(&steps);
	free(made);
	return len;
}

static void
test_difference__small(void **state)
{
	static const char *const texts[] = { "", "x", "0123456789abcdef",
		"0123456789abcdef0123456789abcdef", "0123456789abcdeX",
		"--0123456789abcdef0123456789abcdef--" };
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
			(void)differ(
			    zta_str_of(texts[i]), zta_str_of(texts[k]));
		}
	}
	assert_int_equal(differ(ZTA_STR(""), ZTA_STR("")), 0);
}

static void
put_policies(zta_buf *out, int count, int changed, int level)
{
	int i;

	for (i = 0; i < count; i++) {
		zta_buf__printf(out,
		    "permit (principal, action, resource) when {"
		    " principal.level > %d && context.mfa };\n",
		    i == changed ? level : i % 10);
	}
}

/* Text that repeats itself: what follows a change is found behind it. */
static void
test_difference__of_policies(void **state)
{
	zta_buf a, b;

	(void)state;
	zta_buf__init(&a, SIZE_MAX);
	zta_buf__init(&b, SIZE_MAX);
	put_policies(&a, 100, -1, 0);
	put_policies(&b, 100, 50, 1234);
	assert_true(differ(zta_buf__str(&a), zta_buf__str(&b)) < 40);
	assert_true(differ(zta_buf__str(&b), zta_buf__str(&a)) < 40);
	zta_buf__release(&a);
	zta_buf__release(&b);
}

/* Entries that nothing compresses, of which one changes, comes or goes. */
static void
test_difference__of_a_directory(void **state)
{
	enum { ENTRY = 45, COUNT = 1000 };
	static char base[ENTRY * COUNT], target[ENTRY * (COUNT + 1)];
	const size_t half = sizeof(base) / 2 / ENTRY * ENTRY;
	zta_str old = { base, sizeof(base) };

	(void)state;
	zta_random__bytes(base, sizeof(base));
	memcpy(target, base, sizeof(base));
	memset(target + half + 13, 'x', 32);
	memset(target + 13, 'x', 32);
	assert_true(differ(old, (zta_str){ target, sizeof(base) }) < 130);
	memcpy(target, base, half);
	memset(target + half, 'x', ENTRY);
	memcpy(target + half + ENTRY, base + half, sizeof(base) - half);
	assert_true(differ(old, (zta_str){ target, sizeof(target) }) < 130);
	memcpy(target, base, half);
	memcpy(target + half, base + half + ENTRY, sizeof(base) - half - ENTRY);
	assert_true(
	    differ(old, (zta_str){ target, sizeof(base) - ENTRY }) < 130);
}

#define BYTES(text)                    \
	{                              \
		text, sizeof(text) - 1 \
	}

static void
test_difference__refuses(void **state)
{
	static const struct {
		zta_str steps;
		size_t size; /* of what is to be made of "abc" */
	} cases[] = {
		{ BYTES(""), 1 },
		{ BYTES("\0"), 0 },
		{ BYTES("\0\0\0\0"), 0 },
		{ BYTES("\0\0\0\0\0\0\0\0"), 0 },
		{ BYTES("\0\0\0\0\0\0\0\0\0\0\0"), 0 },
		{ BYTES("\0\0\0\1\0\0\0\0\0\0\0\0"), 1 },
		{ BYTES("\xff\xff\xff\xffx\0\0\0\0\0\0\0\0"), 1 },
		{ BYTES("\0\0\0\1x\0\0\0\0\0\0\0\0"), 0 },
		{ BYTES("\0\0\0\1x\0\0\0\0\0\0\0\0"), 2 },
		{ BYTES("\0\0\0\0\0\0\0\0\0\0\0\4"), 4 },
		{ BYTES("\0\0\0\0\0\0\0\1\0\0\0\3"), 3 },
		{ BYTES("\0\0\0\0\0\0\0\4\0\0\0\0"), 0 },
		{ BYTES("\0\0\0\0\xff\xff\xff\xff\0\0\0\1"), 1 },
		{ BYTES("\0\0\0\0\0\0\0\1\xff\xff\xff\xff"), 3 },
		{ BYTES("\0\0\0\0\0\0\0\0\0\0\0\3"), 2 },
		{ BYTES("\0\0\0\0\0\0\0\0\0\0\0\3x"), 3 },
	};
	zta_error err;
	char *made;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		made = malloc(cases[i].size + (cases[i].size == 0));
		assert_non_null(made);
		assert_int_equal(zta_difference__apply(cases[i].steps,
				     ZTA_STR("abc"), made, cases[i].size, &err),
		    ZTA_EINVALID);
		assert_int_not_equal(err.message[0], '\0');
		free(made);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_difference__small),
		cmocka_unit_test(test_difference__of_policies),
		cmocka_unit_test(test_difference__of_a_directory),
		cmocka_unit_test(test_difference__refuses),
	};

	return cmocka_run_group_tests_name("difference", tests, NULL, NULL);
}
