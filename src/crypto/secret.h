/* SPDX-License-Identifier: Apache-2.0 */
/* secret.h - compare secrets, and digests under one: HMAC-SHA-256 (RFC 2104). */
#ifndef ZTA_CRYPTO_SECRET_H
#define ZTA_CRYPTO_SECRET_H

#include "crypto/digest.h"

/* Are they the same bytes? Takes the time that their length says, no other. */
ZTA_MUST_USE bool zta_secret__equal(zta_str a, zta_str b);

/* ZTA_ENOMEM leaves `out` zeroed. */
ZTA_MUST_USE zta_status zta_secret__hmac(
    zta_str key, zta_str bytes, unsigned char out[ZTA_SHA256_LEN]);

#endif
