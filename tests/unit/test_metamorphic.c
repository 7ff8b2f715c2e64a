/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_metamorphic.c - changes that change nothing. A random world is decided;
 * then it is written in another way, or changed where that cannot matter, and
 * decided again: the decisions are the same, for the same reasons.
 */
#include "tests.h"

#include <stdlib.h>

#include "base/str.h"
#include "world.h"
#include "ztauth/cedar.h"

enum { WORLDS = 150 };

/* Sets of policies are bits of their origins. */
typedef struct outcome {
	bool permitted;
	uint64_t reasons, errors;
} outcome;

typedef enum form { TEXT, FORMATTED, JSON, JSON_TO_TEXT } form;

/* How a world is put to the engine. */
typedef struct manner {
	const char *name;
	form form;
	bool bound;
	const world_names *names;
} manner;

static const manner usual = { "as it is", TEXT, false, &world_plain };

static uint64_t
bit(unsigned n)
{
	return UINT64_C(1) << n;
}

static void
need(zta_status status, zta_str text, const zta_error *err)
{
	if (status != ZTA_OK) {
		fail_msg("%u:%u: %s\n%.*s", err->line, err->column,
		    err->message, ZTA_STR_ARG(text));
	}
}

/* --- deciding */

/* The policies in another form, to be freed. */
static zta_str
in_form(zta_str text, form wanted)
{
	zta_str out, json, links;
	zta_error err = { 0 };

	if (wanted == FORMATTED) {
		need(zta_cedar_format(ZTA_STR("p"), text, &out, &err), text,
		    &err);
		return out;
	}
	need(zta_cedar_policies_to_json(
		 ZTA_STR("p"), text, ZTA_STR(""), ZTA_STR(""), &json, &err),
	    text, &err);
	if (wanted == JSON) {
		return json;
	}
	need(zta_cedar_policies_to_text(ZTA_STR("p"), json, &out, &links, &err),
	    json, &err);
	zta_str_free(json);
	zta_str_free(links);
	return out;
}

static void
add_policies(
    zta_cedar *engine, const world *w, const manner *how, zta_error *err)
{
	zta_buf buf;
	zta_str text;

	zta_buf__init(&buf, SIZE_MAX);
	world_put_policies(w, how->names, &buf);
	text = how->form == TEXT ? zta_buf__str(&buf) :
				   in_form(zta_buf__str(&buf), how->form);
	need(zta_cedar_add_policies(
		 engine, ZTA_STR("p"), text, ZTA_CEDAR_BY_PATH, err),
	    text, err);
	if (how->form != TEXT) {
		zta_str_free(text);
	}
	zta_buf__release(&buf);
}

/* Ids from JSON are policy<place>, others begin with the origin. */
static unsigned
origin_of(const world *w, const manner *how, zta_str id)
{
	const char *prefix = how->form == JSON ? "policy" : how->names->policy;
	unsigned number = (unsigned)strtoul(id.ptr + strlen(prefix), NULL, 10);

	assert_memory_equal(id.ptr, prefix, strlen(prefix));
	return how->form == JSON ? w->policies[number].origin : number;
}

static outcome
note(const world *w, const manner *how, const zta_cedar_answer *answer)
{
	outcome out = { .permitted = answer->permitted };
	size_t i;

	for (i = 0; i < answer->reason_count; i++) {
		out.reasons |= bit(origin_of(w, how, answer->reasons[i]));
	}
	for (i = 0; i < answer->error_count; i++) {
		out.errors |= bit(origin_of(w, how, answer->errors[i].policy));
	}
	return out;
}

static void
ask(const zta_cedar *engine, zta_cedar_session *session, zta_str request,
    bool bound, zta_cedar_answer *answer)
{
	zta_cedar_bound *question;
	zta_error err = { 0 };

	if (!bound) {
		need(zta_cedar_authorize(session, request, 0, answer, &err),
		    request, &err);
		return;
	}
	need(
	    zta_cedar_bind(engine, request, 0, &question, &err), request, &err);
	need(zta_cedar_decide(session, question, answer, &err), request, &err);
	need(zta_cedar_decide(session, question, answer, &err), request, &err);
	zta_cedar_unbind(question);
}

static void
judge(const world *w, const manner *how, outcome *out)
{
	zta_cedar *engine;
	zta_cedar_session *session;
	zta_cedar_answer answer;
	zta_error err = { 0 };
	zta_buf buf;
	unsigned i;

	zta_buf__init(&buf, SIZE_MAX);
	assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
	add_policies(engine, w, how, &err);
	world_put_entities(w, how->names, &buf);
	need(zta_cedar_add_entities(
		 engine, ZTA_STR("e"), zta_buf__str(&buf), &err),
	    zta_buf__str(&buf), &err);
	assert_int_equal(zta_cedar_seal(engine, NULL), ZTA_OK);
	assert_int_equal(
	    zta_cedar_session_open(&session, engine, NULL), ZTA_OK);
	for (i = 0; i < WORLD_REQUESTS; i++) {
		zta_buf__clear(&buf);
		world_put_request(&w->requests[i], how->names, &buf);
		ask(engine, session, zta_buf__str(&buf), how->bound, &answer);
		out[i] = note(w, how, &answer);
	}
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
	zta_buf__release(&buf);
}

/*
 * The outcomes of `w` put in this manner are those of `first`. A policy of
 * `parted` may fail in a part, which does not matter unless all of it failed.
 */
static void
expect(const world *w, const manner *how, const char *what,
    const outcome *first, uint64_t parted)
{
	outcome got[WORLD_REQUESTS];
	zta_buf buf;
	unsigned i;

	judge(w, how, got);
	for (i = 0; i < WORLD_REQUESTS; i++) {
		if ((first[i].errors & parted) != 0 ||
		    (got[i].permitted == first[i].permitted &&
			got[i].reasons == first[i].reasons &&
			((got[i].errors ^ first[i].errors) & ~parted) == 0)) {
			continue;
		}
		zta_buf__init(&buf, SIZE_MAX);
		world_put_policies(w, how->names, &buf);
		world_put_request(&w->requests[i], how->names, &buf);
		zta_buf__text(&buf, "\n");
		world_put_entities(w, how->names, &buf);
		fail_msg("%s: %d %jx %jx, not %d %jx %jx\n%.*s", what,
		    got[i].permitted, (uintmax_t)got[i].reasons,
		    (uintmax_t)got[i].errors, first[i].permitted,
		    (uintmax_t)first[i].reasons, (uintmax_t)first[i].errors,
		    ZTA_STR_ARG(zta_buf__str(&buf)));
	}
}

/* --- other manners */

static void
test_metamorphic__manners(void **state)
{
	static const manner manners[] = {
		{ "bound requests", TEXT, true, &world_plain },
		{ "formatted", FORMATTED, false, &world_plain },
		{ "JSON", JSON, false, &world_plain },
		{ "JSON and back", JSON_TO_TEXT, false, &world_plain },
		{ "renamed", TEXT, false, &world_renamed },
		{ "renamed, JSON", JSON, true, &world_renamed },
		{ "renamed, formatted", FORMATTED, false, &world_renamed },
	};
	zta_arena arena;
	world w;
	outcome first[WORLD_REQUESTS];
	size_t i;
	unsigned seed;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	for (seed = 1; seed <= WORLDS; seed++) {
		world_make(&w, &arena, seed);
		judge(&w, &usual, first);
		for (i = 0; i < sizeof(manners) / sizeof(manners[0]); i++) {
			expect(&w, &manners[i], manners[i].name, first, 0);
		}
		zta_arena__reset(&arena);
	}
	zta_arena__release(&arena);
}

/* --- changes */

static void
test_metamorphic__changes(void **state)
{
	zta_arena arena;
	world w, changed, all;
	outcome first[WORLD_REQUESTS];
	uint64_t apart, parted;
	size_t i;
	unsigned seed;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	for (seed = 1; seed <= WORLDS; seed++) {
		world_make(&w, &arena, seed);
		judge(&w, &usual, first);
		all = w;
		parted = 0;
		for (i = 0; world_changes[i].name != NULL; i++) {
			changed = w;
			apart = world_changes[i].apply(&changed);
			expect(&changed, &usual, world_changes[i].name, first,
			    apart);
			parted |= world_changes[i].apply(&all);
		}
		expect(&all, &usual, "all of it", first, parted);
		zta_arena__reset(&arena);
	}
	zta_arena__release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_metamorphic__manners),
		cmocka_unit_test(test_metamorphic__changes),
	};

	return cmocka_run_group_tests_name("metamorphic", tests, NULL, NULL);
}
