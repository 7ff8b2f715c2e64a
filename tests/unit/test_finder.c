/* SPDX-License-Identifier: Apache-2.0 */
/* test_finder.c - page tokens of searches. SPEC: docs/formats/search.md */
#include "tests.h"

#include "pdp/finder.h"

static const zta_finder finder = { .key = "0123456789abcdef0123456789abcde" };
static const zta_str query = { "query-query-query-query-query-32", 32 };

static zta_status
read_page(
    const zta_finder *with, zta_str asked, const char *token, uint64_t *at)
{
	return zta_finder__read_page(
	    with, asked, (zta_str){ token, ZTA_PAGE_TOKEN_LEN }, at);
}

static void
test_finder__tokens_say_where(void **state)
{
	static const uint64_t places[] = { 0, 1, 255, 256,
		(uint64_t)UINT32_MAX + 1, UINT64_MAX };
	char token[ZTA_PAGE_TOKEN_LEN];
	uint64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		assert_int_equal(
		    zta_finder__put_page(&finder, query, places[i], token),
		    ZTA_OK);
		at = 7;
		assert_int_equal(read_page(&finder, query, token, &at), ZTA_OK);
		assert_true(at == places[i]);
	}
}

static void
test_finder__every_byte_counts(void **state)
{
	char token[ZTA_PAGE_TOKEN_LEN], changed[ZTA_PAGE_TOKEN_LEN];
	uint64_t at;
	size_t i;

	(void)state;
	assert_int_equal(
	    zta_finder__put_page(&finder, query, 1234, token), ZTA_OK);
	for (i = 0; i < sizeof(token); i++) {
		memcpy(changed, token, sizeof(token));
		changed[i] = changed[i] == 'A' ? 'E' : 'A';
		assert_int_equal(
		    read_page(&finder, query, changed, &at), ZTA_EUNTRUSTED);
		assert_true(at == 0);
	}
}

static void
test_finder__tokens_are_of_one_search(void **state)
{
	const zta_str other = { "query-query-query-query-query-33", 32 };
	zta_finder another = finder;
	char token[ZTA_PAGE_TOKEN_LEN];
	uint64_t at;
	size_t len;

	(void)state;
	assert_int_equal(
	    zta_finder__put_page(&finder, query, 1234, token), ZTA_OK);
	assert_int_equal(read_page(&finder, other, token, &at), ZTA_EUNTRUSTED);
	another.key[0] ^= 1;
	assert_int_equal(
	    read_page(&another, query, token, &at), ZTA_EUNTRUSTED);
	for (len = 0; len < sizeof(token); len++) {
		assert_int_equal(zta_finder__read_page(&finder, query,
				     (zta_str){ token, len }, &at),
		    ZTA_EUNTRUSTED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finder__tokens_say_where),
		cmocka_unit_test(test_finder__every_byte_counts),
		cmocka_unit_test(test_finder__tokens_are_of_one_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
