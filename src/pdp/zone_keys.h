/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_keys.h - the public keys that verify tokens of the zone: the one that
 * signs, the one that will, the one that did.
 *
 * They are replaced while others read them. A version is immutable and stays
 * until the end, so that readers take no lock: there are few of them.
 */
#ifndef ZTA_PDP_ZONE_KEYS_H
#define ZTA_PDP_ZONE_KEYS_H

#include <stdatomic.h>

#include "identity/jwks.h"

/* One version. */
typedef struct zta_zone_key_set {
	zta_arena arena;
	zta_str document; /* the JWKS; the key that signs is the first */
	zta_jwks keys;
	struct zta_zone_key_set *older;
} zta_zone_key_set;

/* Zeroed, there are none. */
typedef struct zta_zone_keys {
	_Atomic(zta_zone_key_set *) now;
} zta_zone_keys;

/*
 * Put the keys of a JWKS in force; one thread at a time does. `*changed`: they
 * are others than before. Errors are those of zta_jwks__read(); then nothing
 * changes.
 */
ZTA_MUST_USE zta_status zta_zone_keys__publish(
    zta_zone_keys *keys, zta_str document, bool *changed, zta_error *err);

/* What is in force, until the end; NULL: nothing. */
const zta_zone_key_set *zta_zone_keys__now(zta_zone_keys *keys);

void zta_zone_keys__release(zta_zone_keys *keys);

#endif
