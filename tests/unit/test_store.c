/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store.c - the same tests for every back end of the store. Processes that
 * die and disks that fail are in test_store_fault.c. SPEC: ztauth 2
 */
#include "stores.h"

#include <pthread.h>

#include "base/limits.h"

static zta_store *store;
static zta_arena arena;

static int
setup(void **state)
{
	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	store = open_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	zta_store__close(store);
	zta_arena__release(&arena);
	return 0;
}

/* --- what is not allowed */

static const char *const bad_ledgers[] = { "", "/", "zone", "zone/", "/shop",
	"a/b/c", "zone/.git", "zone/-x", "-z/x", ".z/x", "z/a b", "z/a%",
	"z/\xc3\xa9", "z/a\n", "z/'--",
	/* 65 characters */
	"z/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };

static void
test_store__refuses_bad_names(void **state)
{
	char name[ZTA_STORE_NAME_MAX + 2];
	const zta_str too_long = { name, ZTA_STORE_NAME_MAX + 1 };
	const zta_str longest = { name, ZTA_STORE_NAME_MAX };
	const zta_str nul = { "a\0b", 3 };
	zta_oid id;
	zta_str *list;
	size_t i, count;

	(void)state;
	memset(name, 'n', sizeof(name));
	for (i = 0; i < sizeof(bad_ledgers) / sizeof(bad_ledgers[0]); i++) {
		assert_int_equal(zta_store__ledger_create(
				     store, zta_str_of(bad_ledgers[i]), NULL),
		    ZTA_EINVAL);
	}
	assert_int_equal(
	    zta_store__ledger_create(store, (zta_str){ "z/a\0b", 5 }, NULL),
	    ZTA_EINVAL);
	assert_int_equal(
	    zta_store__ref_get(store, LEDGER, too_long, &id, NULL), ZTA_EINVAL);
	assert_int_equal(zta_store__ref_get(store, LEDGER, longest, &id, NULL),
	    ZTA_ENOTFOUND);
	assert_int_equal(
	    zta_store__ref_get(store, LEDGER, nul, &id, NULL), ZTA_EINVAL);
	assert_int_equal(
	    zta_store__ref_get(store, LEDGER, ZTA_STR(""), &id, NULL),
	    ZTA_EINVAL);
	assert_int_equal(zta_store__value_put(
			     store, LEDGER, ZTA_STR("a b"), ZTA_STR("x"), NULL),
	    ZTA_EINVAL);
	assert_int_equal(zta_store__ledger_list(store, ZTA_STR("a/b"), &arena,
			     &list, &count, NULL),
	    ZTA_EINVAL);
}

static void
test_store__refuses_bad_objects(void **state)
{
	zta_store_object object = blob("x");
	zta_store_object none = object, kind = object, large = object;

	(void)state;
	none.oid = (zta_oid){ { 0 } };
	kind.kind = (zta_object_kind)5;
	/* Never read: the length is looked at first. */
	large.body.len = ZTA_STORE_OBJECT_MAX + 1;
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, &none, 1, NULL), ZTA_EINVAL);
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, &kind, 1, NULL), ZTA_EINVAL);
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, &large, 1, NULL), ZTA_ELIMIT);
	assert_int_equal(
	    move_main(store, (zta_oid){ 0 }, oid(1), &kind, 1), ZTA_EINVAL);
	assert_int_equal(
	    move_main(store, oid(1), (zta_oid){ 0 }, NULL, 0), ZTA_EINVAL);
	assert_int_equal(zta_store__value_put(store, LEDGER, ZTA_STR("k"),
			     (zta_str){ "x", ZTA_STORE_VALUE_MAX + 1 }, NULL),
	    ZTA_ELIMIT);
}

/* Every call about a ledger that is not there says so. */
static void
test_store__knows_which_ledgers_exist(void **state)
{
	const zta_str none = ZTA_STR("zone-1/other");
	zta_store_object object = blob("x"), out;
	const zta_store_move move = { MAIN, { { 0 } }, oid(1), &object, 1 };
	zta_store_ref *refs;
	zta_str value;
	zta_oid id;
	size_t count;
	bool has;
	zta_error err = { 0 };

	(void)state;
	assert_int_equal(
	    zta_store__object_get(store, none, &object.oid, &arena, &out, NULL),
	    ZTA_ENOTFOUND);
	assert_int_equal(
	    zta_store__object_has(store, none, &object.oid, 1, &has, NULL),
	    ZTA_ENOTFOUND);
	assert_int_equal(zta_store__object_put(store, none, &object, 1, &err),
	    ZTA_ENOTFOUND);
	assert_string_equal(err.message, "there is no ledger zone-1/other");
	assert_int_equal(
	    zta_store__ref_get(store, none, MAIN, &id, NULL), ZTA_ENOTFOUND);
	assert_int_equal(
	    zta_store__ref_list(store, none, &arena, &refs, &count, NULL),
	    ZTA_ENOTFOUND);
	assert_int_equal(
	    zta_store__ref_move(store, none, &move, NULL), ZTA_ENOTFOUND);
	assert_int_equal(zta_store__value_get(
			     store, none, ZTA_STR("k"), &arena, &value, NULL),
	    ZTA_ENOTFOUND);
	assert_int_equal(
	    zta_store__value_put(store, none, ZTA_STR("k"), ZTA_STR("v"), NULL),
	    ZTA_ENOTFOUND);
	assert_int_equal(newest(store), 0);
}

/* --- ledgers */

static void
test_store__lists_ledgers_by_zone(void **state)
{
	static const char *const names[] = { "zone-1/books", "zone-10/a",
		"zone/x", "zone-1/A", "zone-1/~" };
	zta_str *list;
	size_t count, i;
	zta_error err = { 0 };

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_int_equal(
		    zta_store__ledger_create(store, zta_str_of(names[i]), NULL),
		    ZTA_OK);
	}
	assert_int_equal(
	    zta_store__ledger_create(store, zta_str_of(names[4]), NULL),
	    ZTA_EINVAL);
	assert_int_equal(
	    zta_store__ledger_create(store, LEDGER, &err), ZTA_EEXIST);
	assert_string_equal(
	    err.message, "there is a ledger zone-1/shop already");
	assert_int_equal(zta_store__ledger_list(store, ZTA_STR("zone-1"),
			     &arena, &list, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, 3);
	assert_true(zta_str__is(list[0], "zone-1/A"));
	assert_true(zta_str__is(list[1], "zone-1/books"));
	assert_true(zta_str__is(list[2], "zone-1/shop"));
	assert_int_equal(zta_store__ledger_list(
			     store, ZTA_STR(""), &arena, &list, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, 5);
	assert_true(zta_str__is(list[3], "zone-10/a"));
	assert_true(zta_str__is(list[4], "zone/x"));
	assert_int_equal(zta_store__ledger_list(store, ZTA_STR("none"), &arena,
			     &list, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, 0);
}

/* --- objects */

static void
check_object(const zta_store_object *want)
{
	zta_store_object got;

	assert_int_equal(zta_store__object_get(
			     store, LEDGER, &want->oid, &arena, &got, NULL),
	    ZTA_OK);
	assert_true(zta_oid__eq(&got.oid, &want->oid));
	assert_int_equal(got.kind, want->kind);
	assert_true(zta_str__eq(got.body, want->body));
}

static void
test_store__gives_what_was_put(void **state)
{
	static const char bytes[] = "\0\xff' \n\\x00";
	zta_store_object objects[5] = { blob("one"), blob("two"), blob(""),
		{ .kind = ZTA_OBJECT_TREE,
		    .body = { bytes, sizeof(bytes) - 1 } },
		{ .kind = ZTA_OBJECT_COMMIT, .body = ZTA_STR("one") } };
	zta_store_object unknown = blob("unknown"), got;
	zta_error err = { 0 };
	size_t i;

	(void)state;
	for (i = 3; i < 5; i++) {
		assert_int_equal(zta_oid__of(objects[i].kind, objects[i].body,
				     &objects[i].oid, NULL),
		    ZTA_OK);
	}
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, objects, 5, NULL), ZTA_OK);
	for (i = 0; i < 5; i++) {
		check_object(&objects[i]);
	}
	assert_int_equal(zta_store__object_get(
			     store, LEDGER, &unknown.oid, &arena, &got, &err),
	    ZTA_ENOTFOUND);
	assert_memory_equal(err.message, "there is no object ", 19);
	assert_null(got.body.ptr);
}

/* Twice in one call, and once more; what is there stays. */
static void
test_store__takes_an_object_once(void **state)
{
	zta_store_object two[2] = { blob("same"), blob("same") };
	zta_store_object other = two[0], fresh = blob("fresh");
	zta_store_object mixed[3] = { two[0], fresh, two[1] };

	(void)state;
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, two, 2, NULL), ZTA_OK);
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, mixed, 3, NULL), ZTA_OK);
	other.body = ZTA_STR("not the same");
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, &other, 1, NULL), ZTA_OK);
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, NULL, 0, NULL), ZTA_OK);
	check_object(&two[0]);
	check_object(&fresh);
}

/* An id that was wrong from the start is never believed. */
static void
test_store__finds_a_body_that_is_not_its_ids(void **state)
{
	zta_store_object object = blob("right"), got;
	zta_error err = { 0 };

	(void)state;
	object.body = ZTA_STR("wrong");
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, &object, 1, NULL), ZTA_OK);
	assert_int_equal(zta_store__object_get(
			     store, LEDGER, &object.oid, &arena, &got, &err),
	    ZTA_EINVALID);
	assert_non_null(strstr(err.message, "is damaged"));
	assert_null(got.body.ptr);
	object = blob("kind");
	object.kind = ZTA_OBJECT_TREE;
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, &object, 1, NULL), ZTA_OK);
	assert_int_equal(zta_store__object_get(
			     store, LEDGER, &object.oid, &arena, &got, NULL),
	    ZTA_EINVALID);
}

static void
test_store__keeps_ledgers_apart(void **state)
{
	const zta_str other = ZTA_STR("zone-2/shop");
	zta_store_object object = blob("mine"), got;
	zta_store_ref *refs;
	zta_str value;
	size_t count;
	zta_oid id;
	bool has = true;

	(void)state;
	assert_int_equal(zta_store__ledger_create(store, other, NULL), ZTA_OK);
	assert_int_equal(
	    move_main(store, (zta_oid){ 0 }, object.oid, &object, 1), ZTA_OK);
	assert_int_equal(zta_store__value_put(
			     store, LEDGER, ZTA_STR("k"), ZTA_STR("v"), NULL),
	    ZTA_OK);
	assert_int_equal(zta_store__object_get(
			     store, other, &object.oid, &arena, &got, NULL),
	    ZTA_ENOTFOUND);
	assert_int_equal(
	    zta_store__object_has(store, other, &object.oid, 1, &has, NULL),
	    ZTA_OK);
	assert_false(has);
	assert_int_equal(
	    zta_store__ref_get(store, other, MAIN, &id, NULL), ZTA_ENOTFOUND);
	assert_int_equal(
	    zta_store__ref_list(store, other, &arena, &refs, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, 0);
	assert_int_equal(zta_store__value_get(
			     store, other, ZTA_STR("k"), &arena, &value, NULL),
	    ZTA_ENOTFOUND);
}

/* 16 MiB, and one byte more. */
static void
test_store__holds_big_bodies(void **state)
{
	const size_t size = ((size_t)16 << 20) + 1;
	char *bytes = malloc(size);
	zta_store_object objects[3] = { blob("small"), blob(""), blob("last") };
	size_t i;

	(void)state;
	assert_non_null(bytes);
	for (i = 0; i < size; i++) {
		bytes[i] = (char)(i * 2654435761u >> 13);
	}
	objects[1].body = (zta_str){ bytes, size };
	assert_int_equal(zta_oid__of(ZTA_OBJECT_BLOB, objects[1].body,
			     &objects[1].oid, NULL),
	    ZTA_OK);
	assert_int_equal(
	    move_main(store, (zta_oid){ 0 }, oid(1), objects, 3), ZTA_OK);
	for (i = 0; i < 3; i++) {
		check_object(&objects[i]);
	}
	free(bytes);
}

#define MANY 100000u

/* A hundred thousand objects, one half put, all asked for. */
static void
test_store__holds_many_objects(void **state)
{
	zta_store_object *objects = calloc(MANY, sizeof(*objects));
	zta_oid *ids = calloc(MANY, sizeof(*ids));
	bool *has = calloc(MANY, sizeof(*has));
	char(*texts)[24] = calloc(MANY, sizeof(*texts));
	size_t i;

	(void)state;
	assert_true(
	    objects != NULL && ids != NULL && has != NULL && texts != NULL);
	for (i = 0; i < MANY; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "object %zu", i);
		objects[i] = blob(texts[i]);
		/* Asked for in another order. */
		ids[i * 7 % MANY] = objects[i].oid;
	}
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, objects, MANY / 2, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_store__object_has(store, LEDGER, ids, MANY, has, NULL), ZTA_OK);
	for (i = 0; i < MANY; i++) {
		assert_int_equal(has[i * 7 % MANY], i < MANY / 2);
	}
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, objects, MANY, NULL), ZTA_OK);
	for (i = 0; i < MANY; i += 997) {
		check_object(&objects[i]);
	}
	free(objects);
	free(ids);
	free(has);
	free(texts);
}

/* --- refs */

static void
test_store__moves_a_ref_from_where_it_is(void **state)
{
	const zta_oid none = { 0 };
	zta_store_object object = blob("lost");
	zta_oid id;
	zta_error err = { 0 };
	zta_store_move move = { MAIN, oid(1), oid(2), &object, 1 };
	bool has = true;

	(void)state;
	assert_int_equal(
	    zta_store__ref_get(store, LEDGER, MAIN, &id, NULL), ZTA_ENOTFOUND);
	assert_int_equal(
	    zta_store__ref_move(store, LEDGER, &move, NULL), ZTA_ECONFLICT);
	assert_int_equal(move_main(store, none, oid(1), NULL, 0), ZTA_OK);
	move.from = none;
	assert_int_equal(
	    zta_store__ref_move(store, LEDGER, &move, &err), ZTA_ECONFLICT);
	assert_string_equal(err.message, "ref refs/heads/main exists already");
	move.from = oid(3);
	assert_int_equal(
	    zta_store__ref_move(store, LEDGER, &move, &err), ZTA_ECONFLICT);
	assert_memory_equal(err.message, "ref refs/heads/main is not at ", 30);
	assert_int_equal(
	    zta_store__object_has(store, LEDGER, &object.oid, 1, &has, NULL),
	    ZTA_OK);
	assert_false(has);
	assert_int_equal(newest(store), 1);
	move.from = oid(1);
	assert_int_equal(
	    zta_store__ref_move(store, LEDGER, &move, NULL), ZTA_OK);
	assert_int_equal(
	    zta_store__ref_get(store, LEDGER, MAIN, &id, NULL), ZTA_OK);
	assert_true(zta_oid__eq(&id, &move.to));
	check_object(&object);
}

static void
test_store__lists_refs_in_order(void **state)
{
	static const char *const names[] = { "b", "a/~", "a", "B", "a/b",
		"'; DROP TABLE ref; --" };
	static const char *const sorted[] = { "B", "a", "a/b", "a/~", "b" };
	zta_store_ref *refs;
	size_t i, count;
	zta_store_move move = { .to = oid(7) };

	(void)state;
	for (i = 0; i < 6; i++) {
		move.ref = zta_str_of(names[i]);
		move.to = oid(i);
		assert_int_equal(
		    zta_store__ref_move(store, LEDGER, &move, NULL),
		    i < 5 ? ZTA_OK : ZTA_EINVAL);
	}
	assert_int_equal(
	    zta_store__ref_list(store, LEDGER, &arena, &refs, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, 5);
	for (i = 0; i < 5; i++) {
		assert_true(zta_str__is(refs[i].name, sorted[i]));
	}
	move.to = oid(3);
	assert_true(zta_oid__eq(&refs[0].oid, &move.to));
}

/* --- values */

static void
test_store__keeps_values(void **state)
{
	const zta_str key = ZTA_STR("remote.origin"), nul = { "\0", 1 };
	zta_str value;

	(void)state;
	assert_int_equal(
	    zta_store__value_get(store, LEDGER, key, &arena, &value, NULL),
	    ZTA_ENOTFOUND);
	assert_int_equal(
	    zta_store__value_put(store, LEDGER, key, ZTA_STR("a"), NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_store__value_put(store, LEDGER, key, nul, NULL), ZTA_OK);
	assert_int_equal(
	    zta_store__value_get(store, LEDGER, key, &arena, &value, NULL),
	    ZTA_OK);
	assert_true(zta_str__eq(value, nul));
	assert_int_equal(
	    zta_store__value_put(store, LEDGER, key, ZTA_STR(""), NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_store__value_get(store, LEDGER, key, &arena, &value, NULL),
	    ZTA_ENOTFOUND);
	assert_int_equal(newest(store), 0);
}

/* --- changes */

static void
test_store__numbers_changes(void **state)
{
	const zta_str other = ZTA_STR("zone-2/shop");
	zta_store_move move = { MAIN, { { 0 } }, oid(1), NULL, 0 };
	zta_store_change *changes;
	size_t count;

	(void)state;
	assert_int_equal(zta_store__ledger_create(store, other, NULL), ZTA_OK);
	assert_int_equal(
	    zta_store__ref_move(store, LEDGER, &move, NULL), ZTA_OK);
	assert_int_equal(
	    zta_store__ref_move(store, LEDGER, &move, NULL), ZTA_ECONFLICT);
	assert_int_equal(
	    zta_store__ref_move(store, other, &move, NULL), ZTA_OK);
	move.from = oid(1);
	move.to = oid(2);
	assert_int_equal(
	    zta_store__ref_move(store, LEDGER, &move, NULL), ZTA_OK);
	assert_int_equal(
	    zta_store__changes(store, 0, 100, &arena, &changes, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, 3);
	assert_int_equal(changes[0].seq, 1);
	assert_true(zta_oid__is_none(&changes[0].from));
	assert_int_equal(changes[1].seq, 2);
	assert_true(zta_str__eq(changes[1].ledger, other));
	assert_int_equal(changes[2].seq, 3);
	assert_true(zta_str__eq(changes[2].ledger, LEDGER));
	assert_true(zta_str__eq(changes[2].ref, MAIN));
	assert_true(zta_oid__eq(&changes[2].from, &move.from));
	assert_true(zta_oid__eq(&changes[2].to, &move.to));
	assert_int_equal(
	    zta_store__changes(store, 1, 1, &arena, &changes, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, 1);
	assert_int_equal(changes[0].seq, 2);
	assert_int_equal(zta_store__changes(store, 3, SIZE_MAX, &arena,
			     &changes, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, 0);
	assert_int_equal(zta_store__changes(store, UINT64_MAX, 1, &arena,
			     &changes, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, 0);
}

static void
test_store__waits_as_long_as_asked(void **state)
{
	int64_t begin_ms = zta_time__monotonic_ms();
	uint64_t seq = 7;

	(void)state;
	assert_int_equal(zta_store__wait(store, 0, 60, &seq, NULL), ZTA_OK);
	assert_int_equal(seq, 0);
	assert_true(zta_time__monotonic_ms() - begin_ms >= 60);
	assert_int_equal(
	    move_main(store, (zta_oid){ 0 }, oid(1), NULL, 0), ZTA_OK);
	/* What there is already is told at once. */
	assert_int_equal(
	    zta_store__wait(store, 0, UINT32_MAX, &seq, NULL), ZTA_OK);
	assert_int_equal(seq, 1);
}

/* --- threads */

#define THREADS 4u
#define WINS 250u

typedef struct contender {
	pthread_t thread;
	unsigned number;
	bool done;
} contender;

static void *
contend_thread(void *arg)
{
	contender *c = arg;

	c->done = contend(store, c->number, WINS);
	return NULL;
}

static void
test_store__lets_one_of_several_threads_win(void **state)
{
	contender contenders[THREADS] = { { 0 } };
	unsigned i;

	(void)state;
	assert_int_equal(
	    move_main(store, (zta_oid){ 0 }, oid(1), NULL, 0), ZTA_OK);
	for (i = 0; i < THREADS; i++) {
		contenders[i].number = i;
		assert_int_equal(pthread_create(&contenders[i].thread, NULL,
				     contend_thread, &contenders[i]),
		    0);
	}
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(contenders[i].thread, NULL), 0);
		assert_true(contenders[i].done);
	}
	check_chain(store, 1 + THREADS * WINS);
}

/* Follow the changes until `last`; the number of those seen. */
static void *
follow(void *arg)
{
	const uint64_t last = 100;
	uint64_t seen = 0, seq = 0;

	while (seen < last &&
	    zta_store__wait(store, seen, 10000, &seq, NULL) == ZTA_OK &&
	    seq > seen) {
		seen = seq;
	}
	*(uint64_t *)arg = seen;
	return NULL;
}

static void
test_store__wakes_every_waiter(void **state)
{
	pthread_t threads[THREADS];
	uint64_t seen[THREADS] = { 0 };
	unsigned i;

	(void)state;
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(
		    pthread_create(&threads[i], NULL, follow, &seen[i]), 0);
	}
	for (i = 0; i < 100; i++) {
		assert_int_equal(
		    move_main(store, i == 0 ? (zta_oid){ 0 } : oid(i),
			oid(i + 1), NULL, 0),
		    ZTA_OK);
	}
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(seen[i], 100);
	}
}

/* --- lasting */

static void
test_store__finds_again_what_it_kept(void **state)
{
	zta_store_object object = blob("kept");
	zta_store *second;
	zta_str value;
	zta_oid id;

	(void)state;
	if (!current->lasts) {
		return;
	}
	second = open_again();
	assert_int_equal(
	    move_main(second, (zta_oid){ 0 }, object.oid, &object, 1), ZTA_OK);
	assert_int_equal(zta_store__value_put(
			     second, LEDGER, ZTA_STR("k"), ZTA_STR("v"), NULL),
	    ZTA_OK);
	zta_store__close(second);
	check_object(&object);
	zta_store__close(store);
	store = open_again();
	check_object(&object);
	assert_int_equal(
	    zta_store__ref_get(store, LEDGER, MAIN, &id, NULL), ZTA_OK);
	assert_true(zta_oid__eq(&id, &object.oid));
	assert_int_equal(zta_store__value_get(
			     store, LEDGER, ZTA_STR("k"), &arena, &value, NULL),
	    ZTA_OK);
	assert_true(zta_str__is(value, "v"));
	assert_int_equal(newest(store), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_store__refuses_bad_names),
		TEST(test_store__refuses_bad_objects),
		TEST(test_store__knows_which_ledgers_exist),
		TEST(test_store__lists_ledgers_by_zone),
		TEST(test_store__gives_what_was_put),
		TEST(test_store__takes_an_object_once),
		TEST(test_store__finds_a_body_that_is_not_its_ids),
		TEST(test_store__keeps_ledgers_apart),
		TEST(test_store__holds_big_bodies),
		TEST(test_store__holds_many_objects),
		TEST(test_store__moves_a_ref_from_where_it_is),
		TEST(test_store__lists_refs_in_order),
		TEST(test_store__keeps_values),
		TEST(test_store__numbers_changes),
		TEST(test_store__waits_as_long_as_asked),
		TEST(test_store__lets_one_of_several_threads_win),
		TEST(test_store__wakes_every_waiter),
		TEST(test_store__finds_again_what_it_kept) };

	int failed;

	begin_backends();
	failed = RUN_ON(&memory, tests);
	failed += RUN_ON(&sqlite, tests);
	failed += RUN_ON(&pgsql, tests);
	return end_backends(failed);
}
