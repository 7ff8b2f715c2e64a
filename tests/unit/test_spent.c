/* SPDX-License-Identifier: Apache-2.0 */
/* test_spent.c - what was used stays used. SPEC: docs/formats/seal.md, once */
#include "tests.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "identity/spent.h"

#define NOW INT64_C(1767225600000)
#define HOUR INT64_C(3600000)
#define ENTRY 32

static char dir[] = "/tmp/test_spent.XXXXXX";
static char path[64];

static int
set_up(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

static zta_spent *
open_at(int64_t now)
{
	zta_spent *s;
	zta_error err = { 0 };

	if (zta_spent__open(&s, path, now, &err) != ZTA_OK) {
		fail_msg("%s: %s", err.place, err.message);
	}
	return s;
}

static zta_status
take(zta_spent *s, uint32_t number, int64_t now, int64_t until)
{
	const zta_str id = { (const char *)&number, sizeof(number) };

	return zta_spent__take(s, id, now, until, NULL);
}

static off_t
size(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

static void
put(zta_str content)
{
	assert_int_equal(zta_file__replace(path, 0600, content, NULL), ZTA_OK);
}

static zta_str
contents(zta_arena *arena)
{
	zta_str text;

	assert_int_equal(
	    zta_file__read(arena, path, 1 << 20, &text, NULL), ZTA_OK);
	return text;
}

static void
test_spent__once(void **state)
{
	zta_spent *s = open_at(NOW);
	struct stat st;

	(void)state;
	assert_int_equal(take(s, 1, NOW, NOW + HOUR), ZTA_OK);
	assert_int_equal(take(s, 1, NOW, NOW + HOUR), ZTA_EUNTRUSTED);
	assert_int_equal(take(s, 2, NOW, NOW + HOUR), ZTA_OK);
	zta_spent__close(s);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	zta_spent__close(NULL);
}

/* A server that is killed right after a use has not forgotten it. */
static void
test_spent__survives(void **state)
{
	zta_spent *s;
	pid_t pid = fork();
	int code;

	(void)state;
	if (pid == 0) {
		s = open_at(NOW);
		if (take(s, 1, NOW, NOW + HOUR) == ZTA_OK) {
			(void)raise(SIGKILL);
		}
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_true(WIFSIGNALED(code));
	s = open_at(NOW + HOUR);
	assert_int_equal(take(s, 1, NOW, NOW + HOUR), ZTA_EUNTRUSTED);
	zta_spent__close(s);
	/* What has ended is forgotten with the next start, and not before. */
	assert_int_equal(size(), 2 * ENTRY);
	s = open_at(NOW + HOUR + 1);
	assert_int_equal(size(), ENTRY);
	assert_int_equal(take(s, 1, NOW, NOW + HOUR), ZTA_OK);
	zta_spent__close(s);
}

/* The file is as long as what lasts, not as what was used. */
static void
test_spent__is_bounded(void **state)
{
	zta_spent *s = open_at(NOW);
	uint32_t i;

	(void)state;
	for (i = 0; i < 700; i++) {
		assert_int_equal(take(s, i, NOW + i, NOW + i + 100), ZTA_OK);
	}
	assert_true(size() <= (1 + 512) * ENTRY);
	for (i = 650; i < 700; i++) {
		assert_int_equal(
		    take(s, i, NOW + 700, NOW + 800), ZTA_EUNTRUSTED);
	}
	zta_spent__close(s);
	/* It grows with what lasts, and loses none of it. */
	s = open_at(NOW + HOUR);
	for (i = 0; i < 1100; i++) {
		assert_int_equal(
		    take(s, i, NOW + HOUR, NOW + 2 * HOUR), ZTA_OK);
	}
	for (i = 0; i < 1100; i++) {
		assert_int_equal(
		    take(s, i, NOW + HOUR, NOW + 2 * HOUR), ZTA_EUNTRUSTED);
	}
	assert_int_equal(size(), 1101 * ENTRY);
	zta_spent__close(s);
}

/* Bytes of each part of the file, changed, and the file cut there. */
static void
test_spent__damage(void **state)
{
	zta_arena arena;
	zta_spent *s = open_at(NOW);
	zta_str good, bad;
	zta_status status;
	size_t i;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < 3; i++) {
		assert_int_equal(take(s, (uint32_t)i, NOW, NOW + HOUR), ZTA_OK);
	}
	zta_spent__close(s);
	good = contents(&arena);
	assert_int_equal(good.len, 4 * ENTRY);
	for (i = 0; i < good.len; i += 5) {
		bad = zta_arena__copy(&arena, good);
		((char *)(uintptr_t)bad.ptr)[i] ^= 1;
		put(bad);
		status = zta_spent__open(&s, path, NOW, NULL);
		/* The last entry may be one that was not finished. */
		assert_int_equal(status, i < 3 * ENTRY ? ZTA_EINVALID : ZTA_OK);
		zta_spent__close(s);
		put((zta_str){ good.ptr, i });
		status = zta_spent__open(&s, path, NOW, NULL);
		assert_int_equal(status, i < ENTRY ? ZTA_EINVALID : ZTA_OK);
		if (status == ZTA_OK) {
			assert_int_equal(take(s, 0, NOW, NOW + HOUR),
			    i < 2 * ENTRY ? ZTA_OK : ZTA_EUNTRUSTED);
		}
		zta_spent__close(s);
	}
	zta_arena__release(&arena);
}

/* A full disk uses up nothing, and is forgotten when there is room again. */
static void
test_spent__full_disk(void **state)
{
	const struct rlimit none = { 3 * ENTRY + 5, RLIM_INFINITY };
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	zta_spent *s = open_at(NOW);

	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(take(s, 1, NOW, NOW + HOUR), ZTA_OK);
	assert_int_equal(take(s, 2, NOW, NOW + HOUR), ZTA_OK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(take(s, 3, NOW, NOW + HOUR), ZTA_EUNAVAILABLE);
	assert_int_equal(take(s, 3, NOW, NOW + HOUR), ZTA_EUNAVAILABLE);
	assert_int_equal(take(s, 1, NOW, NOW + HOUR), ZTA_EUNTRUSTED);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	assert_int_equal(take(s, 3, NOW, NOW + HOUR), ZTA_OK);
	assert_int_equal(take(s, 3, NOW, NOW + HOUR), ZTA_EUNTRUSTED);
	zta_spent__close(s);
	assert_int_equal(size(), 4 * ENTRY);
	s = open_at(NOW);
	assert_int_equal(take(s, 2, NOW, NOW + HOUR), ZTA_EUNTRUSTED);
	assert_int_equal(take(s, 3, NOW, NOW + HOUR), ZTA_EUNTRUSTED);
	zta_spent__close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_spent__once, set_up),
		cmocka_unit_test_setup(test_spent__survives, set_up),
		cmocka_unit_test_setup(test_spent__is_bounded, set_up),
		cmocka_unit_test_setup(test_spent__damage, set_up),
		cmocka_unit_test_setup(test_spent__full_disk, set_up),
	};
	int failed;

	if (mkdtemp(dir) == NULL) {
		return 1;
	}
	(void)snprintf(path, sizeof(path), "%s/used", dir);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	(void)rmdir(dir);
	return failed;
}
