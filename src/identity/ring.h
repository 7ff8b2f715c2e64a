/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring.h - what was fetched from outside for verifying: key sets and answers.
 *
 * It lives beside snapshots and outlasts them. What is in it never changes; a
 * newer one takes its place while whoever holds the old one goes on. It also
 * says how often each outside may be asked, so that no caller can make us ask
 * more. Any thread may use it. Times are of its own clock, which never goes
 * back.
 */
#ifndef ZTA_IDENTITY_RING_H
#define ZTA_IDENTITY_RING_H

#include <stdatomic.h>

#include "crypto/x509.h"
#include "identity/jwks.h"

typedef struct zta_ring zta_ring;

/* Something that was fetched; immutable once it is in the ring, counted. */
typedef struct zta_fetched {
	atomic_uint references;
	zta_arena arena; /* all of it is here */
	zta_str text;
	zta_jwks keys;                          /* of a key set or bundle */
	zta_x509_roots *roots;                  /* of a bundle */
	int64_t sequence;                       /* of a bundle; -1: not said */
	const struct zta_status_list *statuses; /* of a status list */
} zta_fetched;

/* With a copy of `text`, for the caller to drop; NULL: no memory. */
ZTA_MUST_USE zta_fetched *zta_fetched__make(zta_str text);
void zta_fetched__drop(zta_fetched *fetched);

/* `clock` in ms; NULL: the system's. ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_ring__open(
    zta_ring **out, int64_t (*clock)(void), zta_error *err);
void zta_ring__close(zta_ring *ring);
int64_t zta_ring__now(const zta_ring *ring);

typedef struct zta_ring_view {
	zta_fetched *value; /* to be dropped; NULL: none that still counts */
	bool had;           /* there was one, which may not count any more */
	uint64_t version;   /* another one with each value of the ring */
	bool since;         /* it was fetched since then */
	bool may_fetch;     /* whoever is asked may be asked now */
} zta_ring_view;

/*
 * See what there is under `key`, for a call that began at `since`: what was
 * fetched for it counts in any case, and for 0 all that ever was. `gate` names who would be asked; who failed
 * since then is not asked again.
 */
void zta_ring__look(zta_ring *ring, zta_str key, zta_str gate, int64_t since,
    zta_ring_view *out);

/* Is what stands under `key`, its own gate, to be fetched (again)? */
bool zta_ring__is_due(zta_ring *ring, zta_str key);

/*
 * Before asking: may it be? A gate that is `metered` lets ZTA_RING_CREDITS
 * through, and then one each ZTA_RING_CREDIT_MS.
 */
ZTA_MUST_USE bool zta_ring__enter(zta_ring *ring, zta_str gate, bool metered);

/* After asking: it failed, or it worked. How often it has failed before. */
uint32_t zta_ring__failed(zta_ring *ring, zta_str gate);
uint32_t zta_ring__worked(zta_ring *ring, zta_str gate);

/*
 * Put a value, which is kept: due again after `fresh_ms`, not used any more
 * after `dead_ms`. Those that are `standing` make no room for others.
 * ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_ring__put(zta_ring *ring, zta_str key,
    zta_fetched *value, int64_t fresh_ms, int64_t dead_ms, bool standing);

#endif
