/* SPDX-License-Identifier: Apache-2.0 */
/* api_key.c - see api_key.h. */
#include "identity/api_key.h"

#include <string.h>

#include "base/b64.h"
#include "base/deflate.h"
#include "base/random.h"
#include "base/str.h"
#include "crypto/secret.h"

#define PREFIX_LEN (sizeof(ZTA_API_KEY_PREFIX) - 1)
#define SECRET_LEN 40
#define SUM_LEN 8
#define SUM_AT (ZTA_API_KEY_LEN - SUM_LEN)

_Static_assert(ZTA_API_KEY_LEN ==
	PREFIX_LEN + ZTA_API_KEY_ID_LEN + 1 + SECRET_LEN + SUM_LEN,
    "the parts make the whole");

static void
put_sum(const char *text, char out[SUM_LEN])
{
	uint32_t sum = zta_crc32__of((zta_str){ text, SUM_AT });
	const unsigned char bytes[4] = { (unsigned char)(sum >> 24),
		(unsigned char)(sum >> 16), (unsigned char)(sum >> 8),
		(unsigned char)sum };

	zta_hex__encode((zta_str){ (const char *)bytes, 4 }, out);
}

static bool
is_hex(const char *text, size_t len)
{
	char bytes[ZTA_API_KEY_LEN];

	return zta_hex__decode((zta_str){ text, len }, bytes);
}

zta_api_key_form
zta_api_key__read(zta_str text, zta_str *id)
{
	char sum[SUM_LEN];
	const char *secret = text.ptr + PREFIX_LEN + ZTA_API_KEY_ID_LEN + 1;

	*id = (zta_str){ NULL, 0 };
	if (text.len != ZTA_API_KEY_LEN ||
	    !zta_str__starts(text, ZTA_STR(ZTA_API_KEY_PREFIX)) ||
	    !is_hex(text.ptr + PREFIX_LEN, ZTA_API_KEY_ID_LEN) ||
	    secret[-1] != '_' || !is_hex(secret, SECRET_LEN + SUM_LEN)) {
		return ZTA_API_KEY_MALFORMED;
	}
	*id = (zta_str){ text.ptr + PREFIX_LEN, ZTA_API_KEY_ID_LEN };
	put_sum(text.ptr, sum);
	return memcmp(sum, text.ptr + SUM_AT, SUM_LEN) == 0 ?
	    ZTA_API_KEY_GOOD :
	    ZTA_API_KEY_MISTYPED;
}

static char *
put_random(char *to, size_t digits)
{
	unsigned char bytes[SECRET_LEN / 2];

	zta_random__bytes(bytes, digits / 2);
	zta_hex__encode((zta_str){ (const char *)bytes, digits / 2 }, to);
	explicit_bzero(bytes, sizeof(bytes));
	return to + digits;
}

void
zta_api_key__make(char out[ZTA_API_KEY_MAX])
{
	char *to =
	    put_random(stpcpy(out, ZTA_API_KEY_PREFIX), ZTA_API_KEY_ID_LEN);

	*to++ = '_';
	(void)put_random(to, SECRET_LEN);
	put_sum(out, out + SUM_AT);
	out[ZTA_API_KEY_LEN] = '\0';
}

zta_status
zta_api_key__hash(const unsigned char pepper[ZTA_PEPPER_LEN], zta_str text,
    unsigned char out[ZTA_SHA256_LEN])
{
	return zta_secret__hmac(
	    (zta_str){ (const char *)pepper, ZTA_PEPPER_LEN }, text, out);
}
