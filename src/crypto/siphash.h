/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siphash.h - SipHash-2-4 with 128 bits: short marks of texts, under a key that
 * only this process has. Who does not know the key cannot find another text of
 * the same mark but by chance; who does, cannot tell the text from it.
 */
#ifndef ZTA_CRYPTO_SIPHASH_H
#define ZTA_CRYPTO_SIPHASH_H

#include "ztauth/base.h"

typedef struct zta_siphash {
	uint64_t low, high;
} zta_siphash; /* a key, or a mark */

zta_siphash zta_siphash__of(const zta_siphash *key, zta_str text);

/* Takes the same time for all marks. */
static inline bool
zta_siphash__eq(zta_siphash a, zta_siphash b)
{
	return ((a.low ^ b.low) | (a.high ^ b.high)) == 0;
}

#endif
