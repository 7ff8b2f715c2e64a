/* SPDX-License-Identifier: Apache-2.0 */
/* digest.c - see digest.h. */
#include "crypto/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/error.h"

void
zta_digest__sha256(zta_str bytes, unsigned char out[ZTA_SHA256_LEN])
{
	(void)SHA256((const unsigned char *)bytes.ptr, bytes.len, out);
}

zta_status
zta_digest__sha256_parts(const zta_str *parts, size_t count,
    unsigned char out[ZTA_SHA256_LEN], zta_error *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok =
	    ctx != NULL && EVP_DigestInit_ex2(ctx, EVP_sha256(), NULL) == 1;
	size_t i;

	for (i = 0; ok && i < count; i++) {
		ok = EVP_DigestUpdate(ctx, parts[i].ptr, parts[i].len) == 1;
	}
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? ZTA_OK : zta_error__nomem(err);
}
