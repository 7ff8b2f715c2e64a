/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domains.h - which trust domain is the zone's own, and whose statements count,
 * by which keys. SPEC: ztauth 6; docs/formats/trust.md
 */
#ifndef ZTA_TRUST_DOMAINS_H
#define ZTA_TRUST_DOMAINS_H

#include "identity/jwks.h"

/* A property, and the workloads of which a domain may say that they have it. */
typedef struct zta_attests {
	zta_str property;
	const zta_str *workloads; /* ids, or prefixes */
	uint32_t workload_count;
} zta_attests;

typedef struct zta_domain {
	zta_str name;
	zta_jwks keys;
	const zta_str *sources; /* of identity/sources.json */
	uint32_t source_count;
	uint32_t line, column; /* of `sources` */
	const zta_attests *attests;
	uint32_t attests_count;
} zta_domain;

/* Zeroed: nobody's statements count, and the own domain is not said. */
typedef struct zta_domains {
	zta_str own; /* empty: not said */
	zta_domain *list;
	uint32_t count;
} zta_domains;

/*
 * Read trust/domains.json (empty: zeroed); the result refers to it and to
 * `arena`. ZTA_ESYNTAX, ZTA_EINVALID and others with line, column and pointer.
 * It is to be released after an error, too.
 */
ZTA_MUST_USE zta_status zta_domains__read(
    zta_domains *out, zta_arena *arena, zta_str text, zta_error *err);
/* Free the keys; the rest stays. */
void zta_domains__release(zta_domains *domains);

/* The domain of this name, or that has this source; or NULL. */
const zta_domain *zta_domains__find(const zta_domains *domains, zta_str name);
const zta_domain *zta_domains__of_source(
    const zta_domains *domains, zta_str source);

#endif
