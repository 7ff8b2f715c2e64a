/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_nomem.c - every allocation fails once. Loading says so and leaves
 * nothing behind; a decision never becomes an allow, and never leaves a forbid
 * out. The linker wraps the allocator for this test alone.
 */
#include "tests.h"

#include <stdlib.h>

#include "pdp/decide.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static long countdown = -1; /* negative: none fails */

static bool
fails(void)
{
	return countdown >= 0 && countdown-- == 0;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

static const char policies[] =
    "permit (principal, action, resource);\n"
    "forbid (principal, action, resource) when {\n"
    "  [context.a, context.b, {x: [1, 2, 3]}].contains({x: [3, 2, 1]}) };\n";
static const char request[] =
    "{\"principal\":\"User::\\\"a\\\"\",\"action\":\"Action::\\\"v\\\"\","
    "\"resource\":\"Doc::\\\"d\\\"\",\"context\":{\"a\":[1,2],\"b\":{}}}";

/* Load and decide; the forbid holds, so the only right answer is no. */
static zta_status
load_and_decide(void)
{
	zta_cedar *engine = NULL;
	zta_cedar_session *session = NULL;
	zta_cedar_answer answer = { 0 };
	zta_error err;
	zta_status status = zta_cedar_open(&engine, &err);

	if (status == ZTA_OK) {
		status = zta_cedar_add_policies(engine, ZTA_STR("p"),
		    ZTA_STR(policies), ZTA_CEDAR_NUMBERED, &err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_seal(engine, &err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_session_open(&session, engine, &err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_authorize(
		    session, ZTA_STR(request), 0, &answer, &err);
	}
	assert_false(answer.permitted);
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
	return status;
}

static void
test_nomem__never_allows(void **state)
{
	zta_status status;
	long n = 0;

	(void)state;
	do {
		countdown = n;
		status = load_and_decide();
		countdown = -1;
		assert_true(status == ZTA_OK || status == ZTA_ENOMEM);
		n++;
	} while (status != ZTA_OK);
	assert_true(n > 5);
}

static const char schema[] =
    "entity User { s?: String, u?: User } tags String;\n"
    "action v appliesTo { principal: User, resource: User };\n";

/* Conditions with capabilities, levels and a finding each. */
static char *
make_conditions(size_t count)
{
	static const char part[] =
	    "(principal has u.s && principal.u.s == \"a\" || "
	    "[{a: 1}].contains({a: \"x\"}) || principal.hasTag(\"t\") && "
	    "principal.getTag(\"t\") == \"b\" || principal.s == \"c\") &&\n";
	char *text = malloc(count * sizeof(part) + 128), *to;

	assert_non_null(text);
	to = stpcpy(text, "permit (principal, action, resource) when {\n");
	for (; count > 0; count--) {
		to = stpcpy(to, part);
	}
	(void)stpcpy(to, "true };\n");
	return text;
}

/* What is found, or ZTA_ENOMEM; never a part of it. */
static void
test_nomem__validates_all_or_nothing(void **state)
{
	char *policy = make_conditions(200);
	const zta_cedar_finding *list;
	zta_cedar *engine;
	zta_status status;
	size_t count, all;
	long n = 0;

	(void)state;
	assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
	assert_int_equal(
	    zta_cedar_add_schema(engine, ZTA_STR("s"), ZTA_STR(schema), NULL),
	    ZTA_OK);
	assert_int_equal(zta_cedar_add_policies(engine, ZTA_STR("p"),
			     zta_str_of(policy), ZTA_CEDAR_NUMBERED, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_cedar_validate(engine, 1, &list, &all, NULL), ZTA_OK);
	assert_true(all >= 400);
	do {
		countdown = n;
		status = zta_cedar_validate(engine, 1, &list, &count, NULL);
		countdown = -1;
		assert_true(status == ZTA_OK ?
			count == all :
			status == ZTA_ENOMEM && count == 0);
		n++;
	} while (status != ZTA_OK);
	assert_true(n > 5);
	zta_cedar_close(engine);
	free(policy);
}

/* From text to text, laid out, and to JSON and back: the whole or nothing. */
static zta_status
translate(zta_str policy)
{
	zta_str formatted, json = { NULL, 0 }, text = json, links = json;
	zta_status status =
	    zta_cedar_format(ZTA_STR("p"), policy, &formatted, NULL);

	if (status == ZTA_OK) {
		status = zta_cedar_policies_to_json(ZTA_STR("p"), formatted,
		    ZTA_STR("l"), ZTA_STR(""), &json, NULL);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_policies_to_text(
		    ZTA_STR("p"), json, &text, &links, NULL);
	}
	assert_true((status == ZTA_OK) == (text.ptr != NULL));
	zta_str_free(formatted);
	zta_str_free(json);
	zta_str_free(text);
	zta_str_free(links);
	return status;
}

static void
test_nomem__translates_all_or_nothing(void **state)
{
	char *policy = make_conditions(200);
	zta_status status;
	long n = 0;

	(void)state;
	do {
		countdown = n;
		status = translate(zta_str_of(policy));
		countdown = -1;
		assert_true(status == ZTA_OK || status == ZTA_ENOMEM);
		n++;
	} while (status != ZTA_OK);
	assert_true(n > 5);
	free(policy);
}

/* A whole ledger: each failure is reported, none leaks (asan looks). */
static void
test_nomem__snapshot(void **state)
{
	zta_snapshot *snapshot;
	zta_error err;
	zta_status status;
	long n = 0;

	(void)state;
	do {
		countdown = n;
		status = zta_snapshot__load(
		    &snapshot, "tests/unit/ledger", NULL, &err);
		countdown = -1;
		assert_true(status == ZTA_OK || snapshot == NULL);
		n++;
	} while (status != ZTA_OK && n < 10000);
	assert_int_equal(status, ZTA_OK);
	assert_true(n > 5);
	zta_snapshot__drop(snapshot);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nomem__never_allows),
		cmocka_unit_test(test_nomem__validates_all_or_nothing),
		cmocka_unit_test(test_nomem__translates_all_or_nothing),
		cmocka_unit_test(test_nomem__snapshot),
	};

	return cmocka_run_group_tests_name("nomem", tests, NULL, NULL);
}
