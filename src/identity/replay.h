/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.h - credentials that are good once, remembered until they expire. For
 * many threads; of one process.
 */
#ifndef ZTA_IDENTITY_REPLAY_H
#define ZTA_IDENTITY_REPLAY_H

#include "crypto/digest.h"

typedef struct zta_replay zta_replay;

/* ZTA_ENOMEM. Free with zta_replay__close(), which takes NULL too. */
ZTA_MUST_USE zta_status zta_replay__open(zta_replay **out, zta_error *err);
void zta_replay__close(zta_replay *replay);

/*
 * Use up what `id` is the digest of, at `now`; it is remembered until `until`
 * (both ms). ZTA_EUNTRUSTED: it is used up already. ZTA_EUNAVAILABLE: more are
 * remembered than fit, so that this one cannot be.
 */
ZTA_MUST_USE zta_status zta_replay__take(zta_replay *replay,
    const unsigned char id[ZTA_SHA256_LEN], int64_t now, int64_t until,
    zta_error *err);

#endif
