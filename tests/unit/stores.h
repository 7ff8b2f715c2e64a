/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stores.h - stores of every kind to test with. PostgreSQL is started here: as
 * an unprivileged user, in a directory of its own, on a Unix socket only.
 */
#ifndef ZTA_STORES_H
#define ZTA_STORES_H

#include "tests.h"

#include <glob.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <postgresql/libpq-fe.h>

#include "base/time.h"
#include "store/store.h"

#define LEDGER ZTA_STR("zone-1/shop")
#define MAIN ZTA_STR("refs/heads/main")

/* A directory, under it the file of SQLite and the server of PostgreSQL. */
static char dir[64];
static char pg_bin[256]; /* empty: not installed */
static char pg_uri[256];
static pid_t pg_server;

/* In memory, if there is room: nobody pulls the plug here. */
static inline void
make_dir(void)
{
	struct statvfs fs;
	bool room = statvfs("/dev/shm", &fs) == 0 &&
	    fs.f_bavail >= ((uint64_t)1 << 30) / fs.f_frsize;

	(void)snprintf(dir, sizeof(dir), "%s/ztauth-test-store-XXXXXX",
	    room ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(dir));
}

static inline void
remove_dir(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

static inline const char *
path_in_dir(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* --- PostgreSQL */

/* In a child: become who may run the server, say nothing, and die with us. */
static inline void
pg_drop_privileges(void)
{
	const struct passwd *user;

	if (geteuid() == 0) {
		user = getpwnam("postgres");
		user = user == NULL ? getpwnam("nobody") : user;
		if (user == NULL || setgid(user->pw_gid) != 0 ||
		    setuid(user->pw_uid) != 0) {
			_exit(1);
		}
	}
	if (prctl(PR_SET_PDEATHSIG, SIGQUIT) != 0 ||
	    freopen(path_in_dir("pg.log"), "a", stdout) == NULL ||
	    dup2(STDOUT_FILENO, STDERR_FILENO) < 0) {
		_exit(1);
	}
}

static inline pid_t
pg_spawn(const char *command)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		pg_drop_privileges();
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static inline int
wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Run the server; the cluster is there. Without fsync: we crash, not the disk. */
static inline void
pg_run(void)
{
	char command[512];
	int i;

	(void)snprintf(command, sizeof(command),
	    "exec %s/postgres -D %s/data -k %s -h '' -F", pg_bin, dir, dir);
	pg_server = pg_spawn(command);
	for (i = 0; PQping(pg_uri) != PQPING_OK; i++) {
		assert_true(i < 600);
		(void)usleep(50000);
	}
}

/* SIGTERM waits for clients, SIGINT ends them, SIGQUIT is a crash. */
static inline void
pg_stop(int signal)
{
	assert_int_equal(kill(pg_server, signal), 0);
	(void)wait_for(pg_server);
	pg_server = 0;
}

/* Find the server's programs, the newest; false if there are none. */
static inline bool
pg_find(void)
{
	glob_t found;

	if (glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) == 0) {
		(void)snprintf(pg_bin, sizeof(pg_bin), "%s",
		    found.gl_pathv[found.gl_pathc - 1]);
		*strrchr(pg_bin, '/') = '\0';
		globfree(&found);
	}
	return pg_bin[0] != '\0';
}

/*
 * `dir` is given to who may run the server. It sorts as people do, not by
 * bytes, if it is not told otherwise.
 */
static inline void
pg_start(void)
{
	char command[512];
	const struct passwd *user;

	if (geteuid() == 0) {
		user = getpwnam("postgres");
		user = user == NULL ? getpwnam("nobody") : user;
		assert_non_null(user);
		assert_int_equal(chown(dir, user->pw_uid, user->pw_gid), 0);
	}
	(void)snprintf(pg_uri, sizeof(pg_uri),
	    "postgresql:///postgres?host=%s&user=ztauth", dir);
	(void)snprintf(command, sizeof(command),
	    "exec %s/initdb -D %s/data -U ztauth -A trust -E UTF8 --no-sync"
	    " --locale=C --locale-provider=icu --icu-locale=en-US",
	    pg_bin, dir);
	assert_int_equal(wait_for(pg_spawn(command)), 0);
	pg_run();
}

/* Run statements on the server, aside from any store. */
static inline void
pg_sql(const char *sql)
{
	PGconn *conn = PQconnectdb(pg_uri);
	PGresult *result;

	PQclear(PQexec(conn, "SET client_min_messages = warning"));
	result = PQexec(conn, sql);
	if (PQresultStatus(result) != PGRES_COMMAND_OK &&
	    PQresultStatus(result) != PGRES_TUPLES_OK) {
		fail_msg("%s: %s", sql, PQerrorMessage(conn));
	}
	PQclear(result);
	PQfinish(conn);
}

/* --- stores */

typedef struct backend {
	const char *name;
	const char *place; /* NULL: pg_uri; "": the file in `dir` */
	bool lasts;        /* and can be shared */
} backend;

static const backend memory = { "memory", "memory:", false };
static const backend sqlite = { "sqlite", "", true };
static const backend pgsql = { "pgsql", NULL, true };

/* The back end of the group of tests that runs. */
static const backend *current;

static inline const char *
place_of(const backend *b)
{
	if (b->place == NULL) {
		return pg_uri;
	}
	return b->place[0] == '\0' ? path_in_dir("store.db") : b->place;
}

/* Take away what the test before has left. */
static inline void
forget_all(const backend *b)
{
	if (b->place == NULL) {
		pg_sql("DROP SCHEMA IF EXISTS ztauth CASCADE");
	} else if (b->place[0] == '\0') {
		(void)unlink(path_in_dir("store.db"));
		(void)unlink(path_in_dir("store.db-wal"));
		(void)unlink(path_in_dir("store.db-shm"));
	}
}

static inline zta_store *
open_again(void)
{
	zta_store *store;
	zta_error err = { 0 };

	if (zta_store__open(&store, place_of(current), &err) != ZTA_OK) {
		fail_msg("%s: %s", err.place, err.message);
	}
	return store;
}

/* An empty store with one ledger. */
static inline zta_store *
open_new(void)
{
	zta_store *store;

	forget_all(current);
	store = open_again();
	assert_int_equal(zta_store__ledger_create(store, LEDGER, NULL), ZTA_OK);
	return store;
}

/* In a child, where nothing may be asserted: open the store, or die. */
static inline zta_store *
open_in_child(void)
{
	zta_store *mine;

	if (zta_store__open(&mine, place_of(current), NULL) != ZTA_OK) {
		_exit(3);
	}
	return mine;
}

/* --- objects */

/* A blob that says `text`, which has to outlive it. */
static inline zta_store_object
blob(const char *text)
{
	zta_store_object object = { .kind = ZTA_OBJECT_BLOB,
		.body = zta_str_of(text) };

	if (zta_oid__of(object.kind, object.body, &object.oid, NULL) !=
	    ZTA_OK) {
		abort();
	}
	return object;
}

/* An id that names no object, but is not none. */
static inline zta_oid
oid(uint64_t number)
{
	zta_oid id = { { 1 } };

	memcpy(id.bytes + 8, &number, sizeof(number));
	return id;
}

/* Move MAIN of LEDGER; only the status. */
static inline zta_status
move_main(zta_store *store, zta_oid from, zta_oid to,
    const zta_store_object *objects, size_t count)
{
	const zta_store_move move = { MAIN, from, to, objects, count };

	return zta_store__ref_move(store, LEDGER, &move, NULL);
}

#define PARTS 5u
#define PART_SIZE 3000u

/* The objects of move number `move`; the ref goes to the first. */
static inline void
parts_of(uint32_t move, zta_store_object parts[PARTS])
{
	static char texts[PARTS][PART_SIZE];
	unsigned i;

	for (i = 0; i < PARTS; i++) {
		memset(texts[i], '.', PART_SIZE);
		(void)snprintf(texts[i], PART_SIZE, "move %u part %u", move, i);
		parts[i] = (zta_store_object){ .kind = ZTA_OBJECT_BLOB,
			.body = { texts[i], PART_SIZE } };
		if (zta_oid__of(ZTA_OBJECT_BLOB, parts[i].body, &parts[i].oid,
			NULL) != ZTA_OK) {
			abort();
		}
	}
}

static inline uint64_t
newest(zta_store *store)
{
	uint64_t seq = 0;

	assert_int_equal(zta_store__wait(store, 0, 0, &seq, NULL), ZTA_OK);
	return seq;
}

/*
 * Win `wins` times against others: read where MAIN is, and move it to an object
 * of one's own, named after `number`. Losers leave no object behind. False:
 * something was that should not be.
 */
static inline bool
contend(zta_store *store, unsigned number, unsigned wins)
{
	char text[32];
	unsigned won = 0, tries = 0;
	zta_store_object object;
	zta_oid from;
	zta_status status;
	bool has;

	while (won < wins) {
		(void)snprintf(text, sizeof(text), "%u %u", number, tries++);
		object = blob(text);
		if (zta_store__ref_get(store, LEDGER, MAIN, &from, NULL) !=
		    ZTA_OK) {
			return false;
		}
		status = move_main(store, from, object.oid, &object, 1);
		if ((status != ZTA_OK && status != ZTA_ECONFLICT) ||
		    zta_store__object_has(
			store, LEDGER, &object.oid, 1, &has, NULL) != ZTA_OK ||
		    has != (status == ZTA_OK)) {
			return false;
		}
		won += status == ZTA_OK;
	}
	return true;
}

/* Each of `want` changes begins where the one before ended: none was lost. */
static inline void
check_chain(zta_store *store, size_t want)
{
	zta_arena arena;
	zta_store_change *changes;
	size_t i, count;

	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_store__changes(store, 0, SIZE_MAX, &arena,
			     &changes, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, want);
	for (i = 0; i < count; i++) {
		assert_int_equal(changes[i].seq, i + 1);
		assert_true(i == 0 ?
			zta_oid__is_none(&changes[i].from) :
			zta_oid__eq(&changes[i].from, &changes[i - 1].to));
	}
	zta_arena__release(&arena);
}

/* --- groups of tests */

static inline void
begin_backends(void)
{
	make_dir();
	if (pg_find()) {
		pg_start();
	}
}

/* Run `tests` on a back end; how many failed. */
#define RUN_ON(backend, tests)                         \
	(current = (backend),                          \
	    current->place == NULL && pg_server == 0 ? \
		0 :                                    \
		cmocka_run_group_tests_name(current->name, tests, NULL, NULL))

/* What main() returns: 77 if all passed, but there was no PostgreSQL. */
static inline int
end_backends(int failed)
{
	if (pg_server != 0) {
		pg_stop(SIGINT);
	}
	remove_dir();
	if (failed == 0 && pg_bin[0] == '\0') {
		puts("PostgreSQL is not installed");
		return 77;
	}
	return failed;
}

#endif
