/* SPDX-License-Identifier: Apache-2.0 */
/* test_quarantine.c - the text of trust/groups.json, edited. SPEC: ztauth 6 */
#include "tests.h"

#include "trust/quarantine.h"

static const struct {
	const char *before, *added;
	const char *removed; /* from `added`; NULL: as `before` */
} cases[] = {
	{ "{\"groups\":[],\"quarantine\":[]}",
	    "{\"groups\":[],\"quarantine\":[\"x\"]}", NULL },
	{ "{\"quarantine\": [ ], \"groups\":[]}\n",
	    "{\"quarantine\": [ \"x\" ], \"groups\":[]}\n",
	    "{\"quarantine\": [], \"groups\":[]}\n" },
	{ "{\"quarantine\": [\n  ]}", "{\"quarantine\": [\"x\"\n  ]}",
	    "{\"quarantine\": []}" },
	{ "{\"quarantine\": [\"a\"]}", "{\"quarantine\": [\"a\", \"x\"]}",
	    NULL },
	{ "{\"quarantine\": [\"a\",\"b\"]}",
	    "{\"quarantine\": [\"a\",\"b\",\"x\"]}", NULL },
	{ "{\"quarantine\": [\n\t\"a\"\n]}\r\n",
	    "{\"quarantine\": [\n\t\"a\",\n\t\"x\"\n]}\r\n", NULL },
	{ "{\"quarantine\": [\n  \"a\" ,\n\n  \"b\\\\\\\"]\"\n]}",
	    "{\"quarantine\": [\n  \"a\" ,\n\n  \"b\\\\\\\"]\" ,\n\n  "
	    "\"x\"\n]}",
	    NULL },
	{ "{}", "{\"quarantine\": [\"x\"]}", "{\"quarantine\": []}" },
	{ " { } ", " {\"quarantine\": [\"x\"] } ", " {\"quarantine\": [] } " },
	{ "{\n  \"groups\": [{}]\n}\n",
	    "{\n  \"groups\": [{}],\n  \"quarantine\": [\"x\"]\n}\n",
	    "{\n  \"groups\": [{}],\n  \"quarantine\": []\n}\n" },
};

static zta_arena arena;

static void
test_quarantine__keeps_the_layout(void **state)
{
	zta_str x = ZTA_STR("x"), text, back;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    zta_quarantine__add(
			&arena, zta_str_of(cases[i].before), x, &text, NULL),
		    ZTA_OK);
		assert_string_equal(
		    zta_arena__cstr(&arena, text), cases[i].added);
		assert_int_equal(
		    zta_quarantine__remove(&arena, text, x, &back, NULL),
		    ZTA_OK);
		assert_string_equal(zta_arena__cstr(&arena, back),
		    cases[i].removed != NULL ? cases[i].removed :
					       cases[i].before);
		/* Twice is once. */
		assert_int_equal(
		    zta_quarantine__add(&arena, text, x, &back, NULL), ZTA_OK);
		assert_ptr_equal(back.ptr, text.ptr);
	}
}

static const struct {
	const char *before, *after;
} removals[] = {
	{ "{\"quarantine\":[\"x\", \"a\",\n\"b\"]}",
	    "{\"quarantine\":[\"a\",\n\"b\"]}" },
	{ "{\"quarantine\":[ \"a\", \"x\",\n\"b\" ]}",
	    "{\"quarantine\":[ \"a\",\n\"b\" ]}" },
	{ "{\"quarantine\":[\"x\",\"\\u0078\", \"a\", \"x\"]}",
	    "{\"quarantine\":[\"a\"]}" },
	{ "{\"quarantine\":[\"a\"]}", "{\"quarantine\":[\"a\"]}" },
	{ "{\"groups\":[]}", "{\"groups\":[]}" },
};

static void
test_quarantine__takes_out(void **state)
{
	zta_str out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(removals) / sizeof(removals[0]); i++) {
		assert_int_equal(zta_quarantine__remove(&arena,
				     zta_str_of(removals[i].before),
				     ZTA_STR("x"), &out, NULL),
		    ZTA_OK);
		assert_string_equal(
		    zta_arena__cstr(&arena, out), removals[i].after);
	}
}

static const struct {
	const char *text, *place;
	uint32_t line;
} bad[] = {
	{ "[]", "trust/groups.json", 1 },
	{ "{\n\"quarantine\": \"x\"}", "trust/groups.json: /quarantine", 2 },
	{ "{\"quarantine\": [\"a\",\n\n7]}", "trust/groups.json: /quarantine/1",
	    3 },
	{ "{\"quarantine\": [\"a\",]}", "trust/groups.json", 1 },
	{ "", "trust/groups.json", 1 },
};

static void
test_quarantine__names_the_place(void **state)
{
	zta_error err;
	zta_str out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_not_equal(
		    zta_quarantine__add(&arena, zta_str_of(bad[i].text),
			ZTA_STR("x"), &out, &err),
		    ZTA_OK);
		assert_string_equal(err.place, bad[i].place);
		assert_int_equal(err.line, bad[i].line);
	}
}

static void
test_quarantine__refuses_what_takes_nobody_out(void **state)
{
	static const char *const words[] = { "", "*", "spiffe://a/b*",
		"spiffe://*/b", "spiffe://a/*/*", "a\nb", "\xff" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_int_equal(
		    zta_quarantine__check(zta_str_of(words[i]), NULL),
		    ZTA_EINVAL);
	}
	assert_int_equal(
	    zta_quarantine__check(ZTA_STR("spiffe://a/b/*"), NULL), ZTA_OK);
	assert_int_equal(
	    zta_quarantine__check(ZTA_STR("spiffe://a/b"), NULL), ZTA_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quarantine__keeps_the_layout),
		cmocka_unit_test(test_quarantine__takes_out),
		cmocka_unit_test(test_quarantine__names_the_place),
		cmocka_unit_test(
		    test_quarantine__refuses_what_takes_nobody_out),
	};
	int failed;

	zta_arena__init(&arena, SIZE_MAX);
	failed = cmocka_run_group_tests_name("quarantine", tests, NULL, NULL);
	zta_arena__release(&arena);
	return failed;
}
