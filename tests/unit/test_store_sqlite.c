/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_sqlite.c - files that are no stores, and disks that fail.
 * SPEC: ztauth 2
 */
#include "stores.h"

#include <fcntl.h>

#include "failing_disk.h"

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

/* --- files */

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
test_sqlite__refuses_what_is_not_a_store(void **state)
{
	const char text[] = "This is a letter, and it is long enough to be read"
			    " as the head of a database, which has 100 bytes.";
	char path[256], other[256], read_back[sizeof(text)] = "";
	zta_error err = { 0 };
	sqlite3 *db;
	FILE *f;

	(void)state;
	zta_store__close(store);
	(void)snprintf(path, sizeof(path), "%s", path_in_dir("letter"));
	write_file(path, text);
	assert_int_equal(zta_store__open(&store, path, &err), ZTA_EINVALID);
	assert_string_equal(err.place, path);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(
	    fread(read_back, 1, sizeof(text) - 1, f), sizeof(text) - 1);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(read_back, text);

	(void)snprintf(other, sizeof(other), "%s", path_in_dir("other"));
	assert_int_equal(sqlite3_open(other, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(zta_store__open(&store, other, &err), ZTA_EINVALID);
	assert_string_equal(
	    err.message, "this is the database of another application");

	/* A mark is not enough. */
	assert_int_equal(sqlite3_open(other, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
			     "PRAGMA application_id = 0x5a544153;"
			     "PRAGMA user_version = 1",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(zta_store__open(&store, other, &err), ZTA_EINVALID);
	assert_string_equal(
	    err.message, "the store is damaged: no such table: ledger");
	assert_null(store);
}

static void
test_sqlite__follows_no_link(void **state)
{
	static const char *const targets[] = { "store.db", "nowhere" };
	char link[256];
	zta_error err = { 0 };
	size_t i;

	(void)state;
	zta_store__close(store);
	(void)snprintf(link, sizeof(link), "%s", path_in_dir("link.db"));
	for (i = 0; i < 2; i++) {
		(void)unlink(link);
		assert_int_equal(symlink(path_in_dir(targets[i]), link), 0);
		assert_int_equal(
		    zta_store__open(&store, link, &err), ZTA_EINVALID);
		assert_string_equal(
		    err.message, "the store has to be a regular file");
	}
	assert_int_not_equal(access(path_in_dir("nowhere"), F_OK), 0);
	assert_int_equal(zta_store__open(&store, dir, &err), ZTA_EINVALID);
	assert_int_equal(zta_store__open(&store, "", &err), ZTA_EINVAL);
	assert_int_equal(zta_store__open(&store, "/tmp/", &err), ZTA_EINVAL);
	assert_int_equal(
	    zta_store__open(&store, "/nonexistent/x.db", &err), ZTA_EIO);
	assert_null(store);
}

/* Names to which SQLite gives a meaning are names of files. */
static void
test_sqlite__takes_names_as_they_are(void **state)
{
	static const char *const names[] = { ":memory:", "file:a?mode=memory",
		"a%00b" };
	char before[256];
	struct stat st;
	size_t i;

	(void)state;
	zta_store__close(store);
	store = NULL;
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(dir), 0);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(
		    zta_store__open(&store, names[i], NULL), ZTA_OK);
		zta_store__close(store);
		assert_int_equal(stat(names[i], &st), 0);
		assert_true(st.st_size > 0);
	}
	store = NULL;
	assert_int_equal(chdir(before), 0);
}

static void
test_sqlite__keeps_its_files_to_itself(void **state)
{
	static const char *const names[] = { "store.db", "store.db-wal",
		"store.db-shm" };
	struct stat st;
	size_t i;
	mode_t before = umask(0);

	(void)state;
	zta_store__close(store);
	store = open_new();
	(void)umask(before);
	for (i = 0; i < 3; i++) {
		assert_int_equal(stat(path_in_dir(names[i]), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
}

/* One bit of a body on the disk. */
static void
test_sqlite__finds_a_flipped_bit(void **state)
{
	zta_store_object object = blob("a needle in a haystack"), got;
	char bytes[65536];
	char *needle;
	ssize_t len;
	int fd;

	(void)state;
	assert_int_equal(
	    zta_store__object_put(store, LEDGER, &object, 1, NULL), ZTA_OK);
	zta_store__close(store);
	fd = open(place_of(current), O_RDWR);
	assert_true(fd >= 0);
	len = read(fd, bytes, sizeof(bytes));
	assert_true(len > 0);
	needle = memmem(bytes, (size_t)len, "needle", 6);
	assert_non_null(needle);
	*needle ^= 1;
	assert_int_equal(pwrite(fd, needle, 1, needle - bytes), 1);
	assert_int_equal(close(fd), 0);
	store = open_again();
	assert_int_equal(zta_store__object_get(
			     store, LEDGER, &object.oid, &arena, &got, NULL),
	    ZTA_EINVALID);
}

/* --- disks */

/* Nothing of move 2 is there. */
static void
check_first_move(zta_store *s)
{
	zta_store_object parts[PARTS];
	zta_oid at;
	bool has;
	unsigned i;

	parts_of(1, parts);
	assert_int_equal(
	    zta_store__ref_get(s, LEDGER, MAIN, &at, NULL), ZTA_OK);
	assert_true(zta_oid__eq(&at, &parts[0].oid));
	assert_int_equal(newest(s), 1);
	parts_of(2, parts);
	for (i = 0; i < PARTS; i++) {
		assert_int_equal(zta_store__object_has(store, LEDGER,
				     &parts[i].oid, 1, &has, NULL),
		    ZTA_OK);
		assert_false(has);
	}
}

/*
 * The disk fails after 0, 1, 2 ... changes to it: the move is made, or it is
 * refused and nothing of it is seen, now or after opening again; once there is
 * room it can be made.
 */
static void
test_sqlite__moves_all_or_nothing(void **state)
{
	zta_store_object first[PARTS], parts[PARTS];
	zta_oid from;
	zta_status status;
	long room;

	(void)state;
	parts_of(1, first);
	from = first[0].oid;
	for (room = 0;; room++) {
		zta_store__close(store);
		store = open_new();
		parts_of(1, first);
		assert_int_equal(
		    move_main(store, (zta_oid){ 0 }, from, first, PARTS),
		    ZTA_OK);
		parts_of(2, parts);
		disk_failed = false;
		disk_left = room;
		status = move_main(store, from, parts[0].oid, parts, PARTS);
		disk_left = -1;
		if (status == ZTA_OK) {
			break;
		}
		assert_int_equal(status, ZTA_EIO);
		assert_true(disk_failed);
		check_first_move(store);
		zta_store__close(store);
		store = open_again();
		check_first_move(store);
		parts_of(2, parts);
		assert_int_equal(
		    move_main(store, from, parts[0].oid, parts, PARTS), ZTA_OK);
	}
	assert_false(disk_failed);
	assert_true(room > 5);
	assert_int_equal(newest(store), 2);
}

/* Somebody else writes for a while: one waits. */
static void
test_sqlite__waits_for_other_writers(void **state)
{
	sqlite3 *db;
	pid_t child;
	int pipes[2];
	char byte = 0;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (child == 0) {
		if (sqlite3_open(place_of(current), &db) != SQLITE_OK ||
		    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
			SQLITE_OK ||
		    write(pipes[1], &byte, 1) != 1) {
			_exit(1);
		}
		(void)usleep(300000);
		_exit(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	assert_int_equal(
	    move_main(store, (zta_oid){ 0 }, oid(1), NULL, 0), ZTA_OK);
	assert_int_equal(wait_for(child), 0);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sqlite__refuses_what_is_not_a_store),
		TEST(test_sqlite__follows_no_link),
		TEST(test_sqlite__takes_names_as_they_are),
		TEST(test_sqlite__keeps_its_files_to_itself),
		TEST(test_sqlite__finds_a_flipped_bit),
		TEST(test_sqlite__moves_all_or_nothing),
		TEST(test_sqlite__waits_for_other_writers)
	};
	int failed;

	make_dir();
	disk_install();
	failed = RUN_ON(&sqlite, tests);
	remove_dir();
	return failed;
}
