/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_pgsql.c - connections to PostgreSQL that break, at the worst
 * moment too. SPEC: ztauth 2
 */
#include "stores.h"

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

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

/* --- connections that end */

#define END_CONNECTIONS                                                \
	"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity" \
	" WHERE application_name = 'ztauth'"

static void
test_pgsql__connects_again(void **state)
{
	zta_store_object object = blob("x"), got;
	zta_oid id;
	bool has;

	(void)state;
	pg_sql(END_CONNECTIONS);
	assert_int_equal(
	    move_main(store, (zta_oid){ 0 }, object.oid, &object, 1), ZTA_OK);
	pg_sql(END_CONNECTIONS);
	assert_int_equal(
	    zta_store__ref_get(store, LEDGER, MAIN, &id, NULL), ZTA_OK);
	pg_sql(END_CONNECTIONS);
	assert_int_equal(zta_store__object_get(
			     store, LEDGER, &object.oid, &arena, &got, NULL),
	    ZTA_OK);
	pg_sql(END_CONNECTIONS);
	assert_int_equal(
	    zta_store__object_has(store, LEDGER, &object.oid, 1, &has, NULL),
	    ZTA_OK);
	assert_true(has);
	pg_sql(END_CONNECTIONS);
	assert_int_equal(
	    zta_store__ledger_create(store, LEDGER, NULL), ZTA_EEXIST);
	check_chain(store, 1);
}

static void
test_pgsql__says_when_the_server_is_away(void **state)
{
	zta_error err = { 0 };
	zta_store *other;
	uint64_t seq;
	zta_oid id;

	(void)state;
	pg_stop(SIGQUIT);
	assert_int_equal(zta_store__ref_get(store, LEDGER, MAIN, &id, &err),
	    ZTA_EUNAVAILABLE);
	assert_int_equal(move_main(store, (zta_oid){ 0 }, oid(1), NULL, 0),
	    ZTA_EUNAVAILABLE);
	assert_int_equal(
	    zta_store__wait(store, 0, 1000, &seq, NULL), ZTA_EUNAVAILABLE);
	assert_int_equal(
	    zta_store__open(&other, pg_uri, NULL), ZTA_EUNAVAILABLE);
	pg_run();
	assert_int_equal(
	    move_main(store, (zta_oid){ 0 }, oid(1), NULL, 0), ZTA_OK);
	assert_int_equal(zta_store__wait(store, 0, 1000, &seq, NULL), ZTA_OK);
	assert_int_equal(seq, 1);
}

/* In a child: end the connections of waiters, then move; ten times. */
static void
disturb(void)
{
	zta_store *mine = open_in_child();
	unsigned i;

	for (i = 0; i < 10; i++) {
		(void)usleep(30000);
		pg_sql("SELECT pg_terminate_backend(pid, 5000)"
		       " FROM pg_stat_activity WHERE query = 'LISTEN ztauth'");
		if (move_main(mine, i == 0 ? (zta_oid){ 0 } : oid(i),
			oid(i + 1), NULL, 0) != ZTA_OK) {
			_exit(1);
		}
	}
	_exit(0);
}

/* The connection that listens ends while it is waited: nothing is missed. */
static void
test_pgsql__misses_nothing_while_it_waits(void **state)
{
	uint64_t seq = 0, seen;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		disturb();
	}
	for (seen = 0; seen < 10; seen = seq) {
		assert_int_equal(
		    zta_store__wait(store, seen, 20000, &seq, NULL), ZTA_OK);
		assert_true(seq > seen);
	}
	assert_int_equal(wait_for(child), 0);
}

static void
test_pgsql__keeps_the_password_to_itself(void **state)
{
	static const char *const uris[] = { "postgresql://u:hunter2@[::1/db",
		"postgresql://u:hunter2@localhost:99999/db",
		"postgresql://u:hunter2@/db?host=/nonexistent",
		"postgresql://u:hunter2@/db?no_such_option=1" };
	zta_error err;
	zta_store *other;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		err = (zta_error){ 0 };
		assert_int_not_equal(
		    zta_store__open(&other, uris[i], &err), ZTA_OK);
		assert_null(other);
		assert_string_not_equal(err.message, "");
		assert_null(strstr(err.message, "hunter2"));
		assert_null(strstr(err.place, "hunter2"));
	}
}

/* --- a commit whose answer is lost */

typedef enum cut {
	CUT_BEFORE,   /* the server never hears of the commit */
	CUT_AT_ONCE,  /* it hears of it, and may be at it while we ask */
	CUT_AFTER,    /* it has committed */
	CUT_FOR_EVER, /* the same, and nobody can connect any more */
	CUTS
} cut;

/* Between a store and the server; cuts the first connection at its commit. */
typedef struct wire {
	pthread_t thread;
	int listener;
	cut cut;
} wire;

static int
unix_socket(const char *path, bool listening)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (listening) {
		assert_int_equal(
		    bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
		assert_int_equal(listen(fd, 5), 0);
		return fd;
	}
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* Pass on what `from` has; 0 or less: the end. */
static ssize_t
pass(int from, int to, char *bytes, size_t room)
{
	ssize_t len = read(from, bytes, room);

	return len > 0 ? write(to, bytes, (size_t)len) : len;
}

/*
 * Carry one connection. COMMIT is named once, when it is prepared; what the
 * client says after that runs it, and there the wire is cut.
 */
static void
carry(wire *w, int client, int server, bool whole)
{
	char bytes[65536];
	struct pollfd fds[2] = { { client, POLLIN, 0 }, { server, POLLIN, 0 } };
	bool prepared = false;
	ssize_t len = 1;

	while (len > 0 && poll(fds, 2, -1) > 0) {
		if (fds[1].revents != 0) {
			len = pass(server, client, bytes, sizeof(bytes));
			continue;
		}
		if (prepared && !whole) {
			if (w->cut != CUT_BEFORE) {
				(void)pass(
				    client, server, bytes, sizeof(bytes));
			}
			if (w->cut >= CUT_AFTER) {
				(void)!read(server, bytes, sizeof(bytes));
			}
			return;
		}
		len = pass(client, server, bytes, sizeof(bytes));
		prepared |= len > 0 &&
		    memmem(bytes, (size_t)len, "\0COMMIT", 8) != NULL;
	}
}

static void *
run_wire(void *arg)
{
	wire *w = arg;
	bool whole = false;
	int client, server;

	while ((client = accept(w->listener, NULL, NULL)) >= 0) {
		if (whole && w->cut == CUT_FOR_EVER) {
			(void)close(client);
			continue;
		}
		server = unix_socket(path_in_dir(".s.PGSQL.5432"), false);
		carry(w, client, server, whole);
		(void)close(client);
		(void)close(server);
		whole = true;
	}
	return NULL;
}

static void
test_pgsql__knows_the_fate_of_a_commit(void **state)
{
	char uri[256], at[128];
	zta_store_object object = blob("x");
	zta_store *far;
	wire w;

	(void)state;
	(void)snprintf(at, sizeof(at), "%s/wire", dir);
	assert_int_equal(mkdir(at, 0700), 0);
	(void)snprintf(
	    uri, sizeof(uri), "postgresql:///postgres?host=%s&user=ztauth", at);
	(void)snprintf(at, sizeof(at), "%s/wire/.s.PGSQL.5432", dir);
	for (w.cut = CUT_BEFORE; w.cut < CUTS; w.cut++) {
		zta_store__close(store);
		store = open_new();
		w.listener = unix_socket(at, true);
		assert_int_equal(
		    pthread_create(&w.thread, NULL, run_wire, &w), 0);
		assert_int_equal(zta_store__open(&far, uri, NULL), ZTA_OK);
		assert_int_equal(
		    move_main(far, (zta_oid){ 0 }, object.oid, &object, 1),
		    w.cut == CUT_FOR_EVER ? ZTA_EUNAVAILABLE : ZTA_OK);
		zta_store__close(far);
		(void)shutdown(w.listener, SHUT_RDWR);
		assert_int_equal(pthread_join(w.thread, NULL), 0);
		(void)close(w.listener);
		(void)unlink(at);
		check_chain(store, 1);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_pgsql__connects_again),
		TEST(test_pgsql__says_when_the_server_is_away),
		TEST(test_pgsql__misses_nothing_while_it_waits),
		TEST(test_pgsql__keeps_the_password_to_itself),
		TEST(test_pgsql__knows_the_fate_of_a_commit) };
	int failed;

	begin_backends();
	failed = RUN_ON(&pgsql, tests);
	return end_backends(failed);
}
