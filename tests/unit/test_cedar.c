/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cedar.c - what the language means, an expression a line. Cedar's own
 * data (tests/conform) has far more; this is what a change breaks first.
 */
#include "tests.h"

#include <stdlib.h>

#include "ztauth/cedar.h"

static const char entities[] =
    "[{\"uid\":{\"type\":\"User\",\"id\":\"a\"},\"attrs\":{\"n\":1,\"s\":\"x\","
    "\"r\":{\"k\":{\"d\":2}},\"set\":[1,2]},\"parents\":[{\"type\":\"Role\","
    "\"id\":\"r\"}],\"tags\":{\"t\":\"v\"}},"
    "{\"uid\":{\"type\":\"Role\",\"id\":\"r\"},\"attrs\":{},\"parents\":"
    "[{\"type\":\"Role\",\"id\":\"top\"}]},"
    "{\"uid\":{\"type\":\"Role\",\"id\":\"top\"},\"attrs\":{},\"parents\":"
    "[]}]";
static const char request[] =
    "{\"principal\":\"User::\\\"a\\\"\",\"action\":\"Action::\\\"v\\\"\","
    "\"resource\":\"Doc::\\\"d\\\"\",\"context\":{\"n\":5,\"big\":"
    "9223372036854775807}}";

typedef enum result { TRUE, FALSE, ERROR } result;

static result
evaluate_policy(const char *policy)
{
	zta_cedar *engine;
	zta_cedar_session *session;
	zta_cedar_answer answer;
	zta_error err = { 0 };
	result out;

	assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
	if (zta_cedar_add_policies(engine, ZTA_STR("p"), zta_str_of(policy),
		ZTA_CEDAR_NUMBERED, &err) != ZTA_OK) {
		fail_msg("%s: %u: %s", policy, err.column, err.message);
	}
	assert_int_equal(zta_cedar_add_entities(
			     engine, ZTA_STR("e"), ZTA_STR(entities), NULL),
	    ZTA_OK);
	assert_int_equal(zta_cedar_seal(engine, NULL), ZTA_OK);
	assert_int_equal(
	    zta_cedar_session_open(&session, engine, NULL), ZTA_OK);
	assert_int_equal(
	    zta_cedar_authorize(session, zta_str_of(request), 0, &answer, NULL),
	    ZTA_OK);
	out = answer.error_count > 0 ? ERROR : answer.permitted ? TRUE : FALSE;
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
	return out;
}

static result
evaluate(const char *expression)
{
	char policy[1024];

	(void)snprintf(policy, sizeof(policy),
	    "permit (principal, action, resource) when { %s };", expression);
	return evaluate_policy(policy);
}

static const struct {
	const char *expression;
	result result;
} cases[] = {
	/* operators */
	{ "1 + 2 * 3 == 7", TRUE },
	{ "-(-5) == 5 && !false", TRUE },
	{ "context.big + 1 > 0", ERROR },
	{ "context.big - 1 < context.big", TRUE },
	{ "-9223372036854775808 < 0", TRUE },
	{ "1 == \"1\"", FALSE },
	{ "1 < \"1\"", ERROR },
	{ "false && (1 < \"1\")", FALSE },
	{ "true || (1 < \"1\")", TRUE },
	{ "if true then true else 1 < \"1\"", TRUE },
	{ "1", ERROR },
	/* entities */
	{ "principal in Role::\"top\"", TRUE },
	{ "Role::\"top\" in principal", FALSE },
	{ "principal in [Role::\"x\", Role::\"r\"]", TRUE },
	{ "principal is User && principal is User in Role::\"r\"", TRUE },
	{ "resource in resource", TRUE },
	{ "resource.missing == 1", ERROR },
	{ "resource has missing", FALSE },
	{ "principal has r.k.d && principal.r.k.d == 2", TRUE },
	{ "principal has r.x.d", FALSE },
	{ "principal.hasTag(\"t\") && principal.getTag(\"t\") == \"v\"", TRUE },
	{ "principal.getTag(\"u\") == \"v\"", ERROR },
	/* strings, sets, records */
	{ "\"abc\" like \"a*\" && !(\"abc\" like \"a*d\")", TRUE },
	{ "\"a*c\" like \"a\\*c\" && !(\"abc\" like \"a\\*c\")", TRUE },
	{ "\"\\u{1F600}\" like \"*\"", TRUE },
	{ "[1,2,2,1] == [2,1]", TRUE },
	{ "[1,[2]].contains([2]) && [].isEmpty()", TRUE },
	{ "[1,2].containsAll([2]) && [1,2].containsAny([2,3])", TRUE },
	{ "{a:1,\"b c\":2}[\"b c\"] == 2", TRUE },
	{ "{a:1} == {\"a\":1}", TRUE },
	/* extension types */
	{ "ip(\"10.1.2.3\").isInRange(ip(\"10.0.0.0/8\"))", TRUE },
	{ "ip(\"::1\").isLoopback() && ip(\"::1\").isIpv6()", TRUE },
	{ "ip(\"010.0.0.1\").isIpv4()", ERROR },
	{ "decimal(\"1.23\").lessThan(decimal(\"1.2301\"))", TRUE },
	{ "decimal(\"1.23456\") == decimal(\"1.0\")", ERROR },
	{ "datetime(\"2024-02-29\").offset(duration(\"1d\")) == "
	  "datetime(\"2024-03-01T00:00:00Z\")",
	    TRUE },
	{ "datetime(\"2023-02-29\") < datetime(\"2024-01-01\")", ERROR },
	{ "duration(\"1h30m\").toMinutes() == 90", TRUE },
	{ "duration(\"30m1h\").toMinutes() == 90", ERROR },
};

static void
test_cedar__evaluates(void **state)
{
	static const char *const names[] = { "true", "false", "an error" };
	result got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		got = evaluate(cases[i].expression);
		if (got != cases[i].result) {
			fail_msg("%s: %s, not %s", cases[i].expression,
			    names[got], names[cases[i].result]);
		}
	}
}

/*
 * Conditions in JSON that hold. Members that are not needed do not turn an
 * entity into something else, and what is no entity is a record.
 */
static const char *const json_cases[] = {
	"{\"==\":{\"left\":{\"Var\":\"principal\"},\"right\":{\"Value\":"
	"{\"__entity\":{\"type\":\"User\",\"id\":\"a\",\"x\":1}}}}}",
	"{\"has\":{\"left\":{\"Value\":{\"__entity\":{\"type\":\"User\"}}},"
	"\"attr\":\"__entity\"}}",
	"{\"==\":{\"left\":{\"Value\":1},\"right\":{\".\":{\"left\":{\".\":"
	"{\"left\":{\"Value\":{\"__entity\":{\"type\":1,\"id\":\"a\"}}},"
	"\"attr\":\"__entity\"}},\"attr\":\"type\"}}}}",
	"{\"isIpv4\":[{\"Value\":{\"__extn\":{\"fn\":\"ip\",\"arg\":\"1.1.1.1\","
	"\"x\":1}}}]}",
	"{\"is\":{\"left\":{\"Var\":\"principal\"},\"entity_type\":\"User\","
	"\"in\":null}}",
	"{\"has\":{\"left\":{\"Value\":{\"__extn\":{\"fn\":\"ip\"}}},"
	"\"attr\":\"__extn\"}}",
};

static void
test_cedar__reads_json(void **state)
{
	char policy[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(json_cases) / sizeof(json_cases[0]); i++) {
		(void)snprintf(policy, sizeof(policy),
		    "{\"effect\":\"permit\",\"principal\":{\"op\":\"==\","
		    "\"entity\":{\"type\":\"User\",\"id\":\"a\",\"__entity\":[]}},"
		    "\"action\":{\"op\":\"All\"},\"resource\":{\"op\":\"All\"},"
		    "\"conditions\":[{\"kind\":\"when\",\"body\":%s}]}",
		    json_cases[i]);
		if (evaluate_policy(policy) != TRUE) {
			fail_msg("%s", json_cases[i]);
		}
	}
}

/* Texts that are no policies, and where that is said. */
static const struct {
	const char *text;
	uint32_t line, column;
} bad[] = {
	{ "permit", 1, 7 },
	{ "permit (principal, action);", 1, 26 },
	{ "allow (principal, action, resource);", 1, 1 },
	{ "permit (principal, action, resource)", 1, 37 },
	{ "permit (principal, action, resource)\nwhen { 1 + };", 2, 12 },
	{ "permit (principal, action, resource) when { \"\\q\" };", 1, 46 },
	{ "@id(\"a\") @id(\"b\") permit (principal, action, resource);", 1,
	    11 },
	/* What stands twice is told before what is wrong after it. */
	{ "@a @b @a @", 1, 8 },
	{ "permit (principal, action, resource)\n"
	  "when { {a: {c: 1}, \"b\": 2, b: 3, a: {d: 1, d: 2}, c (} };",
	    2, 28 },
	{ "permit (principal, action, resource)\nwhen { {a: {b: 1, b: 2}, a: 3",
	    2, 19 },
};

static void
test_cedar__says_where(void **state)
{
	zta_cedar *engine;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
		assert_int_not_equal(
		    zta_cedar_add_policies(engine, ZTA_STR("p.cedar"),
			zta_str_of(bad[i].text), ZTA_CEDAR_NUMBERED, &err),
		    ZTA_OK);
		if (err.line != bad[i].line || err.column != bad[i].column ||
		    strcmp(err.place, "p.cedar") != 0) {
			fail_msg("%s: %s:%u:%u: %s", bad[i].text, err.place,
			    err.line, err.column, err.message);
		}
		zta_cedar_close(engine);
	}
}

/* A policy with 200,000 annotations and a record with as many keys. */
static void
test_cedar__names_are_many(void **state)
{
	char *text = malloc(8 << 20), *to = text;
	zta_cedar *engine;
	int i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < 200000; i++) {
		to += sprintf(to, "@a%d ", i);
	}
	to = stpcpy(to, "permit (principal, action, resource) when { {");
	for (i = 200000; i > 0; i--) {
		to += sprintf(to, "k%d: 1, ", i);
	}
	(void)stpcpy(to, "} == {} };");
	assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
	assert_int_equal(zta_cedar_add_policies(engine, ZTA_STR("p"),
			     zta_str_of(text), ZTA_CEDAR_NUMBERED, NULL),
	    ZTA_OK);
	zta_cedar_close(engine);
	free(text);
}

/* From text to JSON to text, and the same JSON again. */
static void
test_cedar__translates_long_paths(void **state)
{
	static const int lengths[] = { 1, 2, 99, 100, 101, 2000 };
	char policy[8192], *to;
	zta_str json, text, links, again;
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		to = stpcpy(policy,
		    "permit (principal, action, resource) when { "
		    "principal has a");
		for (n = 1; n < lengths[i]; n++) {
			to = stpcpy(to, ".b");
		}
		(void)stpcpy(to, " };");
		assert_int_equal(
		    zta_cedar_policies_to_json(ZTA_STR("p"), zta_str_of(policy),
			ZTA_STR("l"), ZTA_STR(""), &json, NULL),
		    ZTA_OK);
		assert_int_equal(zta_cedar_policies_to_text(
				     ZTA_STR("p"), json, &text, &links, NULL),
		    ZTA_OK);
		assert_int_equal(zta_cedar_policies_to_json(ZTA_STR("p"), text,
				     ZTA_STR("l"), ZTA_STR(""), &again, NULL),
		    ZTA_OK);
		assert_true(zta_str__eq(json, again));
		zta_str_free(json);
		zta_str_free(text);
		zta_str_free(links);
		zta_str_free(again);
	}
}

/* A condition of many parts is explained in the memory of one request. */
static void
test_cedar__explains_long_chains(void **state)
{
	static const char part[] = "principal == principal && ";
	enum { COUNT = 100000 };
	char *text = malloc(COUNT * sizeof(part) + 256), *to;
	const zta_cedar_explanation *list;
	zta_cedar *engine;
	zta_cedar_session *session;
	zta_cedar_answer answer;
	size_t count;
	int i;

	(void)state;
	assert_non_null(text);
	to = stpcpy(text, "permit (principal, action, resource) when { ");
	for (i = 0; i < COUNT; i++) {
		to = stpcpy(to, part);
	}
	(void)stpcpy(to, "true };");
	assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
	assert_int_equal(zta_cedar_add_policies(engine, ZTA_STR("p"),
			     zta_str_of(text), ZTA_CEDAR_NUMBERED, NULL),
	    ZTA_OK);
	assert_int_equal(zta_cedar_seal(engine, NULL), ZTA_OK);
	assert_int_equal(
	    zta_cedar_session_open(&session, engine, NULL), ZTA_OK);
	assert_int_equal(zta_cedar_explain(session, zta_str_of(request), 0,
			     &answer, &list, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].step_count, 64);
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
	free(text);
}

/* An expression nested to any depth is refused before the stack ends. */
static void
test_cedar__depth_is_limited(void **state)
{
	static char text[200100];
	zta_cedar *engine;
	size_t len;

	(void)state;
	len = (size_t)snprintf(
	    text, sizeof(text), "permit(principal,action,resource)when{");
	memset(text + len, '(', 200000);
	text[len + 200000] = '\0';
	assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
	assert_int_equal(zta_cedar_add_policies(engine, ZTA_STR("p"),
			     zta_str_of(text), ZTA_CEDAR_NUMBERED, NULL),
	    ZTA_ELIMIT);
	zta_cedar_close(engine);
}

/* What stands before `has a.b` or `is T in e` is evaluated once, not twice. */
static void
test_cedar__nested_reads_take_linear_time(void **state)
{
	static const char *const inner[] = { "(if %s has a.b then principal "
					     "else principal)",
		"(if %s is User in User::\"x\" then principal else "
		"principal)" };
	enum { DEPTH = 100 };
	char *text = malloc(DEPTH * 100), *next = malloc(DEPTH * 100);
	zta_cedar *engine;
	zta_cedar_session *session;
	zta_cedar_answer answer;
	size_t i, n;

	(void)state;
	for (i = 0; i < 2; i++) {
		(void)strcpy(text, "principal");
		for (n = 0; n < DEPTH; n++) {
			(void)snprintf(next, DEPTH * 100, inner[i], text);
			(void)strcpy(text, next);
		}
		(void)snprintf(next, DEPTH * 100,
		    "permit (principal, action, resource) when { %s == "
		    "principal };",
		    text);
		assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
		assert_int_equal(
		    zta_cedar_add_policies(engine, ZTA_STR("p"),
			zta_str_of(next), ZTA_CEDAR_NUMBERED, NULL),
		    ZTA_OK);
		assert_int_equal(zta_cedar_seal(engine, NULL), ZTA_OK);
		assert_int_equal(
		    zta_cedar_session_open(&session, engine, NULL), ZTA_OK);
		assert_int_equal(
		    zta_cedar_authorize(session,
			ZTA_STR("{\"principal\":\"User::\\\"a\\\"\","
				"\"action\":\"Action::\\\"v\\\"\","
				"\"resource\":\"Doc::\\\"d\\\"\"}"),
			0, &answer, NULL),
		    ZTA_OK);
		assert_true(answer.permitted);
		zta_cedar_session_close(session);
		zta_cedar_close(engine);
	}
	free(text);
	free(next);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cedar__nested_reads_take_linear_time),
		cmocka_unit_test(test_cedar__evaluates),
		cmocka_unit_test(test_cedar__reads_json),
		cmocka_unit_test(test_cedar__says_where),
		cmocka_unit_test(test_cedar__names_are_many),
		cmocka_unit_test(test_cedar__translates_long_paths),
		cmocka_unit_test(test_cedar__explains_long_chains),
		cmocka_unit_test(test_cedar__depth_is_limited),
	};

	return cmocka_run_group_tests_name("cedar", tests, NULL, NULL);
}
