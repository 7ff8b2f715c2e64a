/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw.h - a signature by OpenSSL alone, to measure beside.
 *
 * It is a digest, and EVP_PKEY_verify() or EVP_PKEY_sign() in a context that was
 * made once; for Ed25519, EVP_DigestVerify().
 */
#ifndef ZTA_BENCH_RAW_H
#define ZTA_BENCH_RAW_H

#include <openssl/evp.h>

#include "crypto/key.h"

typedef struct raw {
	zta_alg alg;
	zta_str input; /* what is signed; it outlasts this */
	unsigned char sig[ZTA_SIGNATURE_MAX];
	size_t sig_len;
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *verifying, *signing;
	EVP_MD_CTX *once; /* of Ed25519 */
} raw;

/* With the private key; it is signed once. */
void raw_open(raw *r, zta_alg alg, const zta_key *key, zta_str input);
void raw_close(raw *r);

void raw_sign(raw *r);
void raw_verify(raw *r);

#endif
