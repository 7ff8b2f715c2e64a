/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nonces.h - requests that were made already, while they could be made again.
 * For one thread.
 */
#ifndef ZTA_API_NONCES_H
#define ZTA_API_NONCES_H

#include "crypto/ssh_key.h"

#define ZTA_NONCE_LEN 16

typedef struct zta_nonces zta_nonces;

/* Nonces are kept for `keep_ms`. ZTA_ENOMEM. Free with zta_nonces__close(). */
ZTA_MUST_USE zta_status zta_nonces__open(
    zta_nonces **out, int64_t keep_ms, zta_error *err);
/* NULL is fine. */
void zta_nonces__close(zta_nonces *nonces);

/*
 * Use up a nonce of a key at `now` (monotonic ms). ZTA_EUNTRUSTED: it is used
 * up already. ZTA_EUNAVAILABLE: there are too many at a time.
 */
ZTA_MUST_USE zta_status zta_nonces__take(zta_nonces *nonces,
    const zta_ssh_key *key, const unsigned char nonce[ZTA_NONCE_LEN],
    int64_t now, zta_error *err);

#endif
