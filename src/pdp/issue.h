/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issue.h - two proofs become a transaction token. SPEC: ztauth 4, rfc8693
 *
 * A token is issued only if the workload may act for the subject at this very
 * moment; it lives no longer than either proof, and its scope is inside that of
 * the subject's token. A transaction token in the place of the subject's proof
 * is replaced: the transaction stays the same, its chain is one ring longer,
 * and all of its rings must hold as the trust model is now. So it is with a seal, which
 * may be older.
 */
#ifndef ZTA_PDP_ISSUE_H
#define ZTA_PDP_ISSUE_H

#include "identity/spent.h"
#include "identity/verify.h"
#include "pdp/decide.h"
#include "pdp/sealing.h"

typedef struct zta_issue_request {
	zta_presented subject, actor;
	/* Instead of `subject`: a transaction token, a seal, or a grant. */
	zta_str replaces, seal, grant;
	zta_received received;   /* with it */
	zta_ring *ring;          /* NULL: nothing is fetched for proofs */
	zta_live *live;          /* NULL: nothing that is good once is taken */
	zta_spent *spent;        /* the same of what lasts for longer */
	int64_t since;           /* when the call came, by its clock */
	zta_str audience;        /* empty: that of the zone */
	zta_str scope;           /* empty: all of the subject's */
	zta_str request_context; /* JSON objects, or empty */
	zta_str request_details;
	zta_str delegation; /* `jti` of the last grant; empty: none */
} zta_issue_request;

typedef struct zta_issue_answer {
	bool issued;
	const char *error; /* of RFC 6749; NULL if issued */
	const char *code;  /* ours: "issued", "invalid_token", ... */
	const char *leg;
	uint32_t ring;  /* that the code is about, from 1; 0: none */
	zta_str reason; /* for operators */
	zta_txn txn;    /* as far as it came */
	const zta_str *elevation;
	uint32_t elevation_count;
	const zta_delegation *delegation; /* NULL: none was judged */
	zta_need need; /* of ZTA_EUNAVAILABLE, unless it names nothing */
} zta_issue_answer;

/*
 * Everything is in `arena`. Anything but ZTA_OK: nothing is issued.
 * ZTA_EUNAVAILABLE: fetch `out->need`, and ask again.
 */
ZTA_MUST_USE zta_status zta_pdp__issue(const zta_zone *zone,
    const zta_snapshot *snapshot, zta_arena *arena,
    const zta_issue_request *request, int64_t now, zta_issue_answer *out,
    zta_error *err);

/* The record of what was issued or refused. `body` as it came. */
ZTA_MUST_USE zta_status zta_pdp__record_issue(const zta_zone *zone,
    const zta_snapshot *snapshot, zta_arena *arena, zta_str body, int64_t now,
    const zta_issue_answer *answer, zta_leaf *out, zta_error *err);

#endif
