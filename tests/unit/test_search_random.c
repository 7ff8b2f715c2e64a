/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_search_random.c - searches under random policies and entities find what
 * deciding one by one allows. Every way to come to candidates must have been
 * used when all is done.
 */
#include "tests.h"

#include "cedar/search.h"
#include "cedar/where.h"
#include "search_case.h"

#define CASES 4000

typedef struct fixture {
	text policies, entities;
	zta_cedar *engine;
	zta_cedar_session *session;
	zta_cedar_search *search;
	unsigned kinds;
} fixture;

static void
open_case(fixture *f)
{
	zta_error err = { 0 };

	typed = chance(40);
	make_policies(&f->policies);
	make_entities(&f->entities);
	assert_int_equal(zta_cedar_open(&f->engine, &err), ZTA_OK);
	if (typed) {
		assert_int_equal(zta_cedar_add_schema(f->engine, ZTA_STR("s"),
				     ZTA_STR(schema), &err),
		    ZTA_OK);
	}
	if (zta_cedar_add_policies(f->engine, ZTA_STR("p"), str(&f->policies),
		ZTA_CEDAR_NUMBERED, &err) != ZTA_OK ||
	    zta_cedar_add_entities(
		f->engine, ZTA_STR("e"), str(&f->entities), &err) != ZTA_OK ||
	    zta_cedar_seal(f->engine, &err) != ZTA_OK ||
	    zta_cedar_session_open(&f->session, f->engine, &err) != ZTA_OK ||
	    zta_cedar_search_open(&f->search, f->engine, &err) != ZTA_OK) {
		fail_msg("%s:%u:%u: %s\n%s\n%s", err.place, err.line,
		    err.column, err.message, f->policies.bytes,
		    f->entities.bytes);
	}
}

static void
close_case(fixture *f)
{
	zta_cedar_search_close(f->search);
	zta_cedar_session_close(f->session);
	zta_cedar_close(f->engine);
}

/* Note how candidates come about; pages do not matter here. */
static void
note_kinds(fixture *f, zta_str request, unsigned flags)
{
	zta_search_room room = { &f->session->arena, &f->session->scratch };
	zta_search_page page = { .limit = 1 };
	zta_asked asked;

	zta_arena__reset(&f->session->arena);
	if (zta_search__run(f->search, request, flags, room, &asked, &page,
		NULL) == ZTA_OK) {
		f->kinds |= page.kinds;
	}
}

static void
ask(fixture *f, oracle *o, oracle_part open, const char *type,
    const oracle_entity *all, size_t count)
{
	const char *wrong;

	o->open = open;
	o->all = all;
	o->count = count;
	o->limit = chance(50) ? 100 : 1 + choose(4);
	wrong = oracle_compare(o, type);
	if (wrong != NULL) {
		fail_msg("%s: %s\n%s\n%s", wrong, o->request, f->policies.bytes,
		    f->entities.bytes);
	}
	note_kinds(f, zta_str_of(o->request), o->flags);
}

static void
ask_all(fixture *f)
{
	static const char who[] =
	    "{\"n\":2,\"who\":{\"__entity\":{\"type\":\"User\",\"id\":"
	    "\"u1\"}}}";
	static const char *const contexts[] = { "{}", "{\"n\":1}", who };
	text principal = { .len = 0 }, resource = { .len = 0 };
	oracle o = { .session = f->session, .search = f->search };

	put_uid_json(&principal, chance(90) ? "User" : "Group");
	put_uid_json(&resource, chance(80) ? "Doc" : "Folder");
	o.flags = chance(50) ? ZTA_CEDAR_VALIDATE_REQUEST : 0;
	o.parts[ORACLE_PRINCIPAL] = principal.bytes;
	o.parts[ORACLE_ACTION] =
	    chance(70) ? "\"Action::\\\"a0\\\"\"" : "\"Action::\\\"a1\\\"\"";
	o.parts[ORACLE_RESOURCE] = resource.bytes;
	o.parts[ORACLE_CONTEXT] = PICK(contexts);
	ask(f, &o, ORACLE_RESOURCE, "Doc", docs, DOCS);
	ask(f, &o, ORACLE_RESOURCE, "Folder", folders, FOLDERS);
	ask(f, &o, ORACLE_PRINCIPAL, "User", users, USERS);
	ask(f, &o, ORACLE_PRINCIPAL, "Group", groups, GROUPS);
	ask(f, &o, ORACLE_ACTION, NULL, actions, ACTIONS);
}

static uint32_t
uid_of(const fixture *f, const oracle_entity *entity)
{
	const zta_names *names = &f->engine->names;

	return zta_names__find_uid(names,
	    zta_names__find_symbol(names, zta_str_of(entity->type)),
	    zta_str_of(entity->id));
}

static bool
allowed(const fixture *f, const zta_question *question)
{
	zta_verdict verdict;

	assert_int_equal(
	    zta_authorize__run(&f->engine->policies, &f->engine->entities,
		question, &f->session->scratch, &verdict, NULL),
	    ZTA_OK);
	return verdict.permitted;
}

/*
 * What a request says of entities itself counts as it does in a decision: some
 * have what is known of others.
 */
static void
ask_with_extras(fixture *f)
{
	static const zta_record empty = { 0 };
	const zta_entities *entities = &f->engine->entities;
	zta_search_room room = { &f->session->arena, &f->session->scratch };
	zta_search_page page = { .limit = 100 };
	zta_eval_extra extras[3];
	zta_question q = { .names = &f->engine->names,
		.context = &empty,
		.extras = extras,
		.extra_count = 1 + choose(3) };
	zta_sought sought = { .var = ZTA_VAR_RESOURCE };
	uint32_t i, found = 0;

	q.principal = uid_of(f, &users[choose(USERS)]);
	q.action = uid_of(f, &actions[0]);
	extras[0].uid = q.principal;
	extras[0].entity =
	    *zta_entities__get(entities, uid_of(f, &users[choose(USERS)]));
	extras[1].uid = uid_of(f, &docs[choose(DOCS)]);
	extras[1].entity =
	    *zta_entities__get(entities, uid_of(f, &docs[choose(DOCS)]));
	extras[2].uid = uid_of(f, &folders[choose(FOLDERS)]);
	extras[2].entity =
	    *zta_entities__get(entities, uid_of(f, &folders[choose(FOLDERS)]));
	sought.type = zta_names__type_of(q.names, uid_of(f, &docs[0]));
	q.resource = ZTA_NAME_NONE;
	zta_arena__reset(room.arena);
	assert_int_equal(
	    zta_search__entities(f->search, &q, &sought, room, &page, NULL),
	    ZTA_OK);
	for (i = 0; i < DOCS; i++) {
		q.resource = uid_of(f, &docs[i]);
		if (allowed(f, &q) !=
		    zta_uids__has(page.uids, page.count, q.resource)) {
			fail_msg("%s is judged otherwise\n%s\n%s", docs[i].id,
			    f->policies.bytes, f->entities.bytes);
		}
		found += zta_uids__has(page.uids, page.count, q.resource);
	}
	assert_int_equal(found, page.count);
}

static void
test_search_random__agrees(void **unused)
{
	static fixture f;
	unsigned i, kind;

	(void)unused;
	for (i = 0; i < CASES; i++) {
		state = i;
		open_case(&f);
		ask_all(&f);
		ask_with_extras(&f);
		close_case(&f);
	}
	for (kind = 0; kind < ZTA_WHERE_KINDS; kind++) {
		if ((f.kinds & 1u << kind) == 0) {
			fail_msg("no candidates came by kind %u", kind);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_search_random__agrees),
	};

	return cmocka_run_group_tests_name("search_random", tests, NULL, NULL);
}
