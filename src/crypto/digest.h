/* SPDX-License-Identifier: Apache-2.0 */
/* digest.h - SHA-256 (FIPS 180-4). */
#ifndef ZTA_CRYPTO_DIGEST_H
#define ZTA_CRYPTO_DIGEST_H

#include "ztauth/base.h"

#define ZTA_SHA256_LEN 32

void zta_digest__sha256(zta_str bytes, unsigned char out[ZTA_SHA256_LEN]);

#endif
