/* SPDX-License-Identifier: Apache-2.0 */
/* test_followed.c - a file that is read anew, also after it could not be. */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "identity/followed.h"

static char path[] = "/tmp/test-followed.XXXXXX";
static int content, loads, told;
static bool fails;

static zta_status
load(void **out, const char *from, zta_error *err)
{
	(void)from;
	loads++;
	if (fails) {
		return zta_error__set(err, ZTA_EIO, "no descriptor is left");
	}
	content++;
	*out = &content;
	return ZTA_OK;
}

static void
forget(void *what)
{
	(void)what;
}

static void
tell(const zta_error *why)
{
	(void)why;
	told++;
}

static int
enter(zta_followed *f)
{
	const int *got = zta_followed__enter(f);
	int value = *got;

	zta_followed__leave(f);
	return value;
}

static void
change(void)
{
	FILE *f = fopen(path, "a");

	assert_non_null(f);
	assert_true(fputc('x', f) == 'x');
	assert_int_equal(fclose(f), 0);
}

/* One failure that passes must not hide what the file says. */
static void
test_followed__reads_again_what_could_not_be_read(void **state)
{
	static const zta_followed_class class = { .load = load,
		.forget = forget };
	zta_followed f;
	int tries;

	(void)state;
	assert_int_equal(close(mkstemp(path)), 0);
	assert_int_equal(
	    zta_followed__open(&f, &class, path, tell, NULL), ZTA_OK);
	assert_int_equal(enter(&f), 1);
	assert_int_equal(loads, 1);
	fails = true;
	change();
	assert_int_equal(enter(&f), 1);
	assert_int_equal(enter(&f), 1);
	/* Not at each look, and it is told once. */
	assert_int_equal(loads, 2);
	assert_int_equal(told, 1);
	fails = false;
	for (tries = 0; enter(&f) == 1 && tries < 100; tries++) {
		assert_int_equal(usleep(ZTA_FOLLOWED_AGAIN_MS * 1000 / 10), 0);
	}
	assert_int_equal(enter(&f), 2);
	assert_int_equal(loads, 3);
	/* A failure that stays is told of once, too. */
	fails = true;
	change();
	for (tries = 0; loads < 6 && tries < 100; tries++) {
		assert_int_equal(enter(&f), 2);
		assert_int_equal(usleep(ZTA_FOLLOWED_AGAIN_MS * 1000 / 10), 0);
	}
	assert_int_equal(loads, 6);
	assert_int_equal(told, 2);
	zta_followed__close(&f);
	assert_int_equal(unlink(path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_followed__reads_again_what_could_not_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
