/* SPDX-License-Identifier: Apache-2.0 */
/*
 * used.c - see used.h. In each share a ring in the order of arrival, and a
 * hash table of chains through it. Pages of a share that is not used are never
 * touched, so that they cost nothing.
 *
 * 1. An entry leaves only when its time has passed: at the front, or, when the
 *    ring is full because one at the front is kept longer, with all others.
 */
#include "identity/used.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"

/* Of a digest: enough that nobody finds two of their own that are the same. */
#define ID_LEN 16
/* All of a share are looked at no more often than this. */
#define PAUSE_MS 1000

typedef struct entry {
	unsigned char id[ID_LEN];
	uint64_t call;
	int64_t until;
	uint32_t chain; /* of its hash */
	uint32_t next;  /* older one of the chain, plus one; 0: none */
} entry;

typedef struct share {
	pthread_mutex_t lock;
	uint32_t oldest, count;
	int64_t swept_at;
	uint32_t chains[ZTA_USED_SHARE_MAX]; /* the newest, plus one */
	entry ring[ZTA_USED_SHARE_MAX];
} share;

struct zta_used {
	uint64_t seed;
	share shares[ZTA_USED_SHARES];
};

zta_status
zta_used__open(zta_used **out, zta_error *err)
{
	zta_used *r = calloc(1, sizeof(*r));
	size_t i;

	*out = r;
	if (r == NULL) {
		return zta_error__nomem(err);
	}
	r->seed = zta_random__seed();
	for (i = 0; i < ZTA_USED_SHARES; i++) {
		(void)pthread_mutex_init(&r->shares[i].lock, NULL);
	}
	return ZTA_OK;
}

void
zta_used__close(zta_used *used)
{
	size_t i;

	for (i = 0; used != NULL && i < ZTA_USED_SHARES; i++) {
		(void)pthread_mutex_destroy(&used->shares[i].lock);
	}
	free(used);
}

/* The oldest is the last of its chain. */
static void
forget_oldest(share *s)
{
	uint32_t *at = &s->chains[s->ring[s->oldest].chain];

	while (*at != s->oldest + 1) {
		at = &s->ring[*at - 1].next;
	}
	*at = 0;
	s->oldest = (s->oldest + 1) % ZTA_USED_SHARE_MAX;
	s->count--;
}

static void
append(share *s, const entry *e)
{
	uint32_t i = (s->oldest + s->count) % ZTA_USED_SHARE_MAX;

	s->ring[i] = *e;
	s->ring[i].next = s->chains[e->chain];
	s->chains[e->chain] = i + 1;
	s->count++;
}

/* Keep those whose time has not passed, in their order. */
static void
sweep(share *s, int64_t now)
{
	const uint32_t count = s->count;
	uint32_t i;
	entry e;

	memset(s->chains, 0, sizeof(s->chains));
	s->count = 0;
	for (i = 0; i < count; i++) {
		e = s->ring[(s->oldest + i) % ZTA_USED_SHARE_MAX];
		if (e.until >= now) {
			append(s, &e);
		}
	}
	s->swept_at = now;
}

static zta_status
take(share *s, const entry *e, int64_t now, zta_error *err)
{
	uint32_t i;

	while (s->count > 0 && s->ring[s->oldest].until < now) {
		forget_oldest(s);
	}
	for (i = s->chains[e->chain]; i != 0; i = s->ring[i - 1].next) {
		if (s->ring[i - 1].until < now ||
		    memcmp(s->ring[i - 1].id, e->id, ID_LEN) != 0) {
			continue;
		}
		return e->call != 0 && s->ring[i - 1].call == e->call ?
		    ZTA_OK :
		    zta_error__set(err, ZTA_EUNTRUSTED, "it was used before");
	}
	if (s->count == ZTA_USED_SHARE_MAX && now >= s->swept_at + PAUSE_MS) {
		sweep(s, now);
	}
	if (s->count == ZTA_USED_SHARE_MAX) {
		return zta_error__set(err, ZTA_EUNAVAILABLE,
		    "too many signed requests at a time");
	}
	append(s, e);
	return ZTA_OK;
}

zta_status
zta_used__take(zta_used *r, const zta_use *use, zta_error *err)
{
	const zta_str parts[] = {
		{ (const char *)use->owner, ZTA_USED_OWNER_LEN }, use->id
	};
	unsigned char digest[ZTA_SHA256_LEN];
	entry e = { .call = use->call, .until = use->until };
	share *s =
	    &r->shares[zta_str__hash(parts[0], r->seed) % ZTA_USED_SHARES];
	zta_status status;

	zta_digest__sha256_parts(parts, 2, digest);
	memcpy(e.id, digest, ID_LEN);
	e.chain =
	    (uint32_t)(zta_str__hash(
			   (zta_str){ (const char *)e.id, ID_LEN }, r->seed) %
		ZTA_USED_SHARE_MAX);
	(void)pthread_mutex_lock(&s->lock);
	status = take(s, &e, use->now, err);
	(void)pthread_mutex_unlock(&s->lock);
	return status;
}
