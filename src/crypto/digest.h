/* SPDX-License-Identifier: Apache-2.0 */
/* digest.h - SHA-256 and SHA-512 (FIPS 180-4). */
#ifndef ZTA_CRYPTO_DIGEST_H
#define ZTA_CRYPTO_DIGEST_H

#include "ztauth/base.h"

#define ZTA_SHA256_LEN 32
#define ZTA_SHA512_LEN 64

void zta_digest__sha256(zta_str bytes, unsigned char out[ZTA_SHA256_LEN]);

/* Of `a` and then `b`, as if they were one. */
void zta_digest__sha256_pair(
    zta_str a, zta_str b, unsigned char out[ZTA_SHA256_LEN]);

void zta_digest__sha512(zta_str bytes, unsigned char out[ZTA_SHA512_LEN]);

#endif
