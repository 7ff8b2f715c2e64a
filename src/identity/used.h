/* SPDX-License-Identifier: Apache-2.0 */
/*
 * used.h - what is good once and was used already, while it could be used
 * again: nonces of signed requests, `jti` of proofs. For any thread.
 *
 * Full, it refuses what is new and forgets nothing before its time. Each owner
 * has a share of the room by its hash: one that floods does not fill the rest.
 */
#ifndef ZTA_IDENTITY_USED_H
#define ZTA_IDENTITY_USED_H

#include "crypto/digest.h"

/* Who used it: a public key, or the digest of one. */
#define ZTA_USED_OWNER_LEN 32

typedef struct zta_used zta_used;

/* ZTA_ENOMEM. Free with zta_used__close(). */
ZTA_MUST_USE zta_status zta_used__open(zta_used **out, zta_error *err);
/* NULL is fine. */
void zta_used__close(zta_used *used);

/* A use: of `id` by `owner`, at `now`. Times are ms of one clock. */
typedef struct zta_use {
	const unsigned char *owner; /* ZTA_USED_OWNER_LEN bytes */
	zta_str id;
	uint64_t call; /* that may use it again: it is judged twice; 0: none */
	int64_t now, until; /* when it could be used no more */
} zta_use;

/*
 * Use it up; it is remembered until `until` has passed. ZTA_EUNTRUSTED: it is
 * used up already. ZTA_EUNAVAILABLE: there are too many at a time.
 */
ZTA_MUST_USE zta_status zta_used__take(
    zta_used *used, const zta_use *use, zta_error *err);

#endif
