/* SPDX-License-Identifier: Apache-2.0 */
/* digest.h - SHA-256 and SHA-512 (FIPS 180-4). */
#ifndef ZTA_CRYPTO_DIGEST_H
#define ZTA_CRYPTO_DIGEST_H

#include "ztauth/base.h"

#define ZTA_SHA256_LEN 32
#define ZTA_SHA512_LEN 64

void zta_digest__sha256(zta_str bytes, unsigned char out[ZTA_SHA256_LEN]);

/* The digest of the parts one after another. */
void zta_digest__sha256_parts(
    const zta_str *parts, size_t count, unsigned char out[ZTA_SHA256_LEN]);

/* The same, a part at a time. */
typedef struct zta_sha256 {
	uint64_t state[16];
} zta_sha256;

void zta_sha256__begin(zta_sha256 *sum);
void zta_sha256__add(zta_sha256 *sum, zta_str bytes);
void zta_sha256__end(zta_sha256 *sum, unsigned char out[ZTA_SHA256_LEN]);

void zta_digest__sha512(zta_str bytes, unsigned char out[ZTA_SHA512_LEN]);

#endif
