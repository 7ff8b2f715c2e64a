/* SPDX-License-Identifier: Apache-2.0 */
/* test_uri.c - one target, one spelling. SPEC: rfc3986 6.2.2, 6.2.3 */
#include "tests.h"

#include "base/uri.h"

static const char *const no_targets[] = { "", "http:", "http://", "https:///x",
	"ftp://a/", "httpsx://a/", "http//a/", "//a/", "/x", "a",
	"http://user@a/", "http://a:b/", "http://a:1:2/", "http://a:123456/",
	"http://[::1/", "http://[::1]x/", "http://a%2eb/", "http://a b/",
	"http://a/%", "http://a/%2", "http://a/%2g", "http://a/ ",
	"http://a/\\", "http://a/\x80", "http://:80/" };

static const struct {
	const char *from, *to;
} targets[] = {
	{ "https://a", "https://a/" },
	{ "HTTPS://A.Example:443/x", "https://a.example/x" },
	{ "http://a:80", "http://a/" },
	{ "http://a:443", "http://a:443/" },
	{ "https://a:80/", "https://a:80/" },
	{ "https://a:/", "https://a/" },
	{ "http://[::1]:80/x", "http://[::1]/x" },
	{ "https://a/x?y#z", "https://a/x" },
	{ "https://a?y", "https://a/" },
	{ "https://a#/y", "https://a/" },
	{ "https://a/x#y?z", "https://a/x" },
	{ "https://a/%7eb/%2f%C3%bc", "https://a/~b/%2F%C3%BC" },
	{ "https://a/b/./c/../d", "https://a/b/d" },
	{ "https://a/b/%2e%2E/c", "https://a/c" },
	{ "https://a/../../x", "https://a/x" },
	{ "https://a/b/..", "https://a/" },
	{ "https://a/b/.", "https://a/b/" },
	{ "https://a//b", "https://a//b" },
	{ "https://a//..", "https://a/" },
	{ "https://a/...", "https://a/..." },
	{ "https://a/B", "https://a/B" },
};

static void
test_uri__has_one_spelling(void **state)
{
	zta_buf buf;
	size_t i;

	(void)state;
	zta_buf__init(&buf, SIZE_MAX);
	for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		zta_buf__clear(&buf);
		assert_true(
		    zta_uri__put_target(&buf, zta_str_of(targets[i].from)));
		if (!zta_str__is(zta_buf__str(&buf), targets[i].to)) {
			fail_msg("%s: %.*s", targets[i].from,
			    ZTA_STR_ARG(zta_buf__str(&buf)));
		}
		assert_true(zta_uri__same_target(
		    zta_str_of(targets[i].from), zta_str_of(targets[i].to)));
	}
	zta_buf__release(&buf);
}

static void
test_uri__refuses_what_is_no_target(void **state)
{
	zta_str text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(no_targets) / sizeof(no_targets[0]); i++) {
		text = zta_str_of(no_targets[i]);
		if (zta_uri__same_target(text, text)) {
			fail_msg("%s", no_targets[i]);
		}
	}
	assert_false(zta_uri__same_target(
	    (zta_str){ "http://a/\0", 10 }, (zta_str){ "http://a/\0", 10 }));
	assert_false(
	    zta_uri__same_target(ZTA_STR("http://a/"), ZTA_STR("https://a/")));
}

/* SPEC: rfc3986 2.3 */
static void
test_uri__escapes_all_but_the_unreserved(void **state)
{
	zta_buf buf;

	(void)state;
	zta_buf__init(&buf, SIZE_MAX);
	zta_uri__put_escaped(&buf, ZTA_STR("aZ09-._~ +&=%/\0\xc3\xa9"));
	assert_true(zta_str__is(
	    zta_buf__str(&buf), "aZ09-._~%20%2B%26%3D%25%2F%00%C3%A9"));
	zta_buf__release(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uri__has_one_spelling),
		cmocka_unit_test(test_uri__refuses_what_is_no_target),
		cmocka_unit_test(test_uri__escapes_all_but_the_unreserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
