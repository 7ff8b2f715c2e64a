/* SPDX-License-Identifier: Apache-2.0 */
/* test_evaluations.c - what is given to each of several. SPEC: authzen 1.0 7 */
#include "tests.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "pdp/evaluations.h"

static zta_arena arena;

static int
set_up(void **state)
{
	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	zta_arena__release(&arena);
	return 0;
}

#define GIVEN                                                                 \
	"\"subject\":{\"type\":\"U\",\"id\":\"u\",\"properties\":{\"a\":1}}," \
	"\"action\":{\"name\":\"n\",\"properties\":{}},"                      \
	"\"resource\":{\"type\":\"R\"},\"context\":{\"c\":1}"

/* "U:u n R:r" with a mark for each part that has properties, and the context. */
static const char *
shown(const zta_authzen *r)
{
	static char text[256];

	(void)snprintf(text, sizeof(text), "%.*s:%.*s%s %.*s%s %.*s:%.*s%s%s",
	    ZTA_STR_ARG(r->subject_type), ZTA_STR_ARG(r->subject_id),
	    r->subject_properties == NULL ? "" : "+", ZTA_STR_ARG(r->action),
	    r->action_properties == NULL ? "" : "+",
	    ZTA_STR_ARG(r->resource_type), ZTA_STR_ARG(r->resource_id),
	    r->resource_properties == NULL ? "" : "+",
	    r->context == NULL ? "" : " c");
	return text;
}

static void
test_evaluations__are_given_what_they_lack(void **state)
{
	static const struct {
		const char *item, *wanted;
	} cases[] = {
		{ "{\"resource\":{\"id\":\"r\"}}", "U:u+ n+ R:r c" },
		{ "{\"resource\":{\"id\":\"r\",\"type\":\"S\"}}",
		    "U:u+ n+ S:r c" },
		/* A part that is there replaces the whole one. */
		{ "{\"resource\":{\"id\":\"r\"},\"subject\":{}}",
		    "U:u n+ R:r c" },
		{ "{\"resource\":{\"id\":\"r\"},\"subject\":{\"id\":\"v\"}}",
		    "U:v n+ R:r c" },
		{ "{\"resource\":{\"id\":\"r\",\"properties\":{}},"
		  "\"action\":{\"name\":\"m\"}}",
		    "U:u+ m R:r+ c" },
		{ "{\"resource\":{\"id\":\"r\"},\"context\":{}}",
		    "U:u+ n+ R:r c" },
		{ "{}", NULL },
		{ "{\"resource\":{}}", NULL },
		{ "{\"resource\":{\"id\":\"\"}}", NULL },
		{ "{\"resource\":\"r\"}", NULL },
		{ "[]", NULL },
		{ "null", NULL },
		{ "{\"resource\":{\"id\":\"r\"},\"context\":{\"ztauth\":1}}",
		    NULL },
		{ "{\"resource\":{\"id\":\"r\"},\"authorization_model\":{}}",
		    NULL },
	};
	char body[1024];
	zta_evaluations all;
	zta_authzen one;
	zta_error err = { 0 };
	zta_status status;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(body, sizeof(body),
		    "{" GIVEN ",\"evaluations\":[%s]}", cases[i].item);
		assert_int_equal(
		    zta_evaluations__read(&arena, zta_str_of(body), &all, &err),
		    ZTA_OK);
		assert_int_equal(all.count, 1);
		status = zta_evaluations__one(&all, all.first, &one, &err);
		if (cases[i].wanted == NULL) {
			assert_int_equal(status, ZTA_EINVALID);
		} else {
			assert_int_equal(status, ZTA_OK);
			assert_string_equal(shown(&one), cases[i].wanted);
		}
	}
}

static void
test_evaluations__end_when_they_may(void **state)
{
	static const struct {
		const char *semantic;
		bool after_deny, after_permit;
	} cases[] = {
		{ "execute_all", false, false },
		{ "deny_on_first_deny", true, false },
		{ "permit_on_first_permit", false, true },
	};
	char body[256];
	zta_evaluations all;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		(void)snprintf(body, sizeof(body),
		    "{\"evaluations\":[{}],\"options\":"
		    "{\"evaluations_semantic\":\"%s\"}}",
		    cases[i].semantic);
		assert_int_equal(
		    zta_evaluations__read(&arena, zta_str_of(body), &all, NULL),
		    ZTA_OK);
		assert_int_equal(zta_evaluations__ends_with(&all, false),
		    cases[i].after_deny);
		assert_int_equal(zta_evaluations__ends_with(&all, true),
		    cases[i].after_permit);
	}
}

/* `count` evaluations, beside a context with `weight` bytes of text. */
static zta_status
read_many(unsigned count, unsigned weight)
{
	zta_evaluations all;
	zta_status status;
	zta_buf body;
	unsigned i;

	zta_buf__init(&body, SIZE_MAX);
	zta_buf__text(&body, "{\"context\":{\"a\":\"");
	for (i = 0; i < weight; i++) {
		zta_buf__byte(&body, 'x');
	}
	zta_buf__text(&body, "\"},\"evaluations\":[{}");
	for (i = 1; i < count; i++) {
		zta_buf__text(&body, ",{}");
	}
	zta_buf__text(&body, "]}");
	status = zta_evaluations__read(&arena, zta_buf__str(&body), &all, NULL);
	zta_buf__release(&body);
	return status;
}

static void
test_evaluations__have_limits(void **state)
{
	/* Beside the text: two names and values, and the one letter. */
	const unsigned most =
	    (unsigned)(ZTA_EVALUATIONS_GIVEN_MAX / ZTA_EVALUATIONS_MAX) - 4;

	(void)state;
	assert_int_equal(read_many(ZTA_EVALUATIONS_MAX, 10), ZTA_OK);
	assert_int_equal(read_many(ZTA_EVALUATIONS_MAX + 1, 10), ZTA_EINVALID);
	assert_int_equal(read_many(ZTA_EVALUATIONS_MAX, most), ZTA_OK);
	assert_int_equal(
	    read_many(ZTA_EVALUATIONS_MAX, most + 1), ZTA_EINVALID);
	assert_int_equal(read_many(1, 1000000), ZTA_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_evaluations__are_given_what_they_lack, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    test_evaluations__end_when_they_may, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_evaluations__have_limits, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
