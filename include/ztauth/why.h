/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/why.h - why a decision came out as it did, and what would have changed
 * it.
 *
 *     zta_why_question question = { .log = "log", .decision = id };
 *     zta_why_open(&why, &question, &err);
 *     puts(why->allowed ? "allowed" : "denied");
 *     zta_why_close(why);
 *
 * What was decided is in the record. If its request was kept
 * (docs/formats/requests.md) and the version of the ledger that it names is at
 * hand, it is decided again, as of then; and each change that is told of was
 * tried out by deciding once more with that change and no other.
 *
 * What this is not: proof. Kept requests are no part of the log, and are only
 * compared with the record where both have the same.
 */
#ifndef ZTAUTH_WHY_H
#define ZTAUTH_WHY_H

#include "ztauth/trust.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One workload of the chain. */
typedef struct zta_why_ring {
	zta_str workload, source, proof;
	int64_t age_ms; /* of the proof, when it was decided */
	/* By the trust model of the version; none if that is not at hand. */
	const zta_trust_membership *groups;
	size_t group_count;
	const zta_str *quarantine; /* entries that take it out */
	size_t quarantine_count;
	/* Decided again: why it may not act, "" if it may; NULL: it was not. */
	const char *code;
	zta_str level;           /* empty: none is reached */
	const zta_str *policies; /* of trust/elevation.cedar, that decided */
	size_t policy_count;
} zta_why_ring;

/* A grant of delegation that the decision came with, the first one first. */
typedef struct zta_why_grant {
	bool known; /* else the list has no grant of this digest */
	char digest[65];
	zta_str delegator, delegate, statement;
	const zta_str *actions;
	size_t action_count;
	const zta_cedar_entity *resources; /* without a pointer as id: all */
	size_t resource_count;
	zta_str when, purpose;          /* a NULL pointer: none */
	int64_t not_before, expires_at; /* ms */
	bool once;
	bool revoked; /* by now */
} zta_why_grant;

typedef enum zta_why_kind {
	ZTA_WHY_SCOPE,     /* with the scope `name`, too */
	ZTA_WHY_NO_SCOPE,  /* without it */
	ZTA_WHY_RESTORE,   /* with the workload `name` out of quarantine */
	ZTA_WHY_GROUP,     /* with the workload in the group `name`, too */
	ZTA_WHY_PROOF,     /* with a proof of this kind, made just then */
	ZTA_WHY_ACT_FOR,   /* if trust/elevation.cedar let it act */
	ZTA_WHY_POLICY,    /* had the policy `name` held */
	ZTA_WHY_NO_POLICY, /* had it not */
	ZTA_WHY_ACTION,    /* had the action been `name` */
	ZTA_WHY_KINDS
} zta_why_kind;

/* A change, and what the decision would have been. */
typedef struct zta_why_change {
	zta_why_kind kind;
	zta_str name;
	bool allowed;
	const char *leg, *code; /* that would have decided */
} zta_why_change;

/* Everything in it lives as long as it does. */
typedef struct zta_why {
	/* The record (docs/formats/decision.md). */
	uint64_t index;
	char id[33];
	int64_t time; /* ms */
	zta_str kind, zone, ledger, commit, txn, reason;
	zta_cedar_entity subject, resource;
	zta_str action;
	bool allowed;
	zta_str leg, code;
	size_t ring; /* that the code is about, from 1; 0: none */
	const zta_str *policies;
	size_t policy_count;
	const zta_str *errors; /* policies that could not be evaluated */
	size_t error_count;
	const zta_why_ring *rings;
	size_t ring_count;
	const zta_why_grant *grants;
	size_t grant_count;
	/* Judged once more, where a grant was refused and all are known: which
	 * one, from 1, and what is wrong with it (docs/formats/delegation.md);
	 * 0 and "holds": a condition or a revocation was. NULL: not judged. */
	size_t bad_grant;
	const char *bad_because;
	/* Decided again. */
	const char *not_again;  /* why it was not; NULL: it was */
	bool agrees;            /* it comes out as recorded */
	bool again_allowed;     /* else: what comes out */
	const char *again_code; /* and by what */
	const zta_str *scopes;  /* of the token */
	size_t scope_count;
	bool has_token;
	/* Policies that decided, or were nearest to it. */
	const zta_cedar_explanation *reasons;
	size_t reason_count;
	const zta_why_change *changes;
	size_t change_count;
} zta_why;

typedef struct zta_why_question {
	const char *log;          /* the directory of the decision log */
	const char *decision;     /* its id, 32 digits; or the record's index */
	zta_workspace *workspace; /* with the version; NULL: none is at hand */
	const char *grants;       /* a list of grants; NULL: none is at hand */
} zta_why_question;

/*
 * ZTA_ENOTFOUND: the log has no such record, or there is no log. ZTA_EINVAL:
 * `decision` is neither an id nor an index. ZTA_EINVALID: the log, the version
 * or the list is damaged. ZTA_EIO, ZTA_ELIMIT, ZTA_ENOMEM. Free with
 * zta_why_close().
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_why_open(
    zta_why **out, const zta_why_question *question, zta_error *err);

/* NULL is fine. */
ZTA_PUBLIC void zta_why_close(zta_why *why);

#ifdef __cplusplus
}
#endif
#endif
