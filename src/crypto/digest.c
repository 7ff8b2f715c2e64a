/* SPDX-License-Identifier: Apache-2.0 */
/* digest.c - see digest.h. */
#include "crypto/digest.h"

#include <openssl/sha.h>

void
zta_digest__sha256(zta_str bytes, unsigned char out[ZTA_SHA256_LEN])
{
	(void)SHA256((const unsigned char *)bytes.ptr, bytes.len, out);
}
