/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_search.c - what cannot be asked; how each comparison leads to few
 * candidates; pages; actions; threads. test_search_random.c compares with
 * deciding one by one.
 */
#include "tests.h"

#include <pthread.h>

#include "base/buf.h"
#include "cedar/search.h"
#include "cedar/where.h"

#define DOCS 200u

static const char schema[] =
    "entity Group in [Group];\n"
    "entity User in [Group] { boss?: User, teams?: Set<Group> };\n"
    "entity Folder in [Folder] { owner: User };\n"
    "entity Doc in [Folder] { owner: User, reader?: Group,\n"
    "  readers?: Set<Group>, public?: Bool, kind: String, size: Long,\n"
    "  meta?: { author: User }, folder?: Folder };\n"
    "action all;\n"
    "action view in [all] appliesTo { principal: User, resource: [Doc, Folder],\n"
    "  context: { n?: Long } };\n"
    "action edit in [all] appliesTo { principal: User, resource: Doc,\n"
    "  context: { n: Long } };\n"
    "action list appliesTo { principal: User, resource: Folder,\n"
    "  context: { ip?: ipaddr } };\n";

static const char people[] =
    "[{\"uid\":{\"type\":\"User\",\"id\":\"alice\"},\"attrs\":{\"boss\":"
    "{\"__entity\":{\"type\":\"User\",\"id\":\"bob\"}},\"teams\":[{"
    "\"__entity\":{\"type\":\"Group\",\"id\":\"red\"}}]},\"parents\":["
    "{\"type\":\"Group\",\"id\":\"red\"}]},"
    "{\"uid\":{\"type\":\"User\",\"id\":\"bob\"},\"attrs\":{},\"parents\":["
    "{\"type\":\"Group\",\"id\":\"blue\"}]},"
    "{\"uid\":{\"type\":\"User\",\"id\":\"carol\"},\"attrs\":{},\"parents\":"
    "[]},"
    "{\"uid\":{\"type\":\"Group\",\"id\":\"red\"},\"attrs\":{},\"parents\":["
    "{\"type\":\"Group\",\"id\":\"staff\"}]},"
    "{\"uid\":{\"type\":\"Group\",\"id\":\"blue\"},\"attrs\":{},\"parents\":"
    "[]},"
    "{\"uid\":{\"type\":\"Group\",\"id\":\"staff\"},\"attrs\":{},\"parents\":"
    "[]},"
    "{\"uid\":{\"type\":\"Folder\",\"id\":\"top\"},\"attrs\":{\"owner\":{"
    "\"__entity\":{\"type\":\"User\",\"id\":\"bob\"}}},\"parents\":[]},"
    "{\"uid\":{\"type\":\"Folder\",\"id\":\"sub\"},\"attrs\":{\"owner\":{"
    "\"__entity\":{\"type\":\"User\",\"id\":\"alice\"}}},\"parents\":["
    "{\"type\":\"Folder\",\"id\":\"top\"}]}";

/* What a test does not look for differs everywhere: hash tables stay sparse. */
static void
put_doc(zta_buf *out, unsigned i)
{
	zta_buf__printf(out,
	    ",{\"uid\":{\"type\":\"Doc\",\"id\":\"d%u\"},\"attrs\":{"
	    "\"size\":%u,\"kind\":\"%s%u\",\"owner\":{\"__entity\":{"
	    "\"type\":\"User\",\"id\":",
	    i, i, i == 3 ? "memo" : "plain", i);
	if (i < 3) {
		zta_buf__printf(out, "\"%s\"}}", i < 2 ? "alice" : "bob");
	} else {
		zta_buf__printf(out, "\"owner%u\"}}", i);
	}
	if (i == 4 || i == 5) {
		zta_buf__printf(out,
		    ",\"reader\":{\"__entity\":{\"type\":\"Group\",\"id\":"
		    "\"%s\"}},\"public\":true",
		    i == 4 ? "red" : "staff");
	}
	if (i == 6 || i == 7) {
		zta_buf__printf(out,
		    ",\"readers\":[{\"__entity\":{\"type\":\"Group\",\"id\":"
		    "\"%s\"}},{\"__entity\":{\"type\":\"Group\",\"id\":"
		    "\"blue\"}}]",
		    i == 6 ? "red" : "staff");
	}
	if (i == 8) {
		zta_buf__printf(out,
		    ",\"meta\":{\"author\":{\"__entity\":{\"type\":\"User\","
		    "\"id\":\"alice\"}}},\"folder\":{\"__entity\":{\"type\":"
		    "\"Folder\",\"id\":\"sub\"}}");
	}
	zta_buf__printf(out, "},\"parents\":[%s]}",
	    i == 9      ? "{\"type\":\"Folder\",\"id\":\"sub\"}" :
		i == 10 ? "{\"type\":\"Folder\",\"id\":\"top\"}" :
			  "");
}

typedef struct fixture {
	zta_cedar *engine;
	zta_cedar_session *session;
	zta_cedar_search *search;
} fixture;

static void
open_fixture(fixture *f, const char *policies, bool with_schema)
{
	zta_error err = { 0 };
	zta_buf entities;
	unsigned i;

	zta_buf__init(&entities, SIZE_MAX);
	zta_buf__text(&entities, people);
	for (i = 0; i < DOCS; i++) {
		put_doc(&entities, i);
	}
	zta_buf__text(&entities, "]");
	if (zta_cedar_open(&f->engine, &err) != ZTA_OK ||
	    (with_schema &&
		zta_cedar_add_schema(f->engine, ZTA_STR("s"), ZTA_STR(schema),
		    &err) != ZTA_OK) ||
	    zta_cedar_add_policies(f->engine, ZTA_STR("p"),
		zta_str_of(policies), ZTA_CEDAR_NUMBERED, &err) != ZTA_OK ||
	    zta_cedar_add_entities(f->engine, ZTA_STR("e"),
		zta_buf__str(&entities), &err) != ZTA_OK ||
	    zta_cedar_seal(f->engine, &err) != ZTA_OK ||
	    zta_cedar_session_open(&f->session, f->engine, &err) != ZTA_OK ||
	    zta_cedar_search_open(&f->search, f->engine, &err) != ZTA_OK) {
		fail_msg("%s:%u:%u: %s\n%s", err.place, err.line, err.column,
		    err.message, policies);
	}
	zta_buf__release(&entities);
}

static void
close_fixture(fixture *f)
{
	zta_cedar_search_close(f->search);
	zta_cedar_session_close(f->session);
	zta_cedar_close(f->engine);
}

#define ALICE "\"principal\":\"User::\\\"alice\\\"\""
#define VIEW "\"action\":\"Action::\\\"view\\\"\""
#define D0 "\"resource\":\"Doc::\\\"d0\\\"\""
#define ANY_DOC "\"resource\":{\"type\":\"Doc\"}"
#define ANY_USER "\"principal\":{\"type\":\"User\"}"

/* --- what cannot be asked */

static const struct {
	const char *request;
	zta_status status;
	const char *place;
	bool with_schema;
} bad[] = {
	{ "", ZTA_ESYNTAX, "", false },
	{ "[]", ZTA_EINVALID, "", false },
	{ "{" ALICE "," VIEW "," D0 "}", ZTA_EINVALID, "", false },
	{ "{" ANY_USER "," VIEW "," ANY_DOC "}", ZTA_EINVALID, "/resource",
	    false },
	{ "{" ALICE "," ANY_DOC "}", ZTA_EINVALID, "", false },
	{ "{" ALICE "," VIEW "}", ZTA_EINVALID, "", false },
	{ "{" ALICE "," VIEW ",\"resource\":{\"id\":\"d0\"}}", ZTA_EINVALID,
	    "/resource", false },
	{ "{" ALICE "," VIEW ",\"resource\":{\"type\":null}}", ZTA_EINVALID,
	    "/resource/type", false },
	{ "{" ALICE "," VIEW ",\"resource\":{\"type\":\"a b\"}}", ZTA_EINVALID,
	    "/resource/type", false },
	{ "{" ALICE "," VIEW ",\"resource\":{\"type\":\"Doc\",\"x\":1}}",
	    ZTA_EINVALID, "/resource/x", false },
	{ "{" ALICE ",\"action\":null," D0 "}", ZTA_EINVALID, "/action",
	    false },
	{ "{" ALICE ",\"action\":{\"type\":\"Action\"}," D0 "}", ZTA_EINVALID,
	    "/action", false },
	{ "{" ALICE "," VIEW "," ANY_DOC ",\"contxt\":{}}", ZTA_EINVALID,
	    "/contxt", false },
	{ "{" ALICE "," VIEW "," ANY_DOC ",\"context\":[]}", ZTA_EINVALID,
	    "/context", false },
	{ "{" ALICE "," D0 ",\"context\":[]}", ZTA_EINVALID, "/context",
	    false },
	{ "{" ALICE "," D0 ",\"context\":{\"n\":null}}", ZTA_EINVALID,
	    "/context/n", false },
	/* what the schema does not have */
	{ "{" ALICE "," VIEW ",\"resource\":{\"type\":\"Dcc\"}}", ZTA_EINVALID,
	    "/resource/type", true },
	{ "{" ALICE "," VIEW ",\"resource\":{\"type\":\"Action\"}}",
	    ZTA_EINVALID, "/resource/type", true },
	{ "{" ALICE ",\"action\":\"Action::\\\"x\\\"\"," ANY_DOC "}",
	    ZTA_EINVALID, "", true },
	{ "{" ALICE "," VIEW "," ANY_DOC ",\"context\":{\"n\":\"1\"}}",
	    ZTA_EINVALID, "/context/n", true },
	{ "{" ALICE "," D0 ",\"context\":{\"m\":1}}", ZTA_EINVALID,
	    "/context/m", true },
	/* what it has for other types */
	{ "{" ALICE "," VIEW ",\"resource\":{\"type\":\"User\"}}", ZTA_EINVALID,
	    "/resource", true },
	{ "{\"principal\":{\"type\":\"Group\"}," VIEW "," D0 "}", ZTA_EINVALID,
	    "/principal", true },
};

static void
test_search__refuses(void **state)
{
	zta_cedar_page page = { 0, 10 };
	zta_cedar_found found;
	fixture f[2];
	zta_error err;
	zta_status status;
	size_t i;

	(void)state;
	open_fixture(&f[0], "permit (principal, action, resource);", false);
	open_fixture(&f[1], "permit (principal, action, resource);", true);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err = (zta_error){ 0 };
		status = zta_cedar_find(f[bad[i].with_schema].session,
		    f[bad[i].with_schema].search, zta_str_of(bad[i].request),
		    ZTA_CEDAR_VALIDATE_REQUEST, page, &found, &err);
		if (status != bad[i].status ||
		    strcmp(err.place, bad[i].place) != 0) {
			fail_msg("%s: %s at `%s`: %s", bad[i].request,
			    zta_status_name(status), err.place, err.message);
		}
		assert_int_equal(found.count, 0);
		assert_null(found.list);
	}
	close_fixture(&f[0]);
	close_fixture(&f[1]);
}

static void
test_search__keeps_its_contract(void **state)
{
	const zta_str request = ZTA_STR("{" ALICE "," VIEW "," ANY_DOC "}");
	static const zta_cedar_page pages[] = { { 0, 0 },
		{ 0, ZTA_CEDAR_PAGE_MAX + 1 }, { 0, SIZE_MAX } };
	zta_cedar_search *search;
	zta_cedar_found found;
	zta_cedar *engine;
	fixture a, b;
	size_t i;

	(void)state;
	assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
	assert_int_equal(
	    zta_cedar_search_open(&search, engine, NULL), ZTA_EINVAL);
	assert_null(search);
	zta_cedar_search_close(search);
	zta_cedar_close(engine);
	open_fixture(&a, "permit (principal, action, resource);", false);
	open_fixture(&b, "permit (principal, action, resource);", false);
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		assert_int_equal(zta_cedar_find(a.session, a.search, request, 0,
				     pages[i], &found, NULL),
		    ZTA_EINVAL);
	}
	assert_int_equal(zta_cedar_find(a.session, b.search, request, 0,
			     (zta_cedar_page){ 0, 1 }, &found, NULL),
	    ZTA_EINVAL);
	/* A place that no page gave is beyond the last, or between two. */
	assert_int_equal(zta_cedar_find(a.session, a.search, request, 0,
			     (zta_cedar_page){ UINT64_MAX, 1 }, &found, NULL),
	    ZTA_OK);
	assert_int_equal(found.count, 0);
	assert_int_equal(found.next, 0);
	close_fixture(&a);
	close_fixture(&b);
}

/* --- candidates */

#define PERMIT "permit (principal, action, resource) when "
#define OPEN_DOC "{" ALICE "," VIEW "," ANY_DOC ",\"context\":{\"n\":1}}"
#define OPEN_USER "{" ANY_USER "," VIEW ",\"resource\":\"Doc::\\\"d6\\\"\"}"

/* What is found, with how few evaluations, and what led to candidates. */
static const struct {
	const char *policies, *request, *found;
	unsigned kinds; /* bits of zta_where_kind */
	size_t evaluations;
} cases[] = {
	/* nothing can hold: nothing is tried */
	{ "", OPEN_DOC, "", 0, 0 },
	{ "permit (principal == User::\"bob\", action, resource);", OPEN_DOC,
	    "", 0, 0 },
	{ "permit (principal, action, resource is Folder);", OPEN_DOC, "", 0,
	    0 },
	{ PERMIT "{ context.n > 1 && resource.kind like \"*\" };", OPEN_DOC, "",
	    0, 0 },
	{ PERMIT "{ resource.kind like \"*\" && context.missing };", OPEN_DOC,
	    "", 0, 0 },
	{ PERMIT "{ context.n + \"1\" == resource.size };", OPEN_DOC, "", 0,
	    0 },
	{ PERMIT "{ resource.size > 0 };"
		 "forbid (principal, action, resource is Doc);",
	    OPEN_DOC, "", 0, 0 },
	{ PERMIT "{ resource == Doc::\"nowhere\" };", OPEN_DOC, "", 0, 0 },
	{ PERMIT "{ resource in User::\"alice\" };", OPEN_DOC, "", 0, 0 },
	{ PERMIT "{ principal.teams.contains(resource) };", OPEN_DOC, "", 0,
	    0 },
	{ PERMIT "{ resource is User && resource.size > 1 };", OPEN_DOC, "", 0,
	    0 },
	{ "permit (principal, action, resource);",
	    "{" ALICE "," VIEW ",\"resource\":{\"type\":\"Nothing\"}}", "", 0,
	    0 },
	/* all hold: nothing is tried either */
	{ "permit (principal, action, resource is User) unless { false };",
	    "{" ANY_USER "," VIEW ",\"resource\":\"User::\\\"bob\\\"\"}",
	    "alice bob carol", 1u << ZTA_WHERE_ALWAYS, 0 },
	{ PERMIT "{ !(principal == Group::\"red\") };", OPEN_USER,
	    "alice bob carol", 1u << ZTA_WHERE_ALWAYS, 0 },
	{ PERMIT "{ principal is User || principal.missing };"
		 "forbid (principal in Group::\"none\", action, resource);",
	    OPEN_USER, "alice bob carol", 1u << ZTA_WHERE_ALWAYS, 0 },
	/* a chain that may fail before is not certain */
	{ PERMIT "{ principal.boss == User::\"bob\" || true };", OPEN_USER,
	    "alice", 1u << ZTA_WHERE_EVERYWHERE, 3 },
	/* one entity */
	{ "permit (principal, action, resource == Doc::\"d3\");", OPEN_DOC,
	    "d3", 1u << ZTA_WHERE_ONE, 1 },
	{ PERMIT "{ Doc::\"d3\" == resource };", OPEN_DOC, "d3",
	    1u << ZTA_WHERE_ONE, 1 },
	{ PERMIT "{ [Doc::\"d3\", Doc::\"d5\", User::\"bob\"].contains("
		 "resource) };",
	    OPEN_DOC, "d3 d5", 1u << ZTA_WHERE_ONE, 2 },
	/* the hierarchy */
	{ "permit (principal, action, resource in Folder::\"top\");", OPEN_DOC,
	    "d9 d10", 1u << ZTA_WHERE_BELOW, 2 },
	{ "permit (principal, action, resource is Doc in Folder::\"sub\");",
	    OPEN_DOC, "d9", 1u << ZTA_WHERE_BELOW, 1 },
	{ PERMIT "{ resource in [Folder::\"sub\", Doc::\"d1\"] };", OPEN_DOC,
	    "d1 d9", 1u << ZTA_WHERE_BELOW, 2 },
	{ "permit (principal in Group::\"staff\", action, resource);",
	    OPEN_USER, "alice", 1u << ZTA_WHERE_BELOW, 1 },
	{ PERMIT "{ principal in resource.readers };", OPEN_USER, "alice bob",
	    1u << ZTA_WHERE_BELOW, 2 },
	/* attributes */
	{ PERMIT "{ resource.owner == principal };", OPEN_DOC, "d0 d1",
	    1u << ZTA_WHERE_EQUAL, 2 },
	{ PERMIT "{ principal.boss == resource.owner };", OPEN_DOC, "d2",
	    1u << ZTA_WHERE_EQUAL, 1 },
	{ PERMIT "{ resource.kind == \"memo3\" };", OPEN_DOC, "d3",
	    1u << ZTA_WHERE_EQUAL, 1 },
	{ PERMIT "{ resource.size == context.n + 16 };", OPEN_DOC, "d17",
	    1u << ZTA_WHERE_EQUAL, 1 },
	{ PERMIT "{ resource has meta && resource.meta.author == principal };",
	    OPEN_DOC, "d8", 1u << ZTA_WHERE_EQUAL, 1 },
	{ PERMIT "{ resource has folder.owner &&"
		 " resource.folder.owner == principal };",
	    OPEN_DOC, "d8", 1u << ZTA_WHERE_EQUAL, 1 },
	{ PERMIT "{ resource has public && resource.public };", OPEN_DOC,
	    "d4 d5", 1u << ZTA_WHERE_FLAG, 2 },
	{ PERMIT "{ resource.owner in Group::\"staff\" };", OPEN_DOC, "d0 d1",
	    1u << ZTA_WHERE_OWNER, 2 },
	{ PERMIT "{ principal in resource.reader };", OPEN_DOC, "d4 d5",
	    1u << ZTA_WHERE_READER, 2 },
	{ PERMIT "{ principal in resource.readers };", OPEN_DOC, "d6 d7",
	    1u << ZTA_WHERE_READER, 2 },
	{ PERMIT "{ resource.readers.contains(Group::\"red\") };", OPEN_DOC,
	    "d6", 1u << ZTA_WHERE_CONTAINS, 1 },
	{ PERMIT "{ resource.readers.containsAny(principal.teams) };", OPEN_DOC,
	    "d6", 1u << ZTA_WHERE_CONTAINS, 1 },
	{ PERMIT "{ resource.readers.containsAll([Group::\"blue\","
		 " Group::\"staff\"]) };",
	    OPEN_DOC, "d7", 1u << ZTA_WHERE_CONTAINS, 1 },
	{ PERMIT "{ principal.teams.containsAny(resource.readers) };", OPEN_DOC,
	    "d6", 1u << ZTA_WHERE_AMONG, 1 },
	{ PERMIT "{ [\"memo3\", \"plan\"].contains(resource.kind) };", OPEN_DOC,
	    "d3", 1u << ZTA_WHERE_AMONG, 1 },
	/* together */
	{ PERMIT "{ resource.size >= 0 && resource.owner == principal } unless "
		 "{ resource.size == 1 };",
	    OPEN_DOC, "d0", 1u << ZTA_WHERE_EQUAL, 2 },
	{ PERMIT
	    "{ resource.owner == principal || resource.kind == \"memo3\" };",
	    OPEN_DOC, "d0 d1 d3", 1u << ZTA_WHERE_EQUAL, 3 },
	{ PERMIT "{ if resource.owner == principal then resource.size > 0 else"
		 " resource.kind == \"memo3\" };",
	    OPEN_DOC, "d1 d3", 1u << ZTA_WHERE_EQUAL, 3 },
	{ PERMIT "{ context.n == 2 || resource.owner == principal };", OPEN_DOC,
	    "d0 d1", 1u << ZTA_WHERE_EQUAL, 2 },
	{ PERMIT "{ !(resource.owner != principal) };", OPEN_DOC, "d0 d1",
	    1u << ZTA_WHERE_EQUAL, 2 },
	{ PERMIT "{ !(!resource.public || resource.size < 5) };", OPEN_DOC,
	    "d5", 1u << ZTA_WHERE_FLAG, 2 },
	{ PERMIT "{ resource.owner == principal };"
		 "permit (principal, action, resource in Folder::\"sub\");"
		 "forbid (principal, action, resource) when"
		 " { resource.size == 1 };",
	    OPEN_DOC, "d0 d9", 1u << ZTA_WHERE_EQUAL | 1u << ZTA_WHERE_BELOW,
	    6 },
	{ PERMIT "{ resource.size < 2 };" PERMIT
		 "{ resource.kind == \"memo3\" };",
	    OPEN_DOC, "d0 d1 d3",
	    1u << ZTA_WHERE_EVERYWHERE | 1u << ZTA_WHERE_EQUAL, DOCS + 1 },
};

/* The ids of a page, with a space between. */
static void
join(const zta_cedar_found *found, char *out, size_t room)
{
	size_t i, len = 0;

	out[0] = '\0';
	for (i = 0; i < found->count; i++) {
		len += (size_t)snprintf(out + len, room - len, "%s%.*s",
		    i > 0 ? " " : "", ZTA_STR_ARG(found->list[i].id));
		assert_true(len < room);
	}
}

static unsigned
kinds_of(fixture *f, const char *request)
{
	zta_search_room room = { &f->session->arena, &f->session->scratch };
	zta_search_page page = { .limit = 1000 };
	zta_asked asked;

	zta_arena__reset(&f->session->arena);
	assert_int_equal(zta_search__run(f->search, zta_str_of(request), 0,
			     room, &asked, &page, NULL),
	    ZTA_OK);
	return page.kinds;
}

/* Values that share a place in a hash table may cost a few evaluations. */
static void
test_search__finds_with_few_evaluations(void **state)
{
	zta_cedar_found found;
	fixture f;
	char ids[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_fixture(&f, cases[i].policies, false);
		assert_int_equal(zta_cedar_find(f.session, f.search,
				     zta_str_of(cases[i].request), 0,
				     (zta_cedar_page){ 0, 100 }, &found, NULL),
		    ZTA_OK);
		join(&found, ids, sizeof(ids));
		if (strcmp(ids, cases[i].found) != 0 ||
		    found.evaluations < cases[i].evaluations ||
		    found.evaluations > cases[i].evaluations + 16 ||
		    kinds_of(&f, cases[i].request) != cases[i].kinds) {
			fail_msg("%s: found `%s`, %zu evaluations, kinds %x",
			    cases[i].policies, ids, found.evaluations,
			    kinds_of(&f, cases[i].request));
		}
		assert_int_equal(found.next, 0);
		close_fixture(&f);
	}
}

/* --- pages */

static void
test_search__gives_pages(void **state)
{
	const zta_str request = ZTA_STR(OPEN_DOC);
	zta_cedar_page page = { 0, 7 };
	zta_cedar_found found;
	size_t i, total = 0;
	char id[16];
	fixture f;

	(void)state;
	open_fixture(&f, PERMIT "{ resource.size != 100 };", false);
	do {
		assert_int_equal(zta_cedar_find(f.session, f.search, request, 0,
				     page, &found, NULL),
		    ZTA_OK);
		for (i = 0; i < found.count; i++) {
			total += total == 100;
			(void)snprintf(id, sizeof(id), "d%zu", total++);
			assert_true(zta_str__is(found.list[i].id, id));
			assert_true(zta_str__is(found.list[i].type, "Doc"));
		}
		assert_true(found.count == 7 || found.next == 0);
		page.after = found.next;
	} while (found.next != 0);
	assert_int_equal(total, DOCS);
	close_fixture(&f);
}

/* A page ends when its work is done, wherever that is; nothing is lost. */
static void
test_search__keeps_to_its_budget(void **state)
{
	zta_search_room room;
	zta_search_page page = { .next = 0 };
	zta_asked asked;
	size_t total = 0;
	unsigned pages = 0;
	fixture f;

	(void)state;
	open_fixture(&f, PERMIT "{ resource.size > 189 };", false);
	room = (zta_search_room){ &f.session->arena, &f.session->scratch };
	do {
		zta_arena__reset(&f.session->arena);
		page = (zta_search_page){
			.from = page.next, .limit = 1000, .budget = 30
		};
		assert_int_equal(zta_search__run(f.search, ZTA_STR(OPEN_DOC), 0,
				     room, &asked, &page, NULL),
		    ZTA_OK);
		assert_true(page.evaluations <= 30);
		total += page.count;
		pages++;
	} while (page.next != 0);
	assert_int_equal(total, DOCS - 190);
	assert_true(pages >= DOCS / 30);
	close_fixture(&f);
}

/* --- memory */

/* Arenas that end at every place in turn: no result, or the right one. */
static void
test_search__ends_with_its_memory(void **state)
{
	static const char policies[] =
	    PERMIT "{ resource.owner == principal || [context.n].contains(1) &&"
		   "  resource.size < 3 || resource in Folder::\"top\" };"
		   "forbid (principal, action, resource) when"
		   " { [resource.size, context.n + 1].contains(0) };";
	zta_search_room room;
	zta_search_page page;
	zta_arena arenas[2];
	zta_asked asked;
	zta_status status = ZTA_ELIMIT;
	zta_error err;
	fixture f;
	size_t max;

	(void)state;
	open_fixture(&f, policies, false);
	room = (zta_search_room){ &arenas[0], &arenas[1] };
	for (max = 0; status != ZTA_OK; max += 16) {
		zta_arena__init(&arenas[0], max);
		zta_arena__init(&arenas[1], max / 64);
		page = (zta_search_page){ .limit = 100 };
		status = zta_search__run(
		    f.search, ZTA_STR(OPEN_DOC), 0, room, &asked, &page, &err);
		assert_true(status == ZTA_ELIMIT ||
		    (status == ZTA_OK && page.count == 4));
		zta_arena__release(&arenas[0]);
		zta_arena__release(&arenas[1]);
	}
	close_fixture(&f);
}

/* --- actions */

static const struct {
	const char *rest, *found;
	bool with_schema;
	unsigned flags;
} actions[] = {
	{ "," D0, "all view purge edit", false, 0 },
	{ "," D0, "all view", true, 0 },
	{ "," D0 ",\"context\":{\"n\":1}", "view edit", true, 0 },
	{ "," D0 ",\"context\":{\"n\":1}", "view edit", true,
	    ZTA_CEDAR_VALIDATE_REQUEST },
	{ "," D0, "view", true, ZTA_CEDAR_VALIDATE_REQUEST },
	{ ",\"resource\":\"Folder::\\\"sub\\\"\",\"context\":{\"ip\":\"::1\"}",
	    "list", true, ZTA_CEDAR_VALIDATE_REQUEST },
	{ ",\"resource\":\"Doc::\\\"d9\\\"\"", "", false, 0 },
};

static void
test_search__finds_actions(void **state)
{
	static const char policies[] =
	    "permit (principal, action in Action::\"all\", resource)\n"
	    "when { resource.owner == principal };\n"
	    "permit (principal, action in [Action::\"view\", Action::\"purge\","
	    "  Action::\"edit\"], resource)\n"
	    "when { resource.owner == principal };\n"
	    "permit (principal, action == Action::\"list\", resource)\n"
	    "when { context.ip.isLoopback() };\n";
	zta_cedar_found found;
	char request[512], ids[256];
	fixture f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		open_fixture(&f, policies, actions[i].with_schema);
		(void)snprintf(
		    request, sizeof(request), "{" ALICE "%s}", actions[i].rest);
		assert_int_equal(zta_cedar_find(f.session, f.search,
				     zta_str_of(request), actions[i].flags,
				     (zta_cedar_page){ 0, 100 }, &found, NULL),
		    ZTA_OK);
		join(&found, ids, sizeof(ids));
		if (strcmp(ids, actions[i].found) != 0) {
			fail_msg("%s: found `%s`", actions[i].rest, ids);
		}
		close_fixture(&f);
	}
}

/* --- links of templates, and many policies */

static void
test_search__finds_by_links(void **state)
{
	zta_buf links;
	zta_cedar_found found;
	zta_error err = { 0 };
	char ids[256];
	fixture f;
	unsigned i;

	(void)state;
	zta_buf__init(&links, SIZE_MAX);
	for (i = 0; i < 1000; i++) {
		zta_buf__printf(&links,
		    "%s{\"templateId\":\"policy0\",\"newId\":\"l%u\","
		    "\"values\":{\"?principal\":{\"type\":\"User\",\"id\":"
		    "\"%s\"},\"?resource\":{\"type\":\"Doc\",\"id\":\"d%u\"}}}",
		    i == 0 ? "[" : ",", i, i % 100 == 7 ? "alice" : "other", i);
	}
	zta_buf__text(&links, "]");
	assert_int_equal(zta_cedar_open(&f.engine, NULL), ZTA_OK);
	if (zta_cedar_add_policies(f.engine, ZTA_STR("p"),
		ZTA_STR("permit (principal == ?principal, action, "
			"resource == ?resource);"),
		ZTA_CEDAR_NUMBERED, &err) != ZTA_OK ||
	    zta_cedar_add_links(
		f.engine, ZTA_STR("l"), zta_buf__str(&links), &err) != ZTA_OK ||
	    zta_cedar_add_entities(f.engine, ZTA_STR("e"),
		ZTA_STR("[{\"uid\":{\"type\":\"Doc\",\"id\":\"d107\"},"
			"\"attrs\":{},\"parents\":[]},{\"uid\":{\"type\":"
			"\"Doc\",\"id\":\"d108\"},\"attrs\":{},\"parents\":"
			"[]}]"),
		&err) != ZTA_OK ||
	    zta_cedar_seal(f.engine, &err) != ZTA_OK ||
	    zta_cedar_session_open(&f.session, f.engine, &err) != ZTA_OK ||
	    zta_cedar_search_open(&f.search, f.engine, &err) != ZTA_OK ||
	    zta_cedar_find(f.session, f.search, ZTA_STR(OPEN_DOC), 0,
		(zta_cedar_page){ 0, 100 }, &found, &err) != ZTA_OK) {
		fail_msg("%s:%u: %s", err.place, err.line, err.message);
	}
	join(&found, ids, sizeof(ids));
	assert_string_equal(ids, "d107");
	assert_int_equal(found.evaluations, 1);
	zta_buf__release(&links);
	close_fixture(&f);
}

/* --- threads */

static void *
search_often(void *argument)
{
	const fixture *f = argument;
	zta_cedar_session *session;
	zta_cedar_found found;
	size_t i, total = 0;

	if (zta_cedar_session_open(&session, f->engine, NULL) != ZTA_OK) {
		return NULL;
	}
	for (i = 0; i < 100; i++) {
		if (zta_cedar_find(session, f->search, ZTA_STR(OPEN_DOC), 0,
			(zta_cedar_page){ 0, 10 }, &found, NULL) == ZTA_OK) {
			total += found.count;
		}
	}
	zta_cedar_session_close(session);
	return total == 200 ? argument : NULL;
}

static void
test_search__serves_threads(void **state)
{
	pthread_t threads[4];
	fixture f;
	void *result;
	int i;

	(void)state;
	open_fixture(&f, PERMIT "{ resource.owner == principal };", false);
	for (i = 0; i < 4; i++) {
		assert_int_equal(
		    pthread_create(&threads[i], NULL, search_often, &f), 0);
	}
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_non_null(result);
	}
	close_fixture(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_search__refuses),
		cmocka_unit_test(test_search__keeps_its_contract),
		cmocka_unit_test(test_search__finds_with_few_evaluations),
		cmocka_unit_test(test_search__gives_pages),
		cmocka_unit_test(test_search__keeps_to_its_budget),
		cmocka_unit_test(test_search__ends_with_its_memory),
		cmocka_unit_test(test_search__finds_actions),
		cmocka_unit_test(test_search__finds_by_links),
		cmocka_unit_test(test_search__serves_threads),
	};

	return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
