/* SPDX-License-Identifier: Apache-2.0 */
/* test_sandbox.c - what a process can no longer do, tried in one that ends. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/sandbox.h"
#include "tests.h"

static char dir[] = "/tmp/ztauth-sandbox-XXXXXX";

static const char *
at(const char *name)
{
	static char paths[8][128];
	static unsigned turn;
	char *path = paths[turn++ % 8];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static void
put(const char *name)
{
	int fd = open(at(name), O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0);
}

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL || mkdir(at("read"), 0700) != 0 ||
	    mkdir(at("write"), 0700) != 0 || mkdir(at("apart"), 0700) != 0 ||
	    mkdir(at("links"), 0700) != 0) {
		return -1;
	}
	put("read/file");
	put("write/file");
	put("apart/file");
	put("apart/other");
	put("links/real");
	return symlink(at("read/file"), at("links/file"));
}

static int
tear_down(void **state)
{
	char command[80];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

/* How a process ends that does this: its exit code, or the signal, negative. */
static int
end_of(int (*body)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)signal(SIGSYS, SIG_DFL);
		_exit(body());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* errno of opening it; 0: it opens. */
static int
try_open(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd < 0) {
		return errno;
	}
	(void)close(fd);
	return 0;
}

#define UNAVAILABLE 77

static int
enter(void)
{
	const zta_sandbox_path paths[] = { { at("read"), false,
					       ZTA_SANDBOX_READ },
		{ at("write"), false, ZTA_SANDBOX_WRITE },
		{ at("links"), false, ZTA_SANDBOX_LIST },
		{ at("apart/file"), true, ZTA_SANDBOX_READ },
		{ at("nowhere"), false, ZTA_SANDBOX_WRITE },
		{ NULL, false, ZTA_SANDBOX_READ } };
	zta_status status =
	    zta_sandbox__files(paths, sizeof(paths) / sizeof(paths[0]), NULL);

	return status == ZTA_OK        ? 0 :
	    status == ZTA_EUNAVAILABLE ? UNAVAILABLE :
					 99;
}

/* The number of the first that is not as it should be. */
static int
files(void)
{
	const struct {
		const char *name;
		int flags, expected;
	} tried[] = {
		{ "read/file", O_RDONLY, 0 },
		{ "read/file", O_WRONLY, EACCES },
		{ "read/new", O_WRONLY | O_CREAT, EACCES },
		{ "write/file", O_RDWR, 0 },
		{ "write/file", O_WRONLY | O_TRUNC, 0 },
		{ "write/new", O_WRONLY | O_CREAT, 0 },
		/* What stands beside it is in the directory that is meant. */
		{ "apart/other", O_RDONLY, 0 },
		{ "apart/other", O_WRONLY, EACCES },
		{ "read/../write/file", O_RDONLY, 0 },
		{ "outside", O_WRONLY | O_CREAT, EACCES },
		{ "links/file", O_RDONLY, 0 }, /* by where it leads */
		{ "links", O_RDONLY | O_DIRECTORY, 0 },
		{ "links/real", O_RDONLY, EACCES },
		{ "../../etc/passwd", O_RDONLY, EACCES },
	};
	int i, code = enter();

	for (i = 0; code == 0 && i < (int)(sizeof(tried) / sizeof(tried[0]));
	     i++) {
		if (try_open(at(tried[i].name), tried[i].flags) !=
		    tried[i].expected) {
			code = i + 1;
		}
	}
	if (code == 0 && rename(at("write/new"), at("write/newer")) != 0) {
		code = 90;
	}
	if (code == 0 && rename(at("write/newer"), at("read/newer")) == 0) {
		code = 91;
	}
	return code != 0 ? code : unlink(at("write/newer")) != 0;
}

static void
test_sandbox__opens_what_it_may(void **state)
{
	int end = end_of(files);

	(void)state;
	if (end == UNAVAILABLE) {
		print_message("the kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(end, 0);
}

/* A link that is followed: both its directory and that of its end. */
static int
links(void)
{
	const zta_sandbox_path path = { at("links/file"), true,
		ZTA_SANDBOX_READ };
	zta_status status = zta_sandbox__files(&path, 1, NULL);

	return status == ZTA_EUNAVAILABLE                  ? UNAVAILABLE :
	    status != ZTA_OK                               ? 99 :
	    try_open(at("links/file"), O_RDONLY) != 0      ? 1 :
	    try_open(at("read/file"), O_RDONLY) != 0       ? 2 :
	    try_open(at("apart/file"), O_RDONLY) != EACCES ? 3 :
							     0;
}

static void
test_sandbox__follows_links(void **state)
{
	int end = end_of(links);

	(void)state;
	if (end == UNAVAILABLE) {
		skip();
	}
	assert_int_equal(end, 0);
}

/* --- calls */

static int
enter_calls(zta_sandbox_calls which)
{
	zta_status status = zta_sandbox__calls(which, NULL);

	return status == ZTA_OK        ? 0 :
	    status == ZTA_EUNAVAILABLE ? UNAVAILABLE :
					 99;
}

static void *
nothing(void *context)
{
	return context;
}

static bool
may_not(long result)
{
	return result < 0 && errno == EPERM;
}

static int
server(void)
{
	char *const args[] = { (char *)(uintptr_t) "/bin/true", NULL };
	pthread_t thread;
	pid_t pid;
	int code = enter_calls(ZTA_SANDBOX_SERVER);

	if (code != 0) {
		return code;
	}
	if (!may_not(execv(args[0], args))) {
		return 1;
	}
	pid = fork();
	if (pid == 0) {
		_exit(0);
	}
	if (!may_not(pid)) {
		return 2;
	}
	if (!may_not(ptrace(PTRACE_TRACEME, 0, NULL, NULL))) {
		return 3;
	}
	if (!may_not(socket(AF_PACKET, SOCK_RAW, 0))) {
		return 4;
	}
	if (!may_not(setuid(getuid()))) {
		return 5;
	}
	if (!may_not(kill(getppid(), 0))) {
		return 6;
	}
	/* What it lives of. */
	if (pthread_create(&thread, NULL, nothing, NULL) != 0 ||
	    pthread_join(thread, NULL) != 0) {
		return 7;
	}
	return try_open(at("read/file"), O_RDONLY) != 0 ||
	    close(socket(AF_INET, SOCK_STREAM, 0)) != 0;
}

static void
test_sandbox__server_starts_nothing(void **state)
{
	int end = end_of(server);

	(void)state;
	if (end == UNAVAILABLE) {
		skip();
	}
	assert_int_equal(end, 0);
}

static int
keeper(void)
{
	char *grown;
	int pair[2], code;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0) {
		return 98;
	}
	code = enter_calls(ZTA_SANDBOX_KEEPER);
	if (code != 0) {
		return code;
	}
	grown = malloc((size_t)1 << 24);
	code = grown == NULL || send(pair[0], "x", 1, MSG_NOSIGNAL) != 1 ||
	    recv(pair[1], grown, 1, 0) != 1 ||
	    try_open(at("read/file"), O_RDONLY) != 0;
	free(grown);
	return code;
}

static int
keeper_connects(void)
{
	int code = enter_calls(ZTA_SANDBOX_KEEPER);

	return code != 0 ? code : socket(AF_INET, SOCK_STREAM, 0);
}

static int
keeper_runs_data(void)
{
	int code = enter_calls(ZTA_SANDBOX_KEEPER);

	return code != 0 ?
	    code :
	    mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0) == MAP_FAILED;
}

static int
keeper_renames(void)
{
	int code = enter_calls(ZTA_SANDBOX_KEEPER);

	return code != 0 ? code : rename(at("read/file"), at("read/other"));
}

static void
test_sandbox__keeper_ends_where_it_may_not(void **state)
{
	int end = end_of(keeper);

	(void)state;
	if (end == UNAVAILABLE) {
		skip();
	}
	assert_int_equal(end, 0);
	assert_int_equal(end_of(keeper_connects), -SIGSYS);
	assert_int_equal(end_of(keeper_runs_data), -SIGSYS);
	assert_int_equal(end_of(keeper_renames), -SIGSYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sandbox__opens_what_it_may),
		cmocka_unit_test(test_sandbox__follows_links),
		cmocka_unit_test(test_sandbox__server_starts_nothing),
		cmocka_unit_test(test_sandbox__keeper_ends_where_it_may_not),
	};

	return cmocka_run_group_tests_name("sandbox", tests, setup, tear_down);
}
