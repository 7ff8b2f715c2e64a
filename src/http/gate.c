/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate.c - see gate.h.
 *
 * Requests are let through by a bucket that holds what a second allows. It is
 * kept as one number, the time by which all that was taken from it is filled
 * up again; so a request takes no lock, and no timer fills anything.
 *
 * 1. A peer is forgotten when it has no connection and its bucket is full:
 *    whoever connects anew begins where it was.
 * 2. Peers without a connection are IDLE_MAX and a few at most: past that they
 *    are forgotten earlier, so addresses without end take no memory without end.
 */
#include "http/gate.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"

#define CHAINS 4096u /* a power of two */
#define IDLE_MAX 65536u
#define KEY_BYTES 16
#define SECOND_US ((int64_t)1000000)

struct zta_gate_peer {
	zta_gate_peer *next; /* of the chain */
	unsigned char key[KEY_BYTES];
	uint32_t connections;
	_Atomic int64_t filled; /* monotonic us */
};

struct zta_gate {
	zta_gate_limits limits;
	atomic_uint connections;
	uint64_t seed;
	pthread_mutex_t lock; /* over what follows */
	zta_gate_peer *chains[CHAINS];
	uint32_t idle; /* peers without a connection */
};

/* SPEC: rfc4291 2.5.5.2: an address of IPv4 has a place among those of IPv6. */
static void
key_of(unsigned char key[KEY_BYTES], const struct sockaddr *from)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memset(key, 0, KEY_BYTES);
	if (from->sa_family == AF_INET) {
		memcpy(&v4, from, sizeof(v4));
		key[10] = key[11] = 0xff;
		memcpy(key + 12, &v4.sin_addr, 4);
	} else if (from->sa_family == AF_INET6) {
		memcpy(&v6, from, sizeof(v6));
		memcpy(key, &v6.sin6_addr,
		    IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) ? KEY_BYTES : 8);
	}
}

/* The seed keeps others from choosing addresses of one chain. */
static zta_gate_peer **
chain_of(zta_gate *gate, const unsigned char key[KEY_BYTES])
{
	uint64_t half[2], hash;

	memcpy(half, key, sizeof(half));
	hash = (half[0] ^ gate->seed) * UINT64_C(0x9e3779b97f4a7c15);
	hash = (hash ^ (hash >> 29) ^ half[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	return &gate->chains[(hash >> 32) & (CHAINS - 1)];
}

static bool
may_forget(const zta_gate *gate, const zta_gate_peer *peer, int64_t now)
{
	return peer->connections == 0 &&
	    (gate->idle > IDLE_MAX || peer->filled <= now * 1000);
}

/* Find the peer; whom nobody needs any more is forgotten on the way. */
static zta_gate_peer *
look_up(zta_gate *gate, zta_gate_peer **at, const unsigned char key[KEY_BYTES],
    int64_t now)
{
	zta_gate_peer *peer, *found = NULL;

	while ((peer = *at) != NULL) {
		if (memcmp(peer->key, key, KEY_BYTES) == 0) {
			found = peer;
			at = &peer->next;
		} else if (may_forget(gate, peer, now)) {
			*at = peer->next;
			gate->idle--;
			free(peer);
		} else {
			at = &peer->next;
		}
	}
	return found;
}

static zta_gate_peer *
add_peer(
    zta_gate *gate, zta_gate_peer **chain, const unsigned char key[KEY_BYTES])
{
	zta_gate_peer *peer = calloc(1, sizeof(*peer));

	if (peer != NULL) {
		memcpy(peer->key, key, KEY_BYTES);
		atomic_init(&peer->filled, 0);
		peer->next = *chain;
		*chain = peer;
		gate->idle++;
	}
	return peer;
}

zta_gate_peer *
zta_gate__enter(zta_gate *gate, const struct sockaddr *from, int64_t now)
{
	const uint32_t max = gate->limits.peer_connections;
	unsigned char key[KEY_BYTES];
	zta_gate_peer **chain, *peer;

	key_of(key, from);
	chain = chain_of(gate, key);
	(void)pthread_mutex_lock(&gate->lock);
	peer = look_up(gate, chain, key, now);
	if (peer == NULL) {
		peer = add_peer(gate, chain, key);
	}
	if (peer != NULL && max != 0 && peer->connections >= max) {
		peer = NULL;
	}
	if (peer != NULL && peer->connections++ == 0) {
		gate->idle--;
	}
	(void)pthread_mutex_unlock(&gate->lock);
	return peer;
}

void
zta_gate__leave(zta_gate *gate, zta_gate_peer *peer)
{
	(void)pthread_mutex_lock(&gate->lock);
	if (--peer->connections == 0) {
		gate->idle++;
	}
	(void)pthread_mutex_unlock(&gate->lock);
}

int64_t
zta_gate__ask(const zta_gate *gate, zta_gate_peer *peer, int64_t now)
{
	const int64_t us = now * 1000;
	int64_t filled, after;

	if (gate->limits.peer_requests == 0) {
		return 0;
	}
	filled = atomic_load(&peer->filled);
	do {
		after = (filled < us ? us : filled) +
		    SECOND_US / gate->limits.peer_requests;
		if (after > us + SECOND_US) {
			return (after - us - SECOND_US + 999) / 1000;
		}
	} while (!atomic_compare_exchange_weak(&peer->filled, &filled, after));
	return 0;
}

bool
zta_gate__take(zta_gate *gate)
{
	const uint32_t max = gate->limits.connections;

	if (atomic_fetch_add(&gate->connections, 1) < max || max == 0) {
		return true;
	}
	zta_gate__give(gate);
	return false;
}

void
zta_gate__give(zta_gate *gate)
{
	atomic_fetch_sub(&gate->connections, 1);
}

zta_status
zta_gate__open(zta_gate **out, const zta_gate_limits *limits, zta_error *err)
{
	zta_gate *gate = calloc(1, sizeof(*gate));

	*out = gate;
	if (gate == NULL) {
		return zta_error__nomem(err);
	}
	gate->limits = *limits;
	gate->seed = zta_random__seed();
	atomic_init(&gate->connections, 0);
	(void)pthread_mutex_init(&gate->lock, NULL);
	return ZTA_OK;
}

void
zta_gate__close(zta_gate *gate)
{
	zta_gate_peer *peer;
	size_t i;

	if (gate == NULL) {
		return;
	}
	for (i = 0; i < CHAINS; i++) {
		while ((peer = gate->chains[i]) != NULL) {
			gate->chains[i] = peer->next;
			free(peer);
		}
	}
	(void)pthread_mutex_destroy(&gate->lock);
	free(gate);
}
