/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delegation.h - the grants that a token names, judged as they are now.
 * SPEC: ztauth 5.4, 7
 */
#ifndef ZTA_PDP_DELEGATION_H
#define ZTA_PDP_DELEGATION_H

#include "pdp/snapshot.h"
#include "pdp/zone_keys.h"
#include "trust/grant_chain.h"
#include "trust/grants.h"
#include "trust/txn_token.h"

typedef struct zta_delegation {
	zta_taken_grants taken;  /* the first one first */
	zta_grant_answer answer; /* zeroed: a refusal */
} zta_delegation;

/* What is asked of the grants that a zone knows. */
typedef struct zta_delegation_question {
	const zta_snapshot *snapshot;
	zta_followed *grants; /* NULL: the zone knows none */
	zta_known *known;     /* those that were verified; NULL: none */
	zta_str zone;
	zta_zone_keys *zone_keys; /* NULL: none */
	const zta_txn *txn;       /* subject and rings */
	zta_str jti;              /* of the last grant */
	int64_t now;              /* ms */
} zta_delegation_question;

/*
 * Find the chain that ends with the grant, and judge it, for whatever it is to
 * be used; `*out` is in `arena`. Anything but ZTA_OK is a no.
 */
ZTA_MUST_USE zta_status zta_delegation__judge(
    const zta_delegation_question *question, zta_arena *arena,
    zta_delegation **out, zta_error *err);

/* If it holds, is the operation inside it? The answer becomes that. */
ZTA_MUST_USE zta_status zta_delegation__use(zta_delegation *delegation,
    const zta_grant_operation *operation, zta_arena *arena, zta_error *err);

/*
 * What the grants (NULL: there are none) show of consent to the workload of the
 * question: one that holds names it as its delegate. It is the subject's own
 * consent, the first grant's: who passes it on makes it no fresher.
 * SPEC: ztauth 6, 7
 */
void zta_delegation__show_consent(
    const zta_delegation *delegation, zta_elevation_question *question);

/*
 * May a grant stand for a subject of this type: does the zone say so, and is what
 * the ledger says of it all that policies see of one who comes himself? HOLDS, or
 * why not.
 */
zta_grant_finding zta_delegation__may_stand(
    const zta_snapshot *snapshot, zta_str type);

/* Are the first of them all those that the token names, in its order? */
bool zta_delegation__begins_with(
    const zta_delegation *delegation, const zta_txn *txn);
/* Those that verify; NULL: none. */
const zta_jwks *zta_delegation__zone_keys(zta_zone_keys *keys);

/* SPEC: rfc9449 6.1: has the principal shown that it holds this key? */
bool zta_delegation__holds_key(
    const zta_principal *principal, zta_str thumbprint);

/* Does the token name these grants, and no others? */
bool zta_delegation__is_of(
    const zta_delegation *delegation, const zta_txn *txn);

#endif
