/* SPDX-License-Identifier: Apache-2.0 */
/* test_watched.c - every way in which a file changes is seen, once. */
#include "tests.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/watched.h"

static char dir[] = "/tmp/test-watched.XXXXXX";
static char name[64], other[64], aside[64];

static void
put(const char *path, const char *text, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

/* Time stamps of files move in steps of some milliseconds. */
static void
wait_ms(unsigned ms)
{
	assert_int_equal(usleep(ms * 1000), 0);
}

static void
append(void)
{
	put(name, "more", O_APPEND);
}

static void
write_over(void)
{
	wait_ms(20);
	put(name, "S", 0);
}

static void
replace(void)
{
	put(other, "start", O_TRUNC);
	assert_int_equal(rename(other, name), 0);
}

static void
move_away(void)
{
	assert_int_equal(rename(name, aside), 0);
}

static void
move_back(void)
{
	assert_int_equal(rename(aside, name), 0);
}

static void delete (void)
{
	assert_int_equal(unlink(name), 0);
}

static void
create(void)
{
	put(name, "again", 0);
}

static void
test_watched__sees_each_change_once(void **state)
{
	static void (*const changes[])(void) = { append, write_over, replace,
		move_away, move_back, append, delete, create, replace, append };
	bool (*const ways[])(
	    zta_watched *) = { zta_watched__look, zta_watched__glance };
	size_t i, w;

	(void)state;
	for (w = 0; w < 2; w++) {
		zta_watched file = { .path = name };

		put(name, "start", O_TRUNC);
		assert_true(ways[w](&file));
		assert_false(ways[w](&file));
		for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
			changes[i]();
			assert_true(ways[w](&file));
			assert_false(ways[w](&file));
			assert_false(ways[w](&file));
		}
		zta_watched__close(&file);
	}
}

/* What was looked at by name in between is what the next glance goes by. */
static void
test_watched__glances_after_a_look(void **state)
{
	zta_watched file = { .path = name };

	(void)state;
	put(name, "start", O_TRUNC);
	assert_true(zta_watched__glance(&file));
	replace();
	assert_true(zta_watched__look(&file));
	assert_false(zta_watched__glance(&file));
	append();
	assert_true(zta_watched__glance(&file));
	zta_watched__close(&file);
	zta_watched__close(&file);
}

/* Then the file itself does not tell: as where a volume is projected. */
static void
test_watched__sees_a_link_that_is_turned(void **state)
{
	zta_watched file = { .path = name };

	(void)state;
	(void)unlink(name);
	put(other, "one", O_TRUNC);
	put(aside, "two", O_TRUNC);
	assert_int_equal(symlink(other, name), 0);
	assert_true(zta_watched__glance(&file));
	assert_int_equal(unlink(name), 0);
	assert_int_equal(symlink(aside, name), 0);
	wait_ms(ZTA_WATCHED_NAME_MS + 50);
	assert_true(zta_watched__glance(&file));
	assert_false(zta_watched__glance(&file));
	zta_watched__close(&file);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(unlink(aside), 0);
}

static int
begin(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(name, sizeof(name), "%s/file", dir);
	(void)snprintf(other, sizeof(other), "%s/other", dir);
	(void)snprintf(aside, sizeof(aside), "%s/aside", dir);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_watched__sees_each_change_once),
		cmocka_unit_test(test_watched__glances_after_a_look),
		cmocka_unit_test(test_watched__sees_a_link_that_is_turned),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
