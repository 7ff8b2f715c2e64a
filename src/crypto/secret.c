/* SPDX-License-Identifier: Apache-2.0 */
/* secret.c - see secret.h. */
#include "crypto/secret.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/hmac.h>

bool
zta_secret__equal(zta_str a, zta_str b)
{
	return a.len == b.len &&
	    (a.len == 0 || CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0);
}

zta_status
zta_secret__hmac(zta_str key, zta_str bytes, unsigned char out[ZTA_SHA256_LEN])
{
	unsigned len = 0;

	if (key.len <= INT32_MAX &&
	    HMAC(EVP_sha256(), key.ptr, (int)key.len,
		(const unsigned char *)bytes.ptr, bytes.len, out,
		&len) != NULL &&
	    len == ZTA_SHA256_LEN) {
		return ZTA_OK;
	}
	memset(out, 0, ZTA_SHA256_LEN);
	return ZTA_ENOMEM;
}
