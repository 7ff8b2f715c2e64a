/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_receive_fault.c - a push that is cut short at each write to the disk:
 * the ref is the old one or the new one, and all that it reaches is there.
 * SPEC: docs/formats/store.md, docs/design/ledger.md
 */
#include "stores.h"

#include "failing_disk.h"

#include "base/limits.h"
#include "ledger/tree_build.h"
#include "pap/receive.h"

#define COMMITS 4
#define FILE_SIZE 5000u

/* What was made beforehand, and is pushed. */
static zta_ledger source;
static zta_oid commits[COMMITS];

static zta_oid
keep(zta_object_kind kind, zta_str body)
{
	zta_object_sink sink = zta_ledger__sink(&source);
	zta_oid oid;

	assert_int_equal(zta_oid__of(kind, body, &oid, NULL), ZTA_OK);
	assert_int_equal(sink.write(sink.to, &oid, kind, body, NULL), ZTA_OK);
	return oid;
}

static zta_oid
keep_tree(zta_arena *arena, int number)
{
	static char text[FILE_SIZE];
	zta_object_source from = zta_ledger__source(&source);
	zta_object_sink sink = zta_ledger__sink(&source);
	zta_oid root;
	zta_tree_leaf leaves[2] = { { .path = ZTA_STR("a.cedar") },
		{ .path = ZTA_STR("manifest.json") } };

	memset(text, '/', sizeof(text));
	(void)snprintf(text, sizeof(text),
	    "permit (principal, action, resource); // %d", number);
	text[strlen(text)] = '/';
	leaves[0].blob = keep(ZTA_OBJECT_BLOB, (zta_str){ text, FILE_SIZE });
	leaves[1].blob = keep(ZTA_OBJECT_BLOB,
	    ZTA_STR("{\"metadata\":{\"name\":\"t\"},\"partitions\":"
		    "{\"/\":{\"schema\":false}},\"zone\":{\"require\":"
		    "\"none\"}}"));
	assert_int_equal(zta_tree_build__run(
			     arena, leaves, 2, &from, NULL, &sink, &root, NULL),
	    ZTA_OK);
	return root;
}

static void
make_history(void)
{
	const zta_commit_person person = { ZTA_STR("A"), ZTA_STR("a@b.c"), 1 };
	zta_commit commit = {
		.author = person, .committer = person, .message = ZTA_STR("m\n")
	};
	zta_arena arena;
	zta_buf body;
	int i;

	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&body, SIZE_MAX);
	for (i = 0; i < COMMITS; i++) {
		commit.tree = keep_tree(&arena, i);
		commit.has_parent = i > 0;
		commit.parent = i > 0 ? commits[i - 1] : commit.tree;
		zta_buf__clear(&body);
		assert_int_equal(
		    zta_commit__encode(&commit, &body, NULL), ZTA_OK);
		commits[i] = keep(ZTA_OBJECT_COMMIT, zta_buf__str(&body));
	}
	zta_buf__release(&body);
	zta_arena__release(&arena);
}

static zta_status
may_sign(void *context, const zta_ssh_key *key, zta_error *err)
{
	(void)context;
	(void)key;
	(void)err;
	return ZTA_OK;
}

/* Push the commits from `old` (-1: none) to `new`, through the gate. */
static zta_status
push(zta_store *store, int old, int new)
{
	const zta_ledger to = { store, LEDGER };
	zta_object_source bases = zta_ledger__source(&to);
	const zta_oid none = { { 0 } };
	zta_transfer transfer;
	zta_received in = { .ledger = &to,
		.ref = ZTA_LEDGER_MAIN,
		.from = old < 0 ? none : commits[old],
		.to = commits[new],
		.transfer = &transfer,
		.at = 1,
		.may_sign = may_sign };
	zta_oid culprit;
	zta_arena arena;
	zta_check check = { 0 };
	zta_buf bytes;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&bytes, ZTA_TRANSFER_MAX);
	status = zta_transfer__fetch(&source, &commits[new],
	    old < 0 ? NULL : &commits[old], old >= 0, true, &bytes, NULL);
	if (status == ZTA_OK) {
		status = zta_transfer__read(
		    &arena, zta_buf__str(&bytes), &bases, &transfer, NULL);
	}
	if (status == ZTA_OK) {
		status = zta_receive__run(&in, &check, &culprit, NULL);
	}
	if (status == ZTA_OK && check.findings.errors > 0) {
		status = ZTA_EINVALID;
	}
	zta_check__release(&check);
	zta_buf__release(&bytes);
	zta_arena__release(&arena);
	return status;
}

/* Which commit is the ref at? All that it reaches is read, and checked. */
static int
walk(zta_store *store)
{
	const zta_ledger ledger = { store, LEDGER };
	zta_commit commit = { .has_parent = true };
	zta_arena arena;
	zta_oid at;
	zta_tree tree;
	int found = COMMITS - 1, i;

	assert_int_equal(
	    zta_ledger__ref(&ledger, ZTA_LEDGER_MAIN, &at, NULL), ZTA_OK);
	while (found >= 0 && !zta_oid__eq(&at, &commits[found])) {
		found--;
	}
	assert_true(found >= 0);
	zta_arena__init(&arena, SIZE_MAX);
	for (i = found; i >= 0; i--) {
		assert_true(commit.has_parent);
		assert_true(zta_oid__eq(&at, &commits[i]));
		assert_int_equal(
		    zta_ledger__files(&ledger, &at, &arena, &tree, NULL),
		    ZTA_OK);
		assert_int_equal(tree.count, 2);
		assert_int_equal(tree.files[0].text.len, FILE_SIZE);
		assert_int_equal(
		    zta_ledger__commit(&ledger, &at, &arena, &commit, NULL),
		    ZTA_OK);
		at = commit.parent;
	}
	assert_false(commit.has_parent);
	zta_arena__release(&arena);
	return found;
}

/* --- how it is cut short */

static void
be_killed(void)
{
	_exit(9);
}

static void
lose_the_log(void)
{
	disk_lose(true, false);
	_exit(9);
}

static void
lose_the_database(void)
{
	disk_lose(false, true);
	_exit(9);
}

static void
lose_both(void)
{
	disk_lose(true, true);
	_exit(9);
}

/* In a child: push, say that it is done, close. */
static void
push_on_a_bad_disk(long room, void (*breaks)(void), int fd)
{
	zta_store *store = open_in_child();
	zta_status status;
	char byte = 0;

	disk_breaks = breaks;
	disk_left = room;
	status = push(store, 0, COMMITS - 1);
	if (status != ZTA_OK || write(fd, &byte, 1) != 1) {
		_exit(1);
	}
	/* Here the log is copied to the database. */
	zta_store__close(store);
	_exit(0);
}

/* After so many writes; false: there was room for all of them. */
static bool
cut_after(long room, void (*breaks)(void), bool power)
{
	zta_store *store = open_new();
	pid_t child;
	int pipes[2], code, found;
	char byte;
	bool done;

	assert_int_equal(push(store, -1, 0), ZTA_OK);
	zta_store__close(store);
	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (child == 0) {
		push_on_a_bad_disk(room, breaks, pipes[1]);
	}
	(void)close(pipes[1]);
	done = read(pipes[0], &byte, 1) == 1;
	(void)close(pipes[0]);
	code = wait_for(child);
	assert_true(code == 0 || code == 9);
	if (power) {
		(void)unlink(path_in_dir("store.db-shm"));
	}
	store = open_again();
	found = walk(store);
	assert_true(found == COMMITS - 1 || (found == 0 && !done));
	if (found == 0) {
		assert_int_equal(push(store, 0, COMMITS - 1), ZTA_OK);
		assert_int_equal(walk(store), COMMITS - 1);
	}
	check_chain(store, 2);
	zta_store__close(store);
	return code != 0;
}

static void
cut_at_each_write(const char *name, void (*breaks)(void), bool power)
{
	long room = 0;

	while (cut_after(room, breaks, power)) {
		room++;
	}
	printf("%s at each of %ld writes\n", name, room);
	assert_true(room > 20);
}

static void
test_receive__killed_at_each_write(void **state)
{
	(void)state;
	cut_at_each_write("killed", be_killed, false);
}

static void
test_receive__power_cut_at_each_write(void **state)
{
	(void)state;
	cut_at_each_write("log lost", lose_the_log, true);
	cut_at_each_write("database lost", lose_the_database, true);
	cut_at_each_write("both lost", lose_both, true);
}

/* The disk takes no more: the push is refused, and made once there is room. */
static void
test_receive__full_at_each_write(void **state)
{
	zta_store *store;
	zta_status status = ZTA_EIO;
	long room;

	(void)state;
	for (room = 0; status != ZTA_OK; room++) {
		store = open_new();
		assert_int_equal(push(store, -1, 0), ZTA_OK);
		disk_left = room;
		status = push(store, 0, COMMITS - 1);
		disk_left = -1;
		if (status != ZTA_OK) {
			assert_int_equal(status, ZTA_EIO);
			assert_int_equal(walk(store), 0);
			assert_int_equal(push(store, 0, COMMITS - 1), ZTA_OK);
		}
		assert_int_equal(walk(store), COMMITS - 1);
		check_chain(store, 2);
		zta_store__close(store);
	}
	printf("full at each of %ld writes\n", room - 1);
	assert_true(room > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receive__killed_at_each_write),
		cmocka_unit_test(test_receive__power_cut_at_each_write),
		cmocka_unit_test(test_receive__full_at_each_write)
	};
	int failed;

	make_dir();
	disk_install();
	source.name = LEDGER;
	assert_int_equal(
	    zta_store__open(&source.store, "memory:", NULL), ZTA_OK);
	assert_int_equal(
	    zta_store__ledger_create(source.store, LEDGER, NULL), ZTA_OK);
	make_history();
	failed = RUN_ON(&sqlite, tests);
	zta_store__close(source.store);
	remove_dir();
	return failed;
}
