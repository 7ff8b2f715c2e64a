/* SPDX-License-Identifier: Apache-2.0 */
/* test_nonces.c - a nonce is good once, as long as it is kept. */
#include "tests.h"

#include "api/nonces.h"

#define KEEP_MS 1000

static zta_status
take(zta_nonces *n, unsigned key, uint64_t nonce, int64_t now)
{
	zta_ssh_key k = { { (unsigned char)key } };
	unsigned char bytes[ZTA_NONCE_LEN] = { 0 };

	memcpy(bytes, &nonce, sizeof(nonce));
	return zta_nonces__take(n, &k, bytes, now, NULL);
}

static zta_nonces *
open(void)
{
	zta_nonces *n;

	assert_int_equal(zta_nonces__open(&n, KEEP_MS, NULL), ZTA_OK);
	return n;
}

static void
test_nonces__once(void **state)
{
	zta_nonces *n = open();

	(void)state;
	assert_int_equal(take(n, 1, 1, 0), ZTA_OK);
	assert_int_equal(take(n, 1, 1, 0), ZTA_EUNTRUSTED);
	assert_int_equal(take(n, 2, 1, 0), ZTA_OK);
	assert_int_equal(take(n, 1, 2, 0), ZTA_OK);
	assert_int_equal(take(n, 1, 1, KEEP_MS), ZTA_EUNTRUSTED);
	assert_int_equal(take(n, 1, 1, KEEP_MS + 1), ZTA_OK);
	assert_int_equal(take(n, 1, 1, KEEP_MS + 2), ZTA_EUNTRUSTED);
	zta_nonces__close(n);
	zta_nonces__close(NULL);
}

/* Full, it takes no more, and forgets none before its time. */
static void
test_nonces__full(void **state)
{
	zta_nonces *n = open();
	uint64_t count = 0, i;
	int64_t now;

	(void)state;
	while (take(n, 1, count, 0) == ZTA_OK) {
		count++;
	}
	assert_int_equal(count, 65536);
	assert_int_equal(take(n, 1, count, KEEP_MS), ZTA_EUNAVAILABLE);
	for (i = 0; i < count; i++) {
		assert_int_equal(take(n, 1, i, KEEP_MS), ZTA_EUNTRUSTED);
	}
	/* Round and round, a few at a time. */
	for (now = KEEP_MS + 1, i = 0; i < 3 * count; i++) {
		now += i % 60 == 0;
		assert_int_equal(take(n, 2, i, now), ZTA_OK);
		assert_int_equal(take(n, 2, i, now), ZTA_EUNTRUSTED);
		assert_int_equal(
		    take(n, 2, i < 50 ? 0 : i - 50, now), ZTA_EUNTRUSTED);
	}
	zta_nonces__close(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nonces__once),
		cmocka_unit_test(test_nonces__full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
