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
zta_digest__sha256(zta_str bytes, unsigned char out[ZTA_SHA256_LEN])
{
	zta_digest__sha256_pair(bytes, (zta_str){ NULL, 0 }, out);
}

void
zta_digest__sha256_pair(zta_str a, zta_str b, unsigned char out[ZTA_SHA256_LEN])
{
	SHA256_CTX ctx;

	(void)SHA256_Init(&ctx);
	(void)SHA256_Update(&ctx, a.ptr, a.len);
	(void)SHA256_Update(&ctx, b.ptr, b.len);
	(void)SHA256_Final(out, &ctx);
}

void
zta_digest__sha512(zta_str bytes, unsigned char out[ZTA_SHA512_LEN])
{
	SHA512_CTX ctx;

	(void)SHA512_Init(&ctx);
	(void)SHA512_Update(&ctx, bytes.ptr, bytes.len);
	(void)SHA512_Final(out, &ctx);
}
