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

static void
make_dir(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/ztauth-test-store-XXXXXX");
	assert_non_null(mkdtemp(dir));
}

static void
remove_dir(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

static const char *
path_in_dir(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* --- PostgreSQL */

/* In a child: become who may run the server, say nothing, and die with us. */
static void
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

static pid_t
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

static int
wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Run the server; the cluster is there. Without fsync: we crash, not the disk. */
static void
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
static void
pg_stop(int signal)
{
	assert_int_equal(kill(pg_server, signal), 0);
	(void)wait_for(pg_server);
	pg_server = 0;
}

/* Find the server's programs, the newest; false if there are none. */
static bool
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

/* `dir` is given to who may run the server. */
static void
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
	    "exec %s/initdb -D %s/data -U ztauth -A trust -E UTF8"
	    " --locale=C --no-sync",
	    pg_bin, dir);
	assert_int_equal(wait_for(pg_spawn(command)), 0);
	pg_run();
}

/* Run statements on the server, aside from any store. */
static void
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

static const backend backends[] = { { "memory", "memory:", false },
	{ "sqlite", "", true }, { "pgsql", NULL, true } };

/* The back end of the group of tests that runs. */
static const backend *current;

static const char *
place_of(const backend *b)
{
	if (b->place == NULL) {
		return pg_uri;
	}
	return b->place[0] == '\0' ? path_in_dir("store.db") : b->place;
}

/* Take away what the test before has left. */
static void
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

static zta_store *
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
static zta_store *
open_new(void)
{
	zta_store *store;

	forget_all(current);
	store = open_again();
	assert_int_equal(zta_store__ledger_create(store, LEDGER, NULL), ZTA_OK);
	return store;
}

/* --- objects */

/* A blob that says `text`, which has to outlive it. */
static zta_store_object
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
static zta_oid
oid(uint64_t number)
{
	zta_oid id = { { 1 } };

	memcpy(id.bytes + 8, &number, sizeof(number));
	return id;
}

/* Move MAIN of LEDGER; only the status. */
static zta_status
move_main(zta_store *store, zta_oid from, zta_oid to,
    const zta_store_object *objects, size_t count)
{
	const zta_store_move move = { MAIN, from, to, objects, count };

	return zta_store__ref_move(store, LEDGER, &move, NULL);
}

static uint64_t
newest(zta_store *store)
{
	uint64_t seq = 0;

	assert_int_equal(zta_store__wait(store, 0, 0, &seq, NULL), ZTA_OK);
	return seq;
}

/*
 * Run the tests for each back end; 77 if there was no PostgreSQL to run them
 * with, and all others passed.
 */
static int
run_backends(const struct CMUnitTest *tests, size_t count)
{
	int failed = 0;
	size_t i;

	make_dir();
	if (pg_find()) {
		pg_start();
	}
	for (i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		current = &backends[i];
		if (current->place != NULL || pg_bin[0] != '\0') {
			failed += _cmocka_run_group_tests(
			    current->name, tests, count, NULL, NULL);
		}
	}
	if (pg_server != 0) {
		pg_stop(SIGINT);
	}
	remove_dir();
	if (failed == 0 && pg_bin[0] == '\0') {
		puts("PostgreSQL is not installed; the others passed");
		return 77;
	}
	return failed;
}

#endif
