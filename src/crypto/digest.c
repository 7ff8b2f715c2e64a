/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest.c - see digest.h. OpenSSL calls these functions deprecated and keeps
 * them. Unlike EVP they look nothing up and allocate nothing, so that they are
 * faster on short inputs, and a digest cannot fail.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/digest.h"

#include <openssl/sha.h>

void
zta_digest__sha256_parts(
    const zta_str *parts, size_t count, unsigned char out[ZTA_SHA256_LEN])
{
	SHA256_CTX ctx;
	size_t i;

	(void)SHA256_Init(&ctx);
	for (i = 0; i < count; i++) {
		(void)SHA256_Update(&ctx, parts[i].ptr, parts[i].len);
	}
	(void)SHA256_Final(out, &ctx);
}

void
zta_digest__sha256(zta_str bytes, unsigned char out[ZTA_SHA256_LEN])
{
	zta_digest__sha256_parts(&bytes, 1, out);
}

_Static_assert(sizeof(SHA256_CTX) <= sizeof(zta_sha256), "it has room");

void
zta_sha256__begin(zta_sha256 *sum)
{
	(void)SHA256_Init((SHA256_CTX *)sum);
}

void
zta_sha256__add(zta_sha256 *sum, zta_str bytes)
{
	(void)SHA256_Update((SHA256_CTX *)sum, bytes.ptr, bytes.len);
}

void
zta_sha256__end(zta_sha256 *sum, unsigned char out[ZTA_SHA256_LEN])
{
	(void)SHA256_Final(out, (SHA256_CTX *)sum);
}

void
zta_digest__sha512(zta_str bytes, unsigned char out[ZTA_SHA512_LEN])
{
	SHA512_CTX ctx;

	(void)SHA512_Init(&ctx);
	(void)SHA512_Update(&ctx, bytes.ptr, bytes.len);
	(void)SHA512_Final(out, &ctx);
}
