/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_grants_fault.c - a disk that fails, under the file of grants. The linker
 * wraps the calls that change it, of which the nth fails, alone or with all that
 * come after, as when the power goes. Then the file says what it said before, or
 * what it was to say; and if the change is told to be done, it is on the disk.
 * SPEC: docs/formats/delegation.md
 */
#include "tests.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "grants_made.h"
#include "trust/grants.h"

ssize_t __real_write(int fd, const void *bytes, size_t len);
int __real_fsync(int fd);
int __real_fdatasync(int fd);
int __real_ftruncate(int fd, off_t size);
int __real_rename(const char *from, const char *to);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_rename(const char *from, const char *to);

static long countdown = -1; /* negative: none fails */
static bool power_goes;     /* and nothing works any more */
static bool failed;
/* What is on the disk for sure. */
static ino_t synced;
static off_t synced_size;

static bool
fails(void)
{
	if (countdown < 0 || (countdown > 0 && countdown-- > 0)) {
		return false;
	}
	countdown = power_goes ? 0 : -1;
	failed = true;
	errno = EIO;
	return true;
}

/* One that fails has written half of it. */
ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
	bool first = !failed;

	if (!fails()) {
		return __real_write(fd, bytes, len);
	}
	if (first) {
		(void)!__real_write(fd, bytes, len / 2);
	}
	errno = EIO;
	return -1;
}

static void
note_sync(int fd)
{
	struct stat info;

	assert_int_equal(fstat(fd, &info), 0);
	if (S_ISREG(info.st_mode)) {
		synced = info.st_ino;
		synced_size = info.st_size;
	}
}

int
__wrap_fsync(int fd)
{
	if (fails()) {
		return -1;
	}
	note_sync(fd);
	return __real_fsync(fd);
}

int
__wrap_fdatasync(int fd)
{
	if (fails()) {
		return -1;
	}
	note_sync(fd);
	return __real_fdatasync(fd);
}

int
__wrap_ftruncate(int fd, off_t size)
{
	return fails() ? -1 : __real_ftruncate(fd, size);
}

/* What comes into place is on the disk. */
int
__wrap_rename(const char *from, const char *to)
{
	struct stat info;

	if (fails()) {
		return -1;
	}
	assert_int_equal(stat(from, &info), 0);
	assert_true(info.st_ino == synced && info.st_size == synced_size);
	return __real_rename(from, to);
}

/* --- changes */

static char path[64];

static zta_str
named(const char *jti)
{
	const grant_member changes[] = { { "jti", jti }, { "once", "true" },
		{ "exp",
		    strstr(jti, "ended") != NULL ? "1767225601" :
						   "1767229200" },
		{ NULL, NULL } };

	return made_grant(&arena, changes, ZTA_GRANT_TYP, "k", key);
}

static zta_status
add_one(void)
{
	static zta_str token;

	if (token.ptr == NULL) {
		token = named("\"grant-number-0003\"");
	}
	return zta_delegation_add(path, token, GRANT_NOW, NULL);
}

static zta_status
revoke_one(void)
{
	return zta_delegation_revoke(
	    path, ZTA_STR("grant-number-0002"), GRANT_NOW, NULL);
}

static zta_status
use(void)
{
	zta_followed followed = { 0 };
	zta_taken_grants taken;
	zta_grant_finding finding = ZTA_GRANT_HOLDS;
	zta_status status =
	    zta_followed__open(&followed, &zta_grants__class, path, NULL, NULL);

	if (status == ZTA_OK) {
		status = zta_grants__take(&followed, NULL,
		    ZTA_STR("grant-number-0002"), &arena, &taken, &finding,
		    NULL);
	}
	if (status == ZTA_OK) {
		status = zta_grants__use(&followed, &taken, 0, &finding, NULL);
	}
	assert_int_equal(finding, ZTA_GRANT_HOLDS);
	zta_followed__close(&followed);
	return status;
}

static zta_status
compact(void)
{
	zta_grants g;
	zta_status status = zta_grants__read(&g, path, NULL);

	if (status == ZTA_OK) {
		status = zta_grants__compact(&g, path, GRANT_NOW + 1000, NULL);
	}
	zta_grants__release(&g);
	return status;
}

/* A letter for each grant, in the order of the file. */
static void
look(char *known)
{
	zta_grants g;
	uint32_t i;

	assert_int_equal(zta_grants__read(&g, path, NULL), ZTA_OK);
	for (i = 0; i < g.count; i++) {
		*known++ = g.list[i].revoked ? '-' : g.list[i].used ? '1' : '+';
	}
	*known = '\0';
	zta_grants__release(&g);
}

/* The nth call fails. False: there were not so many. */
static bool
fail_at(long n, const struct stat *was, zta_status (*change)(void),
    const char *before, const char *after)
{
	char known[16];
	struct stat info;
	zta_status status;

	countdown = n;
	failed = false;
	status = change();
	countdown = -1;
	look(known);
	if (status == ZTA_OK) {
		assert_string_equal(known, after);
		assert_int_equal(stat(path, &info), 0);
		assert_true(info.st_ino == synced);
		assert_true(info.st_size == synced_size);
	} else if (strcmp(known, after) != 0) {
		assert_string_equal(known, before);
		assert_int_equal(stat(path, &info), 0);
		/* Taken back, unless nothing worked any more. */
		assert_true(power_goes || info.st_size == was->st_size);
	}
	return failed;
}

static void
run(zta_status (*change)(void), const char *before, const char *after)
{
	struct stat was;
	zta_status status;
	zta_str good;
	long n;

	assert_int_equal(
	    zta_file__read(&arena, path, (size_t)1 << 20, &good, NULL), ZTA_OK);
	for (n = 0;; n++) {
		assert_int_equal(
		    zta_file__replace(path, 0600, good, NULL), ZTA_OK);
		assert_int_equal(stat(path, &was), 0);
		if (!fail_at(n, &was, change, before, after)) {
			break;
		}
		/* Whoever comes next finds it in order. */
		status = add_one();
		assert_true(status == ZTA_OK || status == ZTA_EEXIST);
		assert_int_equal(revoke_one(), ZTA_OK);
	}
	/* The write and the sync at the least. */
	assert_true(n >= 2);
	assert_int_equal(zta_file__replace(path, 0600, good, NULL), ZTA_OK);
}

static void
test_grants__survive_a_disk_that_fails(void **state)
{
	static const struct {
		zta_status (*change)(void);
		const char *before, *after;
	} cases[] = { { add_one, "+++", "++++" }, { revoke_one, "+++", "++-" },
		{ use, "+++", "++1" }, { compact, "+++", "++" } };
	size_t i;

	(void)state;
	assert_int_equal(
	    zta_delegation_add(
		path, named("\"grant-that-has-ended\""), GRANT_NOW, NULL),
	    ZTA_OK);
	assert_int_equal(zta_delegation_add(path,
			     named("\"grant-number-0001\""), GRANT_NOW, NULL),
	    ZTA_OK);
	assert_int_equal(zta_delegation_add(path,
			     named("\"grant-number-0002\""), GRANT_NOW, NULL),
	    ZTA_OK);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (power_goes = false;; power_goes = true) {
			run(cases[i].change, cases[i].before, cases[i].after);
			if (power_goes) {
				break;
			}
		}
	}
}

static int
setup(void **state)
{
	(void)state;
	set_up_grants();
	(void)snprintf(path, sizeof(path), "%s/grants", dir);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grants__survive_a_disk_that_fails),
	};

	return cmocka_run_group_tests_name(
	    "grants_fault", tests, setup, tear_down_grants);
}
