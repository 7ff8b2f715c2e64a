/* SPDX-License-Identifier: Apache-2.0 */
/* test_http_gate.c - how much of a server one peer may have. */
#include "tests.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "http/gate.h"

/* Enough to have peers forgotten before their time. */
#define MANY 100000u

static zta_gate *
open_gate(uint32_t connections, uint32_t of_peer, uint32_t requests)
{
	const zta_gate_limits limits = { connections, of_peer, requests };
	zta_gate *gate;

	assert_int_equal(zta_gate__open(&gate, &limits, NULL), ZTA_OK);
	return gate;
}

static zta_gate_peer *
enter(zta_gate *gate, const char *address, int64_t now)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
		return zta_gate__enter(gate, (const struct sockaddr *)&v4, now);
	}
	assert_int_equal(inet_pton(AF_INET6, address, &v6.sin6_addr), 1);
	return zta_gate__enter(gate, (const struct sockaddr *)&v6, now);
}

static void
test_http_gate__who_is_one_peer(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} pairs[] = { { "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "::ffff:192.0.2.1", "192.0.2.1", true },
		{ "::ffff:192.0.2.1", "192.0.2.2", false },
		{ "2001:db8::1", "2001:db8::ffff:1", true },
		{ "2001:db8::1", "2001:db8:0:1::1", false },
		{ "0.0.0.0", "::1", false } };
	zta_gate_peer *a, *b;
	zta_gate *gate;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		gate = open_gate(0, 1, 0);
		a = enter(gate, pairs[i].a, 0);
		b = enter(gate, pairs[i].b, 0);
		assert_non_null(a);
		assert_int_equal(b == NULL, pairs[i].same);
		zta_gate__leave(gate, a);
		if (b != NULL) {
			zta_gate__leave(gate, b);
		}
		zta_gate__close(gate);
	}
}

static void
test_http_gate__connections_have_a_limit(void **state)
{
	zta_gate *gate = open_gate(2, 0, 0);

	(void)state;
	assert_true(zta_gate__take(gate));
	assert_true(zta_gate__take(gate));
	assert_false(zta_gate__take(gate));
	assert_false(zta_gate__take(gate));
	zta_gate__give(gate);
	assert_true(zta_gate__take(gate));
	assert_false(zta_gate__take(gate));
	zta_gate__close(gate);
}

static void
test_http_gate__requests_fill_up_with_time(void **state)
{
	zta_gate *gate = open_gate(0, 0, 4);
	zta_gate_peer *peer = enter(gate, "192.0.2.1", 5000);
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_int_equal(zta_gate__ask(gate, peer, 5000), 0);
	}
	assert_int_equal(zta_gate__ask(gate, peer, 5000), 250);
	/* What was refused costs nothing. */
	assert_int_equal(zta_gate__ask(gate, peer, 5249), 1);
	assert_int_equal(zta_gate__ask(gate, peer, 5250), 0);
	assert_int_equal(zta_gate__ask(gate, peer, 5250), 250);
	/* However long nothing came, no more than a second's come at once. */
	for (i = 0; i < 4; i++) {
		assert_int_equal(zta_gate__ask(gate, peer, 900000), 0);
	}
	assert_int_equal(zta_gate__ask(gate, peer, 900000), 250);
	zta_gate__leave(gate, peer);
	zta_gate__close(gate);
}

static void
test_http_gate__who_comes_back_is_known(void **state)
{
	zta_gate *gate = open_gate(0, 0, 1);
	zta_gate_peer *peer = enter(gate, "192.0.2.1", 0);

	(void)state;
	assert_int_equal(zta_gate__ask(gate, peer, 0), 0);
	zta_gate__leave(gate, peer);
	peer = enter(gate, "192.0.2.1", 500);
	assert_int_equal(zta_gate__ask(gate, peer, 500), 500);
	zta_gate__leave(gate, peer);
	zta_gate__close(gate);
}

static void
test_http_gate__no_limit_is_none(void **state)
{
	zta_gate *gate = open_gate(0, 0, 0);
	zta_gate_peer *peer = NULL;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		assert_true(zta_gate__take(gate));
		peer = enter(gate, "192.0.2.1", 0);
		assert_non_null(peer);
		assert_int_equal(zta_gate__ask(gate, peer, 0), 0);
	}
	for (i = 0; i < 1000; i++) {
		zta_gate__leave(gate, peer);
		zta_gate__give(gate);
	}
	zta_gate__close(gate);
}

/* As from a network without end; who stays is not forgotten among them. */
static void
test_http_gate__many_addresses(void **state)
{
	zta_gate *gate = open_gate(0, 1, 1);
	zta_gate_peer *stays = enter(gate, "192.0.2.1", 0);
	zta_gate_peer *asks_nothing = enter(gate, "192.0.2.2", 0), *peer;
	char address[INET6_ADDRSTRLEN];
	uint32_t i;

	(void)state;
	assert_int_equal(zta_gate__ask(gate, stays, 0), 0);
	for (i = 0; i < MANY; i++) {
		(void)snprintf(address, sizeof(address), "2001:db8:%x:%x::1",
		    i >> 16, i & 0xffff);
		peer = enter(gate, address, 0);
		assert_non_null(peer);
		assert_int_equal(zta_gate__ask(gate, peer, 0), 0);
		zta_gate__leave(gate, peer);
	}
	assert_null(enter(gate, "192.0.2.1", 0));
	assert_null(enter(gate, "192.0.2.2", 0));
	assert_int_equal(zta_gate__ask(gate, stays, 0), 1000);
	zta_gate__leave(gate, asks_nothing);
	zta_gate__leave(gate, stays);
	zta_gate__close(gate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http_gate__who_is_one_peer),
		cmocka_unit_test(test_http_gate__connections_have_a_limit),
		cmocka_unit_test(test_http_gate__requests_fill_up_with_time),
		cmocka_unit_test(test_http_gate__who_comes_back_is_known),
		cmocka_unit_test(test_http_gate__no_limit_is_none),
		cmocka_unit_test(test_http_gate__many_addresses),
	};

	return cmocka_run_group_tests_name("http_gate", tests, NULL, NULL);
}
