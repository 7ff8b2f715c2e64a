/* SPDX-License-Identifier: Apache-2.0 */
/* token.h - tokens of any header and payload, as an input wants them. */
#ifndef ZTA_FUZZ_TOKEN_H
#define ZTA_FUZZ_TOKEN_H

#include <stdlib.h>

#include "base/b64.h"
#include "crypto/key.h"

/* With a key NULL the signature is one that nobody made. */
static inline void
put_token(zta_buf *out, zta_str header, zta_str payload, const zta_key *key)
{
	unsigned char sig[ZTA_SIGNATURE_MAX] = { 0 };
	size_t len = 64;

	zta_b64__put(out, header);
	zta_buf__byte(out, '.');
	zta_b64__put(out, payload);
	if (key != NULL &&
	    zta_key__sign(key, zta_key_alg(key), zta_buf__str(out), sig, &len,
		NULL) != ZTA_OK) {
		abort();
	}
	zta_buf__byte(out, '.');
	zta_b64__put(out, (zta_str){ (const char *)sig, len });
}

#endif
