/* SPDX-License-Identifier: Apache-2.0 */
/* test_used.c - an id is good once, as long as it is kept. */
#include "tests.h"

#include "base/limits.h"
#include "identity/used.h"

#define KEEP_MS 1000

static zta_status
take_in(zta_used *n, uint64_t call, unsigned key, uint64_t nonce, int64_t now)
{
	unsigned char owner[ZTA_USED_OWNER_LEN] = { (unsigned char)key };

	const zta_use use = { .owner = owner,
		.id = { (const char *)&nonce, sizeof(nonce) },
		.call = call,
		.now = now,
		.until = now + KEEP_MS };

	return zta_used__take(n, &use, NULL);
}

static zta_status
take(zta_used *n, unsigned key, uint64_t nonce, int64_t now)
{
	return take_in(n, 0, key, nonce, now);
}

static zta_used *
open(void)
{
	zta_used *n;

	assert_int_equal(zta_used__open(&n, NULL), ZTA_OK);
	return n;
}

static void
test_used__once(void **state)
{
	zta_used *n = open();

	(void)state;
	assert_int_equal(take(n, 1, 1, 0), ZTA_OK);
	assert_int_equal(take(n, 1, 1, 0), ZTA_EUNTRUSTED);
	assert_int_equal(take(n, 2, 1, 0), ZTA_OK);
	assert_int_equal(take(n, 1, 2, 0), ZTA_OK);
	assert_int_equal(take(n, 1, 1, KEEP_MS), ZTA_EUNTRUSTED);
	assert_int_equal(take(n, 1, 1, KEEP_MS + 1), ZTA_OK);
	assert_int_equal(take(n, 1, 1, KEEP_MS + 2), ZTA_EUNTRUSTED);
	/* The same call is judged twice, another one is not. */
	assert_int_equal(take_in(n, 7, 3, 1, 0), ZTA_OK);
	assert_int_equal(take_in(n, 7, 3, 1, 1), ZTA_OK);
	assert_int_equal(take_in(n, 8, 3, 1, 1), ZTA_EUNTRUSTED);
	assert_int_equal(take_in(n, 0, 3, 1, 1), ZTA_EUNTRUSTED);
	zta_used__close(n);
	zta_used__close(NULL);
}

/* Full, it takes no more, and forgets none before its time. */
static void
test_used__full(void **state)
{
	zta_used *n = open();
	uint64_t count = 0, i;
	int64_t now;

	(void)state;
	while (take(n, 1, count, 0) == ZTA_OK) {
		count++;
	}
	assert_int_equal(count, ZTA_USED_SHARE_MAX);
	assert_int_equal(take(n, 1, count, KEEP_MS), ZTA_EUNAVAILABLE);
	for (i = 0; i < count; i++) {
		assert_int_equal(take(n, 1, i, KEEP_MS), ZTA_EUNTRUSTED);
	}
	/* Others have room, but for those who share it. */
	for (i = 2; i < 66 && take(n, (unsigned)i, 0, KEEP_MS) != ZTA_OK; i++) {
	}
	assert_true(i < 66);
	/* Round and round, a few at a time. */
	for (now = KEEP_MS + 1, i = 0; i < 3 * count; i++) {
		now += i % 60 == 0;
		assert_int_equal(take(n, 1, i, now), ZTA_OK);
		assert_int_equal(take(n, 1, i, now), ZTA_EUNTRUSTED);
		assert_int_equal(
		    take(n, 1, i < 50 ? 0 : i - 50, now), ZTA_EUNTRUSTED);
	}
	zta_used__close(n);
}

/* One that is kept for long does not keep the others, and is not forgotten. */
static void
test_used__one_for_long(void **state)
{
	const unsigned char owner[ZTA_USED_OWNER_LEN] = { 1 };
	const zta_use use = {
		.owner = owner, .id = ZTA_STR("long"), .until = 100 * KEEP_MS
	};
	zta_used *n = open();
	uint64_t i, round;
	int64_t now;

	(void)state;
	assert_int_equal(zta_used__take(n, &use, NULL), ZTA_OK);
	for (round = 0, now = 0; round < 3; round++, now += 2 * KEEP_MS) {
		for (i = 0; i < ZTA_USED_SHARE_MAX - 1; i++) {
			assert_int_equal(take(n, 1, i, now), ZTA_OK);
		}
		assert_int_equal(take(n, 1, i, now), ZTA_EUNAVAILABLE);
		assert_int_equal(take(n, 1, 0, now + KEEP_MS), ZTA_EUNTRUSTED);
		assert_int_equal(zta_used__take(n, &use, NULL), ZTA_EUNTRUSTED);
	}
	zta_used__close(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_used__once),
		cmocka_unit_test(test_used__full),
		cmocka_unit_test(test_used__one_for_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
