/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nonces.c - see nonces.h. A ring in the order of arrival, which is that of
 * their end, and a hash table of chains through it.
 */
#include "api/nonces.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "base/str.h"

/* 500 requests a second for two minutes, in 5 MiB. */
#define NONCES_MAX 65536u
#define NONE UINT32_MAX

typedef struct entry {
	unsigned char id[ZTA_SSH_KEY_LEN + ZTA_NONCE_LEN];
	int64_t at;
	uint32_t chain; /* of its hash */
	uint32_t next;  /* older one of the chain, or NONE */
} entry;

struct zta_nonces {
	int64_t keep_ms;
	uint64_t seed;
	uint32_t oldest, count;
	uint32_t chains[NONCES_MAX];
	entry ring[NONCES_MAX];
};

zta_status
zta_nonces__open(zta_nonces **out, int64_t keep_ms, zta_error *err)
{
	zta_nonces *n = malloc(sizeof(*n));

	*out = n;
	if (n == NULL) {
		return zta_error__nomem(err);
	}
	n->keep_ms = keep_ms;
	n->seed = zta_random__seed();
	n->oldest = n->count = 0;
	memset(n->chains, 0xff, sizeof(n->chains));
	return ZTA_OK;
}

void
zta_nonces__close(zta_nonces *nonces)
{
	free(nonces);
}

/* The oldest is the last of its chain. */
static void
forget_oldest(zta_nonces *n)
{
	uint32_t *at = &n->chains[n->ring[n->oldest].chain];

	while (*at != n->oldest) {
		at = &n->ring[*at].next;
	}
	*at = NONE;
	n->oldest = (n->oldest + 1) % NONCES_MAX;
	n->count--;
}

zta_status
zta_nonces__take(zta_nonces *n, const zta_ssh_key *key,
    const unsigned char nonce[ZTA_NONCE_LEN], int64_t now, zta_error *err)
{
	entry e = { .at = now };
	uint32_t i;

	memcpy(e.id, key->bytes, ZTA_SSH_KEY_LEN);
	memcpy(e.id + ZTA_SSH_KEY_LEN, nonce, ZTA_NONCE_LEN);
	e.chain = (uint32_t)(zta_str__hash(
				 (zta_str){ (const char *)e.id, sizeof(e.id) },
				 n->seed) %
	    NONCES_MAX);
	while (n->count > 0 && now - n->ring[n->oldest].at > n->keep_ms) {
		forget_oldest(n);
	}
	for (i = n->chains[e.chain]; i != NONE; i = n->ring[i].next) {
		if (memcmp(n->ring[i].id, e.id, sizeof(e.id)) == 0) {
			return zta_error__set(
			    err, ZTA_EUNTRUSTED, "the request was made before");
		}
	}
	if (n->count == NONCES_MAX) {
		return zta_error__set(err, ZTA_EUNAVAILABLE,
		    "too many signed requests at a time");
	}
	i = (n->oldest + n->count) % NONCES_MAX;
	e.next = n->chains[e.chain];
	n->ring[i] = e;
	n->chains[e.chain] = i;
	n->count++;
	return ZTA_OK;
}
