/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issue_part.h - an exchange under way; for the files of issue alone. A step
 * returns true to go on, or false after it has refused or failed.
 */
#ifndef ZTA_PDP_ISSUE_PART_H
#define ZTA_PDP_ISSUE_PART_H

#include "pdp/issue.h"

typedef struct zta_issuer {
	const zta_zone *zone;
	const zta_snapshot *snapshot;
	zta_arena *arena;
	const zta_issue_request *request;
	int64_t now;
	zta_issue_answer *out;
	zta_error *err;
	zta_status status;
	zta_principal subject, actor;
	int64_t expires_at;   /* of what stands for the subject */
	const zta_seal *seal; /* through which it comes; NULL: none */
	zta_ring *ring;       /* of the actor */
	zta_str standing;     /* `jti` of a grant for the subject; or empty */
	uint32_t carried;     /* grants of the transaction that goes on */
	zta_operation operation;
	bool has_operation;
} zta_issuer;

/* Refuse: false. The reason is `first` and `second`. */
bool zta_issuer__refuse(zta_issuer *s, const char *error, const char *leg,
    const char *code, const char *first, const char *second);
/* Give up: false. */
bool zta_issuer__fail(zta_issuer *s, zta_status status);

/* Does the transaction go on, from a token or from a seal? */
bool zta_issuer__goes_on(const zta_issuer *s);

/* The proofs of subject and actor: `txn` has both of them, and the ring. */
bool zta_issuer__verify_proofs(zta_issuer *s);
/* Use up a seal that is good once. */
bool zta_issuer__use_seal(zta_issuer *s);

/* A grant stands for the subject. */
bool zta_issuer__take_grant(zta_issuer *s);
bool zta_issuer__refuse_grant(zta_issuer *s, zta_grant_finding finding);

/* Judge the grants that are named, or carried on; then let them count. */
bool zta_issuer__find_grants(zta_issuer *s);
bool zta_issuer__check_grants(zta_issuer *s);
/* Are those that are good once still so? Then use them up. */
bool zta_issuer__check_use(zta_issuer *s);
bool zta_issuer__use_grants(zta_issuer *s);

#endif
