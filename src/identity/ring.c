/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring.c - see ring.h: a table of chains under one lock, which is held for as
 * long as it takes to look something up.
 */
#include "identity/ring.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "base/time.h"

#define BUCKETS 16384u

typedef struct entry {
	struct entry *next;
	zta_fetched *value; /* NULL: a gate alone, or nothing yet */
	uint64_t version;
	int64_t fetched_at, fresh_until, dead_at;
	/* As a gate: */
	int64_t failed_at, shut_until, credited_at;
	uint32_t failures, credits;
	bool standing;
	size_t key_len;
	char key[];
} entry;

struct zta_ring {
	pthread_mutex_t lock;
	int64_t (*clock)(void);
	uint64_t seed, version;
	size_t bytes;  /* of values that do not stand */
	uint32_t hand; /* where room is made next */
	entry *buckets[BUCKETS];
};

/* --- what was fetched */

zta_fetched *
zta_fetched__make(zta_str text)
{
	zta_fetched *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		return NULL;
	}
	atomic_init(&f->references, 1);
	zta_arena__init(&f->arena, SIZE_MAX);
	f->text = zta_arena__copy(&f->arena, text);
	if (f->text.ptr == NULL) {
		zta_fetched__drop(f);
		return NULL;
	}
	return f;
}

static zta_fetched *
keep(zta_fetched *fetched)
{
	atomic_fetch_add(&fetched->references, 1);
	return fetched;
}

void
zta_fetched__drop(zta_fetched *fetched)
{
	if (fetched != NULL && atomic_fetch_sub(&fetched->references, 1) == 1) {
		zta_jwks__release(&fetched->keys);
		zta_x509_roots__drop(fetched->roots);
		zta_arena__release(&fetched->arena);
		free(fetched);
	}
}

/* --- the table, under its lock */

static uint32_t
bucket_of(const zta_ring *ring, zta_str key)
{
	return (uint32_t)(zta_str__hash(key, ring->seed) % BUCKETS);
}

static entry *
find(const zta_ring *ring, zta_str key)
{
	entry *e = ring->buckets[bucket_of(ring, key)];

	while (
	    e != NULL && !zta_str__eq((zta_str){ e->key, e->key_len }, key)) {
		e = e->next;
	}
	return e;
}

/* Find or make; NULL: no memory. */
static entry *
need(zta_ring *ring, zta_str key)
{
	uint32_t bucket = bucket_of(ring, key);
	entry *e = find(ring, key);

	if (e != NULL) {
		return e;
	}
	e = calloc(1, sizeof(*e) + key.len);
	if (e == NULL) {
		return NULL;
	}
	memcpy(e->key, key.ptr, key.len);
	e->key_len = key.len;
	e->credits = ZTA_RING_CREDITS;
	e->failed_at = -1;
	e->next = ring->buckets[bucket];
	ring->buckets[bucket] = e;
	return e;
}

static size_t
weigh(const entry *e)
{
	return e->standing || e->value == NULL ?
	    0 :
	    sizeof(*e) + e->key_len + e->value->arena.held;
}

/* Make room: what does not stand goes, bucket by bucket. */
static void
make_room(zta_ring *ring, const entry *but)
{
	entry **link, *e;
	uint32_t i;

	for (i = 0; i < BUCKETS && ring->bytes > ZTA_RING_MEMORY_MAX; i++) {
		link = &ring->buckets[ring->hand++ % BUCKETS];
		while ((e = *link) != NULL) {
			if (weigh(e) == 0 || e == but) {
				link = &e->next;
				continue;
			}
			*link = e->next;
			ring->bytes -= weigh(e);
			zta_fetched__drop(e->value);
			free(e);
		}
	}
}

static void
earn(entry *e, int64_t now)
{
	int64_t earned = (now - e->credited_at) / ZTA_RING_CREDIT_MS;

	if (earned > 0) {
		e->credits = earned + e->credits > ZTA_RING_CREDITS ?
		    ZTA_RING_CREDITS :
		    e->credits + (uint32_t)earned;
		e->credited_at += earned * ZTA_RING_CREDIT_MS;
	}
}

/* --- from outside */

zta_status
zta_ring__open(zta_ring **out, int64_t (*clock)(void), zta_error *err)
{
	zta_ring *ring = calloc(1, sizeof(*ring));

	*out = NULL;
	if (ring == NULL || pthread_mutex_init(&ring->lock, NULL) != 0) {
		free(ring);
		return zta_error__nomem(err);
	}
	ring->clock = clock == NULL ? zta_time__monotonic_ms : clock;
	zta_random__bytes(&ring->seed, sizeof(ring->seed));
	*out = ring;
	return ZTA_OK;
}

void
zta_ring__close(zta_ring *ring)
{
	entry *e, *next;
	uint32_t i;

	for (i = 0; ring != NULL && i < BUCKETS; i++) {
		for (e = ring->buckets[i]; e != NULL; e = next) {
			next = e->next;
			zta_fetched__drop(e->value);
			free(e);
		}
	}
	if (ring != NULL) {
		(void)pthread_mutex_destroy(&ring->lock);
		free(ring);
	}
}

int64_t
zta_ring__now(const zta_ring *ring)
{
	return ring->clock();
}

void
zta_ring__look(zta_ring *ring, zta_str key, zta_str gate, int64_t since,
    zta_ring_view *out)
{
	int64_t now = ring->clock();
	const entry *e;

	*out = (zta_ring_view){ 0 };
	(void)pthread_mutex_lock(&ring->lock);
	e = find(ring, key);
	out->had = e != NULL && e->value != NULL;
	if (out->had && (now < e->dead_at || e->fetched_at >= since)) {
		out->value = keep(e->value);
		out->version = e->version;
		out->since = e->fetched_at >= since;
	}
	e = find(ring, gate);
	out->may_fetch = e == NULL ||
	    (e->failed_at < since && now >= e->shut_until &&
		(e->credits > 0 || now - e->credited_at >= ZTA_RING_CREDIT_MS));
	(void)pthread_mutex_unlock(&ring->lock);
}

bool
zta_ring__is_due(zta_ring *ring, zta_str key)
{
	int64_t now = ring->clock();
	const entry *e;
	bool due;

	(void)pthread_mutex_lock(&ring->lock);
	e = find(ring, key);
	due = e == NULL || (now >= e->fresh_until && now >= e->shut_until);
	(void)pthread_mutex_unlock(&ring->lock);
	return due;
}

bool
zta_ring__enter(zta_ring *ring, zta_str gate, bool metered)
{
	int64_t now = ring->clock();
	bool open = false;
	entry *e;

	(void)pthread_mutex_lock(&ring->lock);
	e = need(ring, gate);
	if (e != NULL && now >= e->shut_until) {
		earn(e, now);
		open = !metered || e->credits > 0;
		e->credits -= open && metered ? 1 : 0;
	}
	(void)pthread_mutex_unlock(&ring->lock);
	return open;
}

uint32_t
zta_ring__failed(zta_ring *ring, zta_str gate)
{
	int64_t now = ring->clock();
	uint32_t before = 0, doublings;
	entry *e;

	(void)pthread_mutex_lock(&ring->lock);
	e = need(ring, gate);
	if (e != NULL) {
		before = e->failures++;
		doublings = before < 6 ? before : 6;
		e->failed_at = now;
		e->shut_until = now + (ZTA_RING_PAUSE_MS << doublings);
	}
	(void)pthread_mutex_unlock(&ring->lock);
	return before;
}

uint32_t
zta_ring__worked(zta_ring *ring, zta_str gate)
{
	uint32_t before = 0;
	entry *e;

	(void)pthread_mutex_lock(&ring->lock);
	e = find(ring, gate);
	if (e != NULL) {
		before = e->failures;
		e->failures = 0;
		e->failed_at = -1;
		e->shut_until = 0;
	}
	(void)pthread_mutex_unlock(&ring->lock);
	return before;
}

zta_status
zta_ring__put(zta_ring *ring, zta_str key, zta_fetched *value, int64_t fresh_ms,
    int64_t dead_ms, bool standing)
{
	int64_t now = ring->clock();
	zta_fetched *old = NULL;
	entry *e;

	(void)pthread_mutex_lock(&ring->lock);
	e = need(ring, key);
	if (e != NULL) {
		ring->bytes -= weigh(e);
		old = e->value;
		e->value = keep(value);
		e->version = ++ring->version;
		e->fetched_at = now;
		e->fresh_until = now + fresh_ms;
		e->dead_at = now + dead_ms;
		e->standing = standing;
		ring->bytes += weigh(e);
		make_room(ring, e);
	}
	(void)pthread_mutex_unlock(&ring->lock);
	zta_fetched__drop(old);
	return e == NULL ? ZTA_ENOMEM : ZTA_OK;
}
