/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delegators.h - whose grants count, and by which keys.
 * SPEC: ztauth 7; docs/formats/delegation.md
 */
#ifndef ZTA_TRUST_DELEGATORS_H
#define ZTA_TRUST_DELEGATORS_H

#include "base/map.h"
#include "identity/jwks.h"

typedef struct zta_delegator {
	zta_str name; /* as grants have it: User::"alice", or a workload */
	zta_jwks keys;
} zta_delegator;

/* Zeroed: nobody may delegate. */
typedef struct zta_delegators {
	zta_delegator *list;
	uint32_t count;
	zta_map by_name;
	const zta_str *administrators; /* who may see and revoke all grants */
	uint32_t administrator_count;
} zta_delegators;

/*
 * Read trust/delegators.json (empty: there are none); the result refers to it
 * and to `arena`. ZTA_ESYNTAX, ZTA_EINVALID and others with line, column and
 * pointer. It is to be released after an error, too.
 */
ZTA_MUST_USE zta_status zta_delegators__read(
    zta_delegators *out, zta_arena *arena, zta_str text, zta_error *err);
void zta_delegators__release(zta_delegators *delegators);

/* The keys of a delegator, or NULL. */
const zta_jwks *zta_delegators__keys(
    const zta_delegators *delegators, zta_str name);

#endif
