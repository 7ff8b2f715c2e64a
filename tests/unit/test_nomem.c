/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_nomem.c - every allocation fails once. Loading says so and leaves
 * nothing behind; a decision never becomes an allow, and never leaves a forbid
 * out. The linker wraps the allocator for this test alone.
 */
#include "tests.h"

#include <stdlib.h>

#include "base/str.h"
#include "failing_alloc.h"
#include "ledger/commit_sign.h"
#include "ledger/tree_build.h"
#include "ledger/tree_diff.h"
#include "pap/check.h"
#include "pdp/decide.h"
#include "store/store.h"

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

static const char searched[] =
    "permit (principal, action, resource) when {\n"
    "  resource.owner == principal || resource in Dir::\"x\" };\n"
    "forbid (principal, action, resource) when {\n"
    "  [resource.owner, context.a].contains(User::\"c\") };\n";
static const char entities[] =
    "[{\"uid\":{\"type\":\"Doc\",\"id\":\"1\"},\"attrs\":{\"owner\":"
    "{\"__entity\":{\"type\":\"User\",\"id\":\"a\"}}},\"parents\":[]},"
    "{\"uid\":{\"type\":\"Doc\",\"id\":\"2\"},\"attrs\":{\"owner\":"
    "{\"__entity\":{\"type\":\"User\",\"id\":\"c\"}}},\"parents\":"
    "[{\"type\":\"Dir\",\"id\":\"x\"}]}]";
static const char *const searches[] = {
	("{\"principal\":\"User::\\\"a\\\"\",\"action\":\"Action::\\\"v\\\"\","
	 "\"resource\":{\"type\":\"Doc\"},\"context\":{\"a\":[1]}}"),
	("{\"principal\":\"User::\\\"a\\\"\",\"resource\":\"Doc::\\\"1\\\"\","
	 "\"context\":{\"a\":[1]}}"),
};

/* Only the first document may be found, and no action: none is named. */
static zta_status
load_and_find(const char *text)
{
	zta_cedar *engine = NULL;
	zta_cedar_session *session = NULL;
	zta_cedar_search *search = NULL;
	zta_cedar_found found = { 0 };
	zta_error err;
	zta_status status = zta_cedar_open(&engine, &err);

	if (status == ZTA_OK) {
		status = zta_cedar_add_policies(engine, ZTA_STR("p"),
		    ZTA_STR(searched), ZTA_CEDAR_NUMBERED, &err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_add_entities(
		    engine, ZTA_STR("e"), ZTA_STR(entities), &err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_seal(engine, &err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_session_open(&session, engine, &err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_search_open(&search, engine, &err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_find(session, search, zta_str_of(text), 0,
		    (zta_cedar_page){ 0, 10 }, &found, &err);
	}
	assert_true(found.count == 0 ||
	    (status == ZTA_OK && found.count == 1 &&
		zta_str__is(found.list[0].id, "1")));
	zta_cedar_search_close(search);
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
	return status;
}

static void
test_nomem__never_finds_too_much(void **state)
{
	zta_status status;
	size_t i;
	long n;

	(void)state;
	for (i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		n = 0;
		do {
			countdown = n;
			status = load_and_find(searches[i]);
			countdown = -1;
			assert_true(status == ZTA_OK || status == ZTA_ENOMEM);
			n++;
		} while (status != ZTA_OK);
		assert_true(n > 10);
	}
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

/* A schema in both forms: all of it or nothing. */
static void
test_nomem__schemas(void **state)
{
	zta_str text = ZTA_STR(
	    "@a(\"\\n\") type T = { a?: Set<Long>, a: ipaddr, \"in\": A };"
	    "namespace N { entity B in [A, B] = { t: T } tags String;"
	    "action x in [Action::\"y\"] appliesTo { principal: [A, B],"
	    "resource: B, context: T }; } action y; entity A enum [\"1\"];");
	zta_str json, back;
	zta_status status;
	long n = 0;

	(void)state;
	do {
		json = back = (zta_str){ NULL, 0 };
		countdown = n;
		status =
		    zta_cedar_schema_to_json(ZTA_STR("s"), text, &json, NULL);
		if (status == ZTA_OK) {
			status = zta_cedar_schema_to_text(
			    ZTA_STR("s"), json, &back, NULL);
		}
		countdown = -1;
		assert_true(status == ZTA_OK || status == ZTA_ENOMEM);
		assert_true((status == ZTA_OK) == (back.ptr != NULL));
		zta_str_free(json);
		zta_str_free(back);
		n++;
	} while (status != ZTA_OK);
	assert_true(n > 5);
}

/*
 * The whole check, tests and explanations: what has not been looked at is not
 * valid. The ledger has a test that fails and an entity that is wrong.
 */
static void
test_nomem__check(const char *dir)
{
	zta_check check;
	zta_error err;
	zta_status status;
	long n = 0;

	do {
		countdown = n;
		status = zta_check__dir(
		    &check, dir, ZTA_LEDGER_EXPLAIN, 1767225600000, &err);
		countdown = -1;
		assert_true(status == ZTA_OK || status == ZTA_ENOMEM ||
		    status == ZTA_EIO);
		assert_true(
		    status == ZTA_OK || zta_check__snapshot(&check) == NULL);
		if (status != ZTA_OK) {
			zta_check__release(&check);
		}
		n++;
	} while (status != ZTA_OK && n < 10000);
	assert_int_equal(status, ZTA_OK);
	assert_true(n > 20);
	assert_int_equal(check.findings.errors, strstr(dir, "broken") ? 3 : 0);
	zta_check__release(&check);
}

static void
test_nomem__check_valid(void **state)
{
	(void)state;
	test_nomem__check("tests/unit/ledger");
}

static void
test_nomem__check_broken(void **state)
{
	(void)state;
	test_nomem__check("tests/unit/ledger-broken");
}

/* A move of a ref in a store of memory: made, or nothing of it is seen. */
static void
test_nomem__store(void **state)
{
	const zta_str ledger = ZTA_STR("zone/shop");
	zta_store_object objects[100];
	char texts[100][8];
	zta_store_move move = { ZTA_STR("main"), { { 0 } }, { { 1 } }, objects,
		100 };
	zta_store *store;
	zta_oid oid;
	zta_status status;
	bool has[100];
	long n = 0;
	size_t i;

	(void)state;
	assert_int_equal(zta_store__open(&store, "memory:", NULL), ZTA_OK);
	assert_int_equal(zta_store__ledger_create(store, ledger, NULL), ZTA_OK);
	for (i = 0; i < 100; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "%zu", i);
		objects[i] = (zta_store_object){ { { 1, (unsigned char)i } },
			ZTA_OBJECT_BLOB, zta_str_of(texts[i]) };
	}
	for (;; n++) {
		countdown = n;
		status = zta_store__ref_move(store, ledger, &move, NULL);
		countdown = -1;
		if (status == ZTA_OK) {
			break;
		}
		assert_int_equal(status, ZTA_ENOMEM);
		assert_int_equal(
		    zta_store__ref_get(store, ledger, move.ref, &oid, NULL),
		    ZTA_ENOTFOUND);
		for (i = 0; i < 100; i++) {
			assert_int_equal(zta_store__object_has(store, ledger,
					     &objects[i].oid, 1, &has[i], NULL),
			    ZTA_OK);
			assert_false(has[i]);
		}
	}
	assert_true(n > 100);
	zta_store__close(store);
}

/* Two trees, for sign_and_verify(): what is written, the next reads. */
typedef struct last_tree {
	zta_oid oid;
	zta_str body;
	zta_arena *arena;
} last_tree;

static zta_status
last_read(void *from, const zta_oid *oid, zta_object_kind kind,
    zta_arena *arena, zta_str *body, zta_error *err)
{
	const last_tree *last = from;

	(void)kind;
	(void)arena;
	(void)err;
	assert_true(zta_oid__eq(oid, &last->oid));
	*body = last->body;
	return ZTA_OK;
}

static zta_status
last_write(void *to, const zta_oid *oid, zta_object_kind kind, zta_str body,
    zta_error *err)
{
	last_tree *last = to;

	(void)kind;
	last->oid = *oid;
	last->body = zta_arena__copy(last->arena, body);
	return last->body.ptr == NULL ? zta_arena__failed(last->arena, err) :
					ZTA_OK;
}

/* Make a tree, look at it, commit it, sign it, verify that. */
static zta_status
sign_and_verify(zta_arena *arena, const zta_key *key, zta_str list_text)
{
	last_tree last = { .arena = arena };
	const zta_object_source source = { last_read, &last, false };
	const zta_object_sink sink = { last_write, &last };
	const zta_tree_leaf leaf = { ZTA_STR("a"), { "i" } };
	const zta_ssh_signer signer = { .pair = key };
	zta_commit commit = { .author = { ZTA_STR("A"), ZTA_STR("a"), 1 },
		.committer = { ZTA_STR("C"), ZTA_STR("c"), 2 },
		.message = ZTA_STR("m\n") };
	zta_ssh_allowed_list list;
	const zta_ssh_allowed *who = NULL;
	zta_tree_changes changes;
	zta_error err;
	zta_status status = zta_tree_build__run(
	    arena, &leaf, 1, &source, NULL, &sink, &commit.tree, &err);

	if (status == ZTA_OK) {
		status = zta_tree_diff__run(
		    arena, &source, NULL, &commit.tree, &changes, &err);
	}
	if (status == ZTA_OK) {
		status = zta_commit__sign(arena, &commit, &signer, &err);
	}
	if (status == ZTA_OK) {
		status = zta_ssh_allowed__read(arena, list_text, &list, &err);
	}
	if (status == ZTA_OK) {
		status = zta_commit__verify(&commit, &list, 0, &who, &err);
	}
	assert_true((status == ZTA_OK) == (who != NULL));
	return status;
}

static void
test_nomem__never_verifies(void **state)
{
	char list[ZTA_KEY_SSH_MAX + 2] = "a ";
	zta_arena arena;
	zta_key *key;
	zta_status status;
	long n = 0;

	(void)state;
	assert_int_equal(zta_key_generate(&key, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(
	    zta_key_public_ssh(key, ZTA_STR(""), list + 2, NULL), ZTA_OK);
	do {
		zta_arena__init(&arena, SIZE_MAX);
		countdown = n;
		status = sign_and_verify(&arena, key, zta_str_of(list));
		countdown = -1;
		assert_true(status == ZTA_OK || status == ZTA_ENOMEM ||
		    status == ZTA_EUNTRUSTED);
		zta_arena__release(&arena);
		n++;
	} while (status != ZTA_OK);
	assert_true(n > 5);
	zta_key_close(key);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nomem__never_allows),
		cmocka_unit_test(test_nomem__schemas),
		cmocka_unit_test(test_nomem__validates_all_or_nothing),
		cmocka_unit_test(test_nomem__translates_all_or_nothing),
		cmocka_unit_test(test_nomem__never_finds_too_much),
		cmocka_unit_test(test_nomem__snapshot),
		cmocka_unit_test(test_nomem__never_verifies),
		cmocka_unit_test(test_nomem__check_valid),
		cmocka_unit_test(test_nomem__check_broken),
		cmocka_unit_test(test_nomem__store),
	};

	return cmocka_run_group_tests_name("nomem", tests, NULL, NULL);
}
