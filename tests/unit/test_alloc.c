/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_alloc.c - once a session has decided a request, deciding it again takes
 * nothing from the heap and gives nothing back. The linker wraps the allocator
 * for this test alone, and every call of it is counted.
 */
#include "tests.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "ztauth/cedar.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);
void *__real_mmap(
    void *at, size_t size, int access, int flags, int fd, off_t from);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *old);
void *__wrap_mmap(
    void *at, size_t size, int access, int flags, int fd, off_t from);

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

static unsigned long calls;

void *
__wrap_malloc(size_t size)
{
	calls++;
	return __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	calls++;
	return __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	calls++;
	return __real_realloc(old, size);
}

void
__wrap_free(void *old)
{
	calls++;
	__real_free(old);
}

void *
__wrap_mmap(void *at, size_t size, int access, int flags, int fd, off_t from)
{
	calls++;
	return __real_mmap(at, size, access, flags, fd, from);
}

/* Conditions that hold for the first request: every operator and function. */
static const char *const holding[] = {
	"principal == User::\"a\"",
	"principal != resource",
	"context.n < 6 && context.n <= 5 && 6 > context.n && 5 >= context.n",
	"context.n + 1 == 6 && context.n - 1 == 4 && context.n * 2 == 10",
	"-context.n == -5",
	"!(context.n == 6) || context.missing",
	"if context.n == 5 then context.yes else context.missing",
	"principal in Group::\"top\" && principal in [Group::\"x\", Group::\"g\"]",
	"principal in context.groups",
	"principal is User && principal is User in Group::\"top\"",
	"principal has name && principal.name == \"Ann\"",
	"context has sub.deep && context.sub.deep == 1",
	"context[\"odd name\"] == 1",
	"context.text like \"b*\\**d\"",
	"context.set.contains(2) && context.set.containsAll([1, 2])",
	"context.set.containsAny([7, 3]) && !context.set.isEmpty()",
	"context.set == [3, 2, 1, 1] && {a: context.n, b: [context.n]}.a == 5",
	"[context.set, {x: context.text}].contains({x: \"ba*d\"})",
	"resource.hasTag(context.text) && resource.getTag(context.text) == \"t\"",
	"resource.owner.name == \"Ann\"",
	"ip(context.ip).isIpv4() && !context.addr.isIpv6()",
	"ip(context.ip).isInRange(ip(\"10.0.0.0/8\")) && !ip(\"::1\").isMulticast()",
	"ip(\"127.0.0.1\").isLoopback() && ip(context.ip) == ip(\"10.1.2.3\")",
	"decimal(context.price).lessThan(decimal(\"2.0\")) &&"
	" decimal(context.price).lessThanOrEqual(context.limit)",
	"context.limit.greaterThan(decimal(context.price)) &&"
	" context.limit.greaterThanOrEqual(decimal(\"0.0\"))",
	"datetime(context.day).offset(duration(context.time)) >"
	" datetime(\"2024-10-15\")",
	"datetime(context.day).durationSince(datetime(\"2024-10-14\")).toDays()"
	" == 1",
	"datetime(context.day).toDate() == datetime(\"2024-10-15\") &&"
	" datetime(context.day).toTime() == duration(\"11h35m\")",
	"duration(context.time).toHours() == 36 &&"
	" duration(context.time).toMinutes() == 2160 &&"
	" duration(context.time).toSeconds() == 129600 &&"
	" duration(context.time).toMilliseconds() == 129600000",
};

/* Conditions that have no value for it. */
static const char *const failing[] = {
	"context.missing == 1",
	"context.n + 9223372036854775807 == 0",
	"context.n * 9223372036854775807 == 0",
	"-(context.low) == 0",
	"context.text < 1",
	"context.n like \"x\"",
	"context.text.contains(1)",
	"User::\"nobody\".name == \"x\"",
	"resource.getTag(\"no tag\") == 1",
	"ip(context.text).isIpv4()",
	"decimal(context.text) == decimal(\"1.0\")",
	"datetime(context.text) == datetime(\"2024-10-15\")",
	"duration(context.text) == duration(\"1h\")",
	"datetime(context.day).offset(duration(\"9223372036854775807ms\")) =="
	" datetime(context.day)",
	"if context.n then true else false",
};

static const char entities[] =
    "[{\"uid\":{\"type\":\"User\",\"id\":\"a\"},\"attrs\":{\"name\":\"Ann\"},"
    "\"parents\":[{\"type\":\"Group\",\"id\":\"g\"}]},"
    "{\"uid\":{\"type\":\"Group\",\"id\":\"g\"},\"attrs\":{},"
    "\"parents\":[{\"type\":\"Group\",\"id\":\"top\"}]},"
    "{\"uid\":{\"type\":\"Doc\",\"id\":\"d\"},\"attrs\":{\"owner\":"
    "{\"__entity\":{\"type\":\"User\",\"id\":\"a\"}}},\"parents\":[],"
    "\"tags\":{\"ba*d\":\"t\"}}]";

#define CONTEXT                                                                   \
	"{\"n\":5,\"low\":-9223372036854775808,\"yes\":true,\"text\":\"ba*d\","   \
	"\"odd name\":1,\"set\":[1,2,3,2],\"sub\":{\"deep\":1},"                  \
	"\"groups\":[{\"__entity\":{\"type\":\"Group\",\"id\":\"g\"}}],"          \
	"\"ip\":\"10.1.2.3\",\"price\":\"1.5\",\"day\":\"2024-10-15T11:35:00Z\"," \
	"\"time\":\"1d12h\","                                                     \
	"\"addr\":{\"__extn\":{\"fn\":\"ip\",\"arg\":\"192.168.0.1\"}},"          \
	"\"limit\":{\"__extn\":{\"fn\":\"decimal\",\"arg\":\"9.99\"}}}"

#define REQUEST(action, resource, context)                                 \
	"{\"principal\":{\"type\":\"User\",\"id\":\"a\"},\"action\":"      \
	"\"Action::\\\"" action "\\\"\",\"resource\":\"Doc::\\\"" resource \
	"\\\"\",\"context\":" context "}"

static const struct {
	const char *request;
	bool permitted;
	size_t reasons, errors;
} cases[] = {
	{ REQUEST("hold", "d", CONTEXT), true, COUNT_OF(holding), 0 },
	{ REQUEST("fail", "d", CONTEXT), false, 0, COUNT_OF(failing) },
	{ REQUEST("forbidden", "d", CONTEXT), false, 1, 0 },
	{ REQUEST("unheard", "d", CONTEXT), false, 0, 0 },
	/* Names that the engine does not know, and an entity that is not there. */
	{ REQUEST("other", "new", "{\"new\":{\"newer\":[\"newest\"]}}"), true,
	    1, 0 },
};

static void
add(char *text, size_t size, const char *action, const char *condition)
{
	size_t len = strlen(text);

	(void)snprintf(text + len, size - len,
	    "permit (principal, action == Action::\"%s\", resource) "
	    "when { %s };\n",
	    action, condition);
}

static zta_cedar *
open_engine(void)
{
	static char text[64 * 1024];
	zta_cedar *engine;
	size_t i;

	text[0] = '\0';
	for (i = 0; i < COUNT_OF(holding); i++) {
		add(text, sizeof(text), "hold", holding[i]);
		add(text, sizeof(text), "forbidden", holding[i]);
	}
	for (i = 0; i < COUNT_OF(failing); i++) {
		add(text, sizeof(text), "fail", failing[i]);
	}
	add(text, sizeof(text), "other", "context.new.newer != resource");
	(void)strcat(text,
	    "forbid (principal in Group::\"top\", action == "
	    "Action::\"forbidden\", resource is Doc) unless { false };\n");
	assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
	assert_int_equal(zta_cedar_add_policies(engine, ZTA_STR("p"),
			     zta_str_of(text), ZTA_CEDAR_NUMBERED, NULL),
	    ZTA_OK);
	assert_int_equal(zta_cedar_add_entities(
			     engine, ZTA_STR("e"), ZTA_STR(entities), NULL),
	    ZTA_OK);
	assert_int_equal(zta_cedar_seal(engine, NULL), ZTA_OK);
	return engine;
}

static void
check(size_t i, const zta_cedar_answer *answer)
{
	assert_int_equal(answer->permitted, cases[i].permitted);
	assert_int_equal(answer->reason_count, cases[i].reasons);
	assert_int_equal(answer->error_count, cases[i].errors);
}

static void
test_alloc__decide(void **state)
{
	zta_cedar *engine = open_engine();
	zta_cedar_session *session;
	zta_cedar_bound *bound;
	zta_cedar_answer answer;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(
		    zta_cedar_session_open(&session, engine, NULL), ZTA_OK);
		assert_int_equal(
		    zta_cedar_bind(
			engine, zta_str_of(cases[i].request), 0, &bound, NULL),
		    ZTA_OK);
		assert_int_equal(
		    zta_cedar_decide(session, bound, &answer, NULL), ZTA_OK);
		check(i, &answer);
		calls = 0;
		assert_int_equal(
		    zta_cedar_decide(session, bound, &answer, NULL), ZTA_OK);
		assert_int_equal(calls, 0);
		check(i, &answer);
		zta_cedar_unbind(bound);
		zta_cedar_session_close(session);
	}
	zta_cedar_close(engine);
}

static void
test_alloc__authorize(void **state)
{
	zta_cedar *engine = open_engine();
	zta_cedar_session *session;
	zta_cedar_answer answer;
	zta_str request;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		request = zta_str_of(cases[i].request);
		assert_int_equal(
		    zta_cedar_session_open(&session, engine, NULL), ZTA_OK);
		assert_int_equal(
		    zta_cedar_authorize(session, request, 0, &answer, NULL),
		    ZTA_OK);
		check(i, &answer);
		calls = 0;
		assert_int_equal(
		    zta_cedar_authorize(session, request, 0, &answer, NULL),
		    ZTA_OK);
		assert_int_equal(calls, 0);
		check(i, &answer);
		zta_cedar_session_close(session);
	}
	zta_cedar_close(engine);
}

/* The count is of the engine's calls, or it would show nothing. */
static void
test_alloc__counts(void **state)
{
	zta_cedar *engine;

	(void)state;
	calls = 0;
	engine = open_engine();
	assert_true(calls > 0);
	zta_cedar_close(engine);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc__counts),
		cmocka_unit_test(test_alloc__decide),
		cmocka_unit_test(test_alloc__authorize),
	};

	return cmocka_run_group_tests_name("alloc", tests, NULL, NULL);
}
