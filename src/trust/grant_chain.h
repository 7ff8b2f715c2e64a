/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant_chain.h - grants from the subject's own down to the one that is used,
 * and whether they let an operation be done. SPEC: ztauth 5.4, 7;
 * docs/formats/delegation.md
 */
#ifndef ZTA_TRUST_GRANT_CHAIN_H
#define ZTA_TRUST_GRANT_CHAIN_H

#include "trust/elevation.h"
#include "trust/grant.h"

/* The chain, and all that it stands on. */
typedef struct zta_grant_chain {
	const zta_grant
	    *grants; /* each given by the delegate of the one before */
	uint32_t count;
	const zta_delegators *delegators;
	const zta_jwks *zone_keys;    /* of consent by ID token; NULL: none */
	const zta_trust_model *model; /* for its quarantine */
	zta_str zone;
	/* Was this grant taken back? Asked of each. */
	bool (*is_revoked)(const void *list, const zta_grant *grant);
	const void *list;
	int64_t now; /* ms */
} zta_grant_chain;

/* What is to be done: as grants name it, and as their conditions see it. */
typedef struct zta_grant_operation {
	zta_str action, resource_type, resource_id; /* the type is Cedar's */
	const zta_cedar *engine;
	const zta_question *question;
	/* Of the question; conditions add theirs, and the grants outlive them. */
	zta_names *names;
} zta_grant_operation;

/* Who uses the chain, and for what. */
typedef struct zta_grant_use {
	const zta_subject *subject;
	const zta_ring *rings; /* workloads, of which one was given the last */
	uint32_t ring_count;
	const zta_grant_operation *operation; /* NULL: not known yet */
} zta_grant_use;

typedef struct zta_grant_answer {
	zta_grant_finding finding;
	uint32_t number; /* of the grant that it is about, from 1; 0: none */
} zta_grant_answer;

/*
 * Are the grants in force, linked, each inside the one before? Who has signed
 * them is not asked: they need not stand.
 */
zta_grant_answer zta_grant_chain__fits(const zta_grant_chain *chain);

/*
 * Do the grants stand: genuine, in force, linked, each inside the one before?
 * What they may be used for is not asked.
 */
zta_grant_answer zta_grant_chain__stands(const zta_grant_chain *chain);

/*
 * Of a chain that is known to stand, for this subject and these workloads: is
 * the operation inside all of them? As below.
 */
ZTA_MUST_USE zta_status zta_grant_chain__allows(const zta_grant_chain *chain,
    const zta_grant_operation *operation, zta_arena *arena,
    zta_grant_answer *out, zta_error *err);

/*
 * Do they stand, for this subject and these workloads, and is the operation
 * inside all of them? `arena` is for work. Anything but ZTA_OK (ZTA_ENOMEM,
 * ZTA_ELIMIT) is a no.
 */
ZTA_MUST_USE zta_status zta_grant_chain__judge(const zta_grant_chain *chain,
    const zta_grant_use *use, zta_arena *arena, zta_grant_answer *out,
    zta_error *err);

#endif
