/* SPDX-License-Identifier: Apache-2.0 */
/* rsa_key.h - which RSA keys are believed; for the files of crypto alone. */
#ifndef ZTA_CRYPTO_RSA_KEY_H
#define ZTA_CRYPTO_RSA_KEY_H

#include <openssl/evp.h>
#include <stdbool.h>

/* Long enough, not too long, and not of the generator that gives keys away. */
bool zta_rsa_key__is_good(const EVP_PKEY *pkey);

#endif
