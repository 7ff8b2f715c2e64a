/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_nomem.c - every allocation fails once. Loading says so and leaves
 * nothing behind; a decision never becomes an allow, and never leaves a forbid
 * out. The linker wraps the allocator for this test alone.
 */
#include "tests.h"

#include <stdlib.h>

#include "base/str.h"
#include "ledger/commit_sign.h"
#include "ledger/tree_build.h"
#include "ledger/tree_diff.h"
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
	const zta_object_source source = { last_read, &last };
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nomem__never_allows),
		cmocka_unit_test(test_nomem__snapshot),
		cmocka_unit_test(test_nomem__never_verifies),
	};

	return cmocka_run_group_tests_name("nomem", tests, NULL, NULL);
}
