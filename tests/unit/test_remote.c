/* SPDX-License-Identifier: Apache-2.0 */
/* test_remote.c - which URLs name a ledger; no secret in one is repeated. */
#include "tests.h"

#include "pap/remote.h"

static const struct {
	const char *url, *zone, *name; /* no zone: refused */
} urls[] = {
	{ "http://h/zones/1/ledgers/main", "1", "main" },
	{ "https://h.example:8443/zones/100000000001/ledgers/a.b_c-d",
	    "100000000001", "a.b_c-d" },
	{ "http://[::1]:80/zones/1/ledgers/main", "1", "main" },
	{ "", NULL, NULL },
	{ "h/zones/1/ledgers/main", NULL, NULL },
	{ "ftp://h/zones/1/ledgers/main", NULL, NULL },
	{ "file:///zones/1/ledgers/main", NULL, NULL },
	{ "http:///zones/1/ledgers/main", NULL, NULL },
	{ "http://h/zones/1/ledgers/", NULL, NULL },
	{ "http://h/zones/1/ledgers/main/", NULL, NULL },
	{ "http://h/zones/1/ledgers/main/refs", NULL, NULL },
	{ "http://h//zones/1/ledgers/main", NULL, NULL },
	{ "http://h/zones/../ledgers/main", NULL, NULL },
	{ "http://h/zones/1/ledgers/-main", NULL, NULL },
	{ "http://h/zones/1/ledgers/main?x=1", NULL, NULL },
	{ "http://h/zones/1/ledgers/main#x", NULL, NULL },
	{ "http://h/zones/1/ledgers/ma%69n", NULL, NULL },
	{ "http://h\r\nx: y/zones/1/ledgers/main", NULL, NULL },
	{ "http://joe:hunter2@h/zones/1/ledgers/main", NULL, NULL },
	{ "http://h/zones/1/ledgers/main?token=hunter2", NULL, NULL },
};

static void
test_remote__urls(void **state)
{
	zta_str zone, name;
	zta_error err;
	zta_status status;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		err = (zta_error){ 0 };
		status = zta_remote__parse(urls[i].url, &zone, &name, &err);
		if ((status == ZTA_OK) != (urls[i].zone != NULL)) {
			fail_msg("%s: %d", urls[i].url, status);
		}
		if (status == ZTA_OK) {
			assert_true(zta_str__is(zone, urls[i].zone));
			assert_true(zta_str__is(name, urls[i].name));
			continue;
		}
		assert_int_equal(status, ZTA_EINVAL);
		assert_non_null(strstr(err.message, "/zones/<zone>/ledgers/"));
		assert_null(strstr(err.message, "hunter2"));
		assert_null(strstr(err.place, "hunter2"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remote__urls),
	};

	return cmocka_run_group_tests_name("remote", tests, NULL, NULL);
}
