/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.h - what is good once and was used already, while it could be used
 * again: nonces of signed requests, `jti` of proofs. For any thread.
 *
 * Full, it refuses what is new and forgets nothing before its time. Each owner
 * has a share of the room by its hash: one that floods does not fill the rest.
 */
#ifndef ZTA_IDENTITY_REPLAY_H
#define ZTA_IDENTITY_REPLAY_H

#include "crypto/digest.h"

/* Who used it: a public key, or the digest of one. */
#define ZTA_REPLAY_OWNER_LEN 32

typedef struct zta_replay zta_replay;

/* ZTA_ENOMEM. Free with zta_replay__close(). */
ZTA_MUST_USE zta_status zta_replay__open(zta_replay **out, zta_error *err);
/* NULL is fine. */
void zta_replay__close(zta_replay *replay);

/* A use: of `id` by `owner`, at `now`. Times are ms of one clock. */
typedef struct zta_replay_use {
	const unsigned char *owner; /* ZTA_REPLAY_OWNER_LEN bytes */
	zta_str id;
	uint64_t call; /* that may use it again: it is judged twice; 0: none */
	int64_t now, until; /* when it could be used no more */
} zta_replay_use;

/*
 * Use it up; it is remembered until `until` has passed. ZTA_EUNTRUSTED: it is
 * used up already. ZTA_EUNAVAILABLE: there are too many at a time.
 */
ZTA_MUST_USE zta_status zta_replay__take(
    zta_replay *replay, const zta_replay_use *use, zta_error *err);

#endif
