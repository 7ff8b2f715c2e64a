/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide.h - the decision: token, scope, elevation, delegation, policy.
 * SPEC: ztauth 5
 *
 * The legs are tried in this order; the first that fails decides and is named.
 * The last leg, the record, is the caller's: nothing here is an answer until it
 * is durable.
 */
#ifndef ZTA_PDP_DECIDE_H
#define ZTA_PDP_DECIDE_H

#include "identity/known.h"
#include "log/leaf.h"
#include "pdp/delegation.h"
#include "pdp/request.h"
#include "pdp/snapshot.h"
#include "pdp/zone_keys.h"
#include "trust/txn_token.h"
#include "ztauth/pdp.h"

/* What a zone is called, and the public halves of its signing keys. */
typedef struct zta_zone {
	zta_str id;           /* "100000000001" */
	zta_str trust_domain; /* the audience of its tokens */
	zta_str ledger;       /* name */
	zta_str issuer;       /* of its tokens */
	bool follows;         /* the ledger is another server's */
	zta_zone_keys *keys;
	zta_known *known;      /* its tokens, among others; NULL: none */
	zta_followed *grants;  /* delegations; NULL: it knows none */
	int64_t seal_lifetime; /* ms */
} zta_zone;

typedef struct zta_decision {
	zta_effect effect;
	unsigned char id[ZTA_LEAF_ID_LEN];
	int64_t time; /* ms */
	zta_str home; /* trust domain of the zone; empty: not known */
	const char *leg, *code;
	uint32_t ring; /* that the code is about, from 1; 0: none */
	zta_str actor; /* workload of the current ring; may be empty */
	const zta_str *policies;
	uint32_t policy_count;
	const zta_str *elevation; /* policies that let the rings act */
	uint32_t elevation_count;
	const zta_str *errors; /* policies that could not be evaluated */
	uint32_t error_count;
	const zta_txn *txn; /* NULL: no token, or none that holds */
	const zta_delegation *delegation; /* NULL: none was judged */
	zta_str reason;                   /* for operators */
} zta_decision;

/*
 * What the decisions of one call stand on. `caller` is the workload that asks,
 * if the zone demands that it shows itself (NULL: it did not).
 */
typedef struct zta_grounds {
	const zta_zone *zone;
	const zta_snapshot *snapshot;
	zta_arena *arena; /* everything is in it */
	const zta_principal *caller;
	int64_t now; /* ms */
	/* Filled by zta_pdp__prove(): */
	bool proven;    /* there is a token that holds, or none is demanded */
	zta_txn *txn;   /* NULL: there is none, or it does not hold */
	zta_str reason; /* why it is not proven, for operators */
} zta_grounds;

/*
 * The half of the first leg that is about no subject: zone, ledger and token of
 * `request`. What follows decides only what is proven. ZTA_ENOMEM, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_pdp__prove(
    zta_grounds *grounds, const zta_authzen *request, zta_error *err);

/* Is a request without a token one that needs none? */
bool zta_pdp__needs_no_token(
    const zta_snapshot *snapshot, const zta_principal *caller);

/* Is it the subject of the token, if there is one? */
ZTA_MUST_USE bool zta_pdp__is_about(
    const zta_grounds *grounds, zta_str type, zta_str id);

/*
 * The rank of the level that the current workload has, whatever it is asked
 * for; 0: none, or there is no token. As zta_pdp__decide_proven().
 */
ZTA_MUST_USE zta_status zta_pdp__level(
    const zta_grounds *grounds, int64_t *rank, zta_error *err);

/*
 * Decide `request`, of which the call may have several. ZTA_EINVALID: no such
 * question can be asked, with line, column and JSON pointer; anything else but
 * ZTA_OK: there is no decision, as for a snapshot that is not whole
 * (ZTA_EINVAL).
 */
ZTA_MUST_USE zta_status zta_pdp__decide_proven(const zta_grounds *grounds,
    const zta_authzen *request, zta_decision *out, zta_error *err);

/* Both, of a call that has one. */
ZTA_MUST_USE zta_status zta_pdp__decide(const zta_zone *zone,
    const zta_snapshot *snapshot, zta_arena *arena, const zta_authzen *request,
    const zta_principal *caller, int64_t now, zta_decision *out,
    zta_error *err);

/*
 * Decide again what was decided once: `txn` (NULL: none) is what its token
 * said, which was judged then. Everything else is judged anew, as of `now`.
 * `caller` may be unknown by now, or empty; `home` is the zone's trust domain, or
 * empty where that is not known.
 */
ZTA_MUST_USE zta_status zta_pdp__decide_again(const zta_snapshot *snapshot,
    zta_arena *arena, const zta_authzen *request, zta_txn *txn, zta_str caller,
    zta_str home, int64_t now, zta_decision *out, zta_error *err);

/*
 * The record of the decision, which refers to it; `digest` is SHA-256 of the
 * request's body as it came.
 */
ZTA_MUST_USE zta_status zta_pdp__record(const zta_zone *zone,
    const zta_snapshot *snapshot, zta_arena *arena, const zta_authzen *request,
    zta_str digest, const zta_decision *decision, zta_leaf *out,
    zta_error *err);

/*
 * Credentials, rings and transaction; of a token that is not complete, too, and
 * with the grants of `delegation`, if it is not NULL.
 */
ZTA_MUST_USE zta_status zta_pdp__record_chain(zta_arena *arena,
    const zta_txn *txn, const zta_delegation *delegation, zta_leaf *out,
    zta_error *err);

/* Of type and action names, those that the ledger does not have: zta_leaf.strange. */
uint32_t zta_pdp__strange(
    const zta_snapshot *snapshot, zta_arena *arena, const zta_authzen *request);
/* How old is the knowledge that the record's commit is the newest? */
void zta_pdp__record_age(
    const zta_zone *zone, const zta_snapshot *snapshot, zta_leaf *leaf);

#endif
