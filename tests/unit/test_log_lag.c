/* SPDX-License-Identifier: Apache-2.0 */
/* test_log_lag.c - a reader that is behind holds up the log, which drops nothing. */
#include "tests.h"

#include "base/limits.h"
#include "log_made.h"

#define LAG 10u

static zta_log *
open_bound(void)
{
	const zta_log_options options = {
		.lanes = 3, .lag_max = LAG, .free_lanes = 1
	};
	zta_log_found found;
	zta_log *log;

	assert_int_equal(
	    zta_log__open(&log, dir, &options, &found, NULL), ZTA_OK);
	return log;
}

static zta_status
write_to(zta_log *log, uint32_t lane)
{
	zta_leaf leaf = sample("buy");
	zta_error err = { 0 };

	return zta_log_lane__write(zta_log__lane(log, lane), &leaf, &err);
}

static int64_t
time_of_write(zta_log *log, uint32_t lane)
{
	int64_t start = zta_time__monotonic_ms();

	assert_int_equal(write_to(log, lane), ZTA_OK);
	return zta_time__monotonic_ms() - start;
}

static void
test_log_lag__slows_then_refuses_then_goes_on(void **state)
{
	zta_log *log = open_bound();
	uint32_t i;

	(void)state;
	zta_log__reached(log, 0, 0);
	for (i = 0; i < 2 * LAG; i++) {
		assert_int_equal(write_to(log, i % 2), ZTA_OK);
	}
	assert_int_equal(write_to(log, 0), ZTA_EUNAVAILABLE);
	assert_int_equal(write_to(log, 1), ZTA_EUNAVAILABLE);
	/* What the server itself writes is slow, and written. */
	assert_true(time_of_write(log, 2) >= 40);
	assert_int_equal(write_to(log, 0), ZTA_EUNAVAILABLE);
	/* At twice the lag it still refuses; at one less it only slows. */
	zta_log__reached(log, 0, 1);
	assert_int_equal(write_to(log, 0), ZTA_EUNAVAILABLE);
	zta_log__reached(log, 0, 2);
	assert_true(time_of_write(log, 0) >= 30);
	zta_log__reached(log, 0, 22);
	assert_int_equal(write_to(log, 0), ZTA_OK);
	zta_log__close(log);
}

/* Whoever is furthest behind counts, and nobody who was not heard of. */
static void
test_log_lag__is_that_of_the_last(void **state)
{
	zta_log *log = open_bound();
	uint32_t i;

	(void)state;
	for (i = 0; i < 3 * LAG; i++) {
		assert_int_equal(write_to(log, 0), ZTA_OK);
	}
	zta_log__reached(log, 0, 3 * LAG);
	assert_int_equal(write_to(log, 0), ZTA_OK);
	zta_log__reached(log, ZTA_LOG_READERS_MAX - 1, 5);
	assert_int_equal(write_to(log, 0), ZTA_EUNAVAILABLE);
	zta_log__reached(log, ZTA_LOG_READERS_MAX - 1, 3 * LAG);
	assert_int_equal(write_to(log, 0), ZTA_OK);
	zta_log__close(log);
}

/* A lag that was there at the start counts from the start. */
static void
test_log_lag__outlasts_a_restart(void **state)
{
	zta_log *log = open_bound();
	uint32_t i;

	(void)state;
	for (i = 0; i < 2 * LAG; i++) {
		assert_int_equal(write_to(log, 0), ZTA_OK);
	}
	zta_log__close(log);
	log = open_bound();
	zta_log__reached(log, 0, 0);
	assert_int_equal(write_to(log, 0), ZTA_EUNAVAILABLE);
	zta_log__close(log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_log_lag__slows_then_refuses_then_goes_on, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_log_lag__is_that_of_the_last, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_log_lag__outlasts_a_restart, setup, teardown),
	};

	return cmocka_run_group_tests_name("log_lag", tests, NULL, NULL);
}
