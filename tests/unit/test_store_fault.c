/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_fault.c - stores that several processes share, of which some are
 * killed, and what somebody changed behind their back. SPEC: ztauth 2
 */
#include "stores.h"

#include <sqlite3.h>

#include "ledger/ledger.h"

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

/* Change the database behind the back of the store. */
static void
run_sql(const char *sql)
{
	sqlite3 *db;

	if (current == &pgsql) {
		pg_sql(sql);
		return;
	}
	assert_int_equal(sqlite3_open(place_of(current), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* --- several processes */

static void
test_store__lets_one_of_two_processes_win(void **state)
{
	pid_t children[2];
	unsigned i;

	(void)state;
	assert_int_equal(
	    move_main(store, (zta_oid){ 0 }, oid(1), NULL, 0), ZTA_OK);
	for (i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			_exit(contend(open_in_child(), i, 500) ? 0 : 1);
		}
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(wait_for(children[i]), 0);
	}
	check_chain(store, 1001);
}

/* All begin with nothing; the tables are made once. */
static void
test_store__is_made_once(void **state)
{
	pid_t children[8];
	zta_store *mine;
	zta_str *list;
	size_t i, count;
	char name[32];

	(void)state;
	zta_store__close(store);
	store = NULL;
	forget_all(current);
	for (i = 0; i < 8; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			mine = open_in_child();
			(void)snprintf(name, sizeof(name), "z/%zu", i);
			_exit(zta_store__ledger_create(
				  mine, zta_str_of(name), NULL) != ZTA_OK);
		}
	}
	for (i = 0; i < 8; i++) {
		assert_int_equal(wait_for(children[i]), 0);
	}
	store = open_again();
	assert_int_equal(zta_store__ledger_list(
			     store, ZTA_STR("z"), &arena, &list, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, 8);
}

/* In a child: move the ref of a ledger of one's own, again and again. */
static void
move_alone(zta_str ledger, unsigned moves)
{
	zta_store *mine = open_in_child();
	zta_store_move move = { .ref = MAIN };
	unsigned i;

	if (zta_store__ledger_create(mine, ledger, NULL) != ZTA_OK) {
		_exit(1);
	}
	for (i = 1; i <= moves; i++) {
		move.to = oid(i);
		if (zta_store__ref_move(mine, ledger, &move, NULL) != ZTA_OK) {
			_exit(1);
		}
		move.from = move.to;
	}
	_exit(0);
}

/*
 * Two processes move refs that have nothing to do with each other. Whoever
 * follows sees one number after the other: none comes late.
 */
static void
test_store__hears_of_other_processes(void **state)
{
	const unsigned moves = 200;
	zta_store_change *changes;
	uint64_t seq = 0, seen = 0;
	size_t i, count;
	pid_t children[2];

	(void)state;
	for (i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			move_alone(
			    i == 0 ? ZTA_STR("z/a") : ZTA_STR("z/b"), moves);
		}
	}
	while (seen < 2 * moves) {
		assert_int_equal(
		    zta_store__wait(store, seen, 20000, &seq, NULL), ZTA_OK);
		assert_true(seq > seen);
		zta_arena__reset(&arena);
		assert_int_equal(zta_store__changes(store, seen, SIZE_MAX,
				     &arena, &changes, &count, NULL),
		    ZTA_OK);
		assert_true(count >= seq - seen);
		for (i = 0; i < count; i++) {
			assert_int_equal(changes[i].seq, ++seen);
		}
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(wait_for(children[i]), 0);
	}
}

/* --- killed processes */

/* Move on and on from `move`; say the number of each move that was made. */
static void
move_until_killed(uint32_t move, int fd)
{
	zta_store *mine = open_in_child();
	zta_store_object parts[PARTS];
	zta_oid from = { 0 };

	if (move > 0) {
		parts_of(move, parts);
		from = parts[0].oid;
	}
	for (;;) {
		parts_of(++move, parts);
		if (move_main(mine, from, parts[0].oid, parts, PARTS) !=
			ZTA_OK ||
		    write(fd, &move, sizeof(move)) != sizeof(move)) {
			_exit(1);
		}
		from = parts[0].oid;
	}
}

/* The number of the last move, which is `said` or the one after it. */
static uint32_t
find_move(uint32_t said)
{
	zta_store_object parts[PARTS], got;
	zta_oid ids[PARTS], at;
	bool has[PARTS];
	uint32_t move;
	unsigned i;

	assert_int_equal(
	    zta_store__ref_get(store, LEDGER, MAIN, &at, NULL), ZTA_OK);
	parts_of(said, parts);
	move = zta_oid__eq(&parts[0].oid, &at) ? said : said + 1;
	parts_of(move, parts);
	assert_true(zta_oid__eq(&parts[0].oid, &at));
	for (i = 0; i < PARTS; i++) {
		zta_arena__reset(&arena);
		assert_int_equal(zta_store__object_get(store, LEDGER,
				     &parts[i].oid, &arena, &got, NULL),
		    ZTA_OK);
	}
	parts_of(move + 1, parts);
	for (i = 0; i < PARTS; i++) {
		ids[i] = parts[i].oid;
	}
	assert_int_equal(
	    zta_store__object_has(store, LEDGER, ids, PARTS, has, NULL),
	    ZTA_OK);
	for (i = 0; i < PARTS; i++) {
		assert_false(has[i]);
	}
	return move;
}

/* kill -9 at a random moment: the move was made, or nothing of it was. */
static void
test_store__survives_kill(void **state)
{
	uint32_t move = 0, said;
	int round, pipes[2], status;
	pid_t child;

	(void)state;
	for (round = 0; round < 100; round++) {
		zta_store__close(store);
		assert_int_equal(pipe(pipes), 0);
		child = fork();
		if (child == 0) {
			move_until_killed(move, pipes[1]);
		}
		(void)close(pipes[1]);
		assert_int_equal(
		    read(pipes[0], &said, sizeof(said)), sizeof(said));
		(void)usleep((useconds_t)(rand() % 10000));
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		while (read(pipes[0], &said, sizeof(said)) > 0) {
			/* the last one counts */
		}
		(void)close(pipes[0]);
		store = open_again();
		/* A server may still be at what it was told before. */
		assert_int_equal(
		    zta_store__object_put(store, LEDGER, NULL, 0, NULL),
		    ZTA_OK);
		move = find_move(said);
	}
	check_chain(store, move);
}

/* --- damage */

static void
test_store__finds_damaged_rows(void **state)
{
	static const char *const damages[] = {
		"UPDATE object SET body = 'goods' WHERE body = 'good'",
		"UPDATE object SET kind = 2 WHERE kind = 3",
		"UPDATE object SET kind = 77 WHERE kind = 2",
		"UPDATE ref SET oid = 'short'"
	};
	static const char *const damages_sqlite[] = {
		"UPDATE object SET body = CAST('goods' AS BLOB)", NULL, NULL,
		"UPDATE ref SET oid = CAST('short' AS BLOB)"
	};
	const zta_ledger ledger = { store, LEDGER };
	zta_object_source source = zta_ledger__source(&ledger);
	zta_store_object object = blob("good"), got;
	zta_store_ref *refs;
	size_t i, count;
	zta_str body;
	zta_oid id;
	char sql[128];

	(void)state;
	assert_int_equal(
	    move_main(store, (zta_oid){ 0 }, object.oid, &object, 1), ZTA_OK);
	for (i = 0; i < 4; i++) {
		(void)snprintf(sql, sizeof(sql), "%s%s",
		    current == &pgsql ? "SET search_path = ztauth; " : "",
		    current == &sqlite && damages_sqlite[i] != NULL ?
			damages_sqlite[i] :
			damages[i]);
		run_sql(sql);
		assert_int_equal(zta_store__object_get(store, LEDGER,
				     &object.oid, &arena, &got, NULL),
		    ZTA_EINVALID);
		/* Also for those who read a ledger. */
		assert_int_equal(zta_object__read(&source, &object.oid,
				     ZTA_OBJECT_BLOB, &arena, &body, NULL),
		    ZTA_EINVALID);
	}
	assert_int_equal(
	    zta_store__ref_get(store, LEDGER, MAIN, &id, NULL), ZTA_EINVALID);
	assert_int_equal(
	    zta_store__ref_list(store, LEDGER, &arena, &refs, &count, NULL),
	    ZTA_EINVALID);
	assert_int_equal(
	    move_main(store, object.oid, oid(1), NULL, 0), ZTA_ECONFLICT);
}

static void
test_store__refuses_versions_that_it_does_not_know(void **state)
{
	zta_error err = { 0 };

	(void)state;
	zta_store__close(store);
	run_sql(current == &pgsql ? "UPDATE ztauth.state SET version = 2" :
				    "PRAGMA user_version = 2");
	assert_int_equal(
	    zta_store__open(&store, place_of(current), &err), ZTA_EINVALID);
	assert_null(store);
	assert_string_equal(
	    err.message, "the store has format 2, and this program knows 1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_store__lets_one_of_two_processes_win),
		TEST(test_store__is_made_once),
		TEST(test_store__hears_of_other_processes),
		TEST(test_store__survives_kill),
		TEST(test_store__finds_damaged_rows),
		TEST(test_store__refuses_versions_that_it_does_not_know)
	};
	int failed;

	begin_backends();
	failed = RUN_ON(&sqlite, tests);
	failed += RUN_ON(&pgsql, tests);
	return end_backends(failed);
}
