/* SPDX-License-Identifier: Apache-2.0 */
/* test_ring.c - what was fetched, how long it counts, and who may be asked. */
#include "tests.h"

#include "base/limits.h"
#include "base/str.h"
#include "base/url.h"
#include "identity/ring.h"

static int64_t now;
static zta_ring *ring;
static const zta_str key = { "key", 3 }, other = { "other", 5 };

static int64_t
tell_time(void)
{
	return now;
}

static int
setup(void **state)
{
	(void)state;
	now = 1000000;
	return zta_ring__open(&ring, tell_time, NULL) == ZTA_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	zta_ring__close(ring);
	return 0;
}

static void
put(zta_str name, const char *text, int64_t fresh, int64_t dead, bool standing)
{
	zta_fetched *f = zta_fetched__make(zta_str_of(text));

	assert_non_null(f);
	assert_int_equal(
	    zta_ring__put(ring, name, f, fresh, dead, standing), ZTA_OK);
	zta_fetched__drop(f);
}

/* The text under `name`, "" if there is none, for a call that begins now. */
static bool
holds(zta_str name, const char *text)
{
	zta_ring_view view;
	bool same;

	zta_ring__look(ring, name, name, now, &view);
	same = view.value == NULL ? text[0] == '\0' :
				    zta_str__is(view.value->text, text);
	zta_fetched__drop(view.value);
	return same;
}

static bool
may_fetch(int64_t since)
{
	zta_ring_view view;

	zta_ring__look(ring, key, key, since, &view);
	zta_fetched__drop(view.value);
	return view.may_fetch;
}

static void
test_ring__values_age(void **state)
{
	zta_ring_view view;

	(void)state;
	assert_true(holds(key, ""));
	assert_true(zta_ring__is_due(ring, key));
	put(key, "old", 10, 20, true);
	assert_true(holds(key, "old"));
	assert_false(zta_ring__is_due(ring, key));
	now += 10;
	assert_true(zta_ring__is_due(ring, key));
	assert_true(holds(key, "old"));
	now += 10;
	assert_true(holds(key, ""));
	/* But for the call that it was fetched for. */
	zta_ring__look(ring, key, key, now - 20, &view);
	assert_non_null(view.value);
	assert_true(view.since);
	put(key, "new", 10, 20, true);
	assert_true(holds(key, "new"));
	/* Whoever holds the old one goes on. */
	assert_true(zta_str__is(view.value->text, "old"));
	zta_fetched__drop(view.value);
}

static void
test_ring__versions_differ(void **state)
{
	zta_ring_view a, b;

	(void)state;
	put(key, "a", 10, 20, true);
	zta_ring__look(ring, key, key, now, &a);
	put(key, "a", 10, 20, true);
	zta_ring__look(ring, key, key, now, &b);
	assert_int_not_equal(a.version, b.version);
	zta_fetched__drop(a.value);
	zta_fetched__drop(b.value);
}

static void
test_ring__a_pause_follows_a_failure(void **state)
{
	(void)state;
	assert_true(may_fetch(now));
	assert_true(zta_ring__enter(ring, key, true));
	assert_int_equal(zta_ring__failed(ring, key), 0);
	assert_false(may_fetch(now));
	assert_false(zta_ring__enter(ring, key, true));
	now += ZTA_RING_PAUSE_MS;
	/* Another call may; one that saw the failure does not ask again. */
	assert_true(may_fetch(now));
	assert_false(may_fetch(now - ZTA_RING_PAUSE_MS));
	assert_true(zta_ring__enter(ring, key, true));
	assert_int_equal(zta_ring__failed(ring, key), 1);
	now += ZTA_RING_PAUSE_MS;
	assert_false(may_fetch(now));
	now += ZTA_RING_PAUSE_MS;
	assert_true(may_fetch(now));
	assert_true(zta_ring__enter(ring, key, true));
	assert_int_equal(zta_ring__worked(ring, key), 2);
	assert_true(may_fetch(now));
	assert_int_equal(zta_ring__worked(ring, key), 0);
}

static void
test_ring__a_meter_runs_out(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i < ZTA_RING_CREDITS; i++) {
		assert_true(may_fetch(now));
		assert_true(zta_ring__enter(ring, key, true));
	}
	assert_false(may_fetch(now));
	assert_false(zta_ring__enter(ring, key, true));
	assert_true(zta_ring__enter(ring, key, false));
	assert_true(zta_ring__enter(ring, other, true));
	now += ZTA_RING_CREDIT_MS;
	assert_true(may_fetch(now));
	assert_true(zta_ring__enter(ring, key, true));
	assert_false(zta_ring__enter(ring, key, true));
	now += 1000 * ZTA_RING_CREDIT_MS;
	for (i = 0; i < ZTA_RING_CREDITS; i++) {
		assert_true(zta_ring__enter(ring, key, true));
	}
	assert_false(zta_ring__enter(ring, key, true));
}

static void
test_ring__answers_make_room_and_keys_stay(void **state)
{
	static char large[ZTA_ANSWER_MAX];
	uint32_t i, left = 0,
		    count = 2 * (ZTA_RING_MEMORY_MAX / ZTA_ANSWER_MAX);
	char name[16];

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	put(key, "keys", 10, 20, true);
	for (i = 0; i < count; i++) {
		(void)snprintf(name, sizeof(name), "t%u", i);
		put(zta_str_of(name), large, 10, 20, false);
		assert_true(holds(zta_str_of(name), large));
	}
	for (i = 0; i < count; i++) {
		(void)snprintf(name, sizeof(name), "t%u", i);
		left += holds(zta_str_of(name), "") ? 0 : 1;
	}
	assert_true(left > 0 && left * sizeof(large) <= ZTA_RING_MEMORY_MAX);
	assert_true(holds(key, "keys"));
}

static const struct {
	const char *text, *host;
	uint16_t port; /* 0: no such URL */
	bool loopback;
} urls[] = {
	{ "https://login.example", "login.example", 443, false },
	{ "https://login.example/a?b=c", "login.example", 443, false },
	{ "http://login.example:8080/", "login.example", 8080, false },
	{ "http://127.0.0.1:1", "127.0.0.1", 1, true },
	{ "http://127.1.2.3", "127.1.2.3", 80, true },
	{ "http://localhost", "localhost", 80, true },
	{ "http://[::1]:65535/", "[::1]", 65535, true },
	{ "http://[::2]", "[::2]", 80, false },
	{ "http://127.0.0.1.example", "127.0.0.1.example", 80, false },
	{ "http://127.0.0", "127.0.0", 80, false },
	{ "http://127.0.0.x", "127.0.0.x", 80, false },
	{ "http://localhost.example", "localhost.example", 80, false },
	{ "https://", "", 0, false },
	{ "https:///a", "", 0, false },
	{ "https://:443", "", 0, false },
	{ "https://a:0", "", 0, false },
	{ "https://a:65536", "", 0, false },
	{ "https://a:", "", 0, false },
	{ "https://a:080", "", 0, false },
	{ "https://a:99999999999", "", 0, false },
	{ "https://a b", "", 0, false },
	{ "https://a/ b", "", 0, false },
	{ "https://A", "", 0, false },
	{ "https://a@b", "", 0, false },
	{ "https://a:b@c", "", 0, false },
	{ "https://a\\@b", "", 0, false },
	{ "https://a%2eb", "", 0, false },
	{ "https://a#b", "", 0, false },
	{ "https://a/#b", "", 0, false },
	{ "https://a?@b", "a", 443, false },
	{ "https://[::1", "", 0, false },
	{ "https://::1", "", 0, false },
	{ "https://a\xc3\xa9", "", 0, false },
	{ "HTTPS://a", "", 0, false },
	{ "file:///etc/passwd", "", 0, false },
	{ "gopher://a", "", 0, false },
	{ "", "", 0, false },
};

static void
test_ring__reads_urls_strictly(void **state)
{
	zta_url url;
	size_t i;
	bool read;

	(void)state;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		read = zta_url__read(zta_str_of(urls[i].text), &url);
		if (read != (urls[i].port != 0) ||
		    (read &&
			(!zta_str__is(url.host, urls[i].host) ||
			    url.port != urls[i].port ||
			    zta_url__is_loopback(&url) != urls[i].loopback))) {
			fail_msg("%s", urls[i].text);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_ring__values_age, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_ring__versions_differ, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_ring__a_pause_follows_a_failure, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_ring__a_meter_runs_out, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_ring__answers_make_room_and_keys_stay, setup,
		    teardown),
		cmocka_unit_test(test_ring__reads_urls_strictly),
	};

	return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
