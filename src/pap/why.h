/* SPDX-License-Identifier: Apache-2.0 */
/* why.h - an account of a decision, in the making. ztauth/why.h tells its use. */
#ifndef ZTA_PAP_WHY_H
#define ZTA_PAP_WHY_H

#include "log/leaf.h"
#include "pap/ask.h"
#include "pap/trust_view.h"
#include "trust/grants.h"
#include "ztauth/why.h"

typedef struct zta_account {
	zta_why told; /* first: what a caller holds points to it */
	zta_arena arena;
	const zta_why_question *asked;
	struct zta_log_reader *log; /* the leaf lives in it */
	zta_leaf leaf;
	zta_report *report;          /* of the version; NULL: not at hand */
	const zta_snapshot *version; /* in it */
	zta_trust_read trust;        /* of the version */
	bool kept;
	zta_replay replay; /* if it is kept */
	zta_decision again;
	zta_elevation *tried; /* under a model that is tried out */
	zta_error *err;
} zta_account;

/* Find the record; the leaf is set. */
ZTA_MUST_USE zta_status zta_why__find_record(zta_account *account);
/* Find the request beside the log; `kept` says whether there is one. */
ZTA_MUST_USE zta_status zta_why__find_request(zta_account *account);
/* Load the version that the record names, if the workspace has it. */
ZTA_MUST_USE zta_status zta_why__find_version(zta_account *account);

/* Tell of the rings, and of the grants. */
ZTA_MUST_USE zta_status zta_why__rings(zta_account *account);
ZTA_MUST_USE zta_status zta_why__grants(zta_account *account);
/* Tell of policies, and of changes; it came out as it was recorded. */
ZTA_MUST_USE zta_status zta_why__policies(zta_account *account);
ZTA_MUST_USE zta_status zta_why__changes(zta_account *account);

/* Of those changes: what the workload would have needed that might not act. */
ZTA_MUST_USE zta_status zta_why__workload(zta_account *account);

/*
 * Decide again under `version`, with `txn` as the token, and tell of it, unless
 * it is still refused at the same place.
 */
ZTA_MUST_USE zta_status zta_why__try(zta_account *account,
    const zta_snapshot *version, zta_txn *txn, zta_why_kind kind, zta_str name);

/* Tell of one more change. */
ZTA_MUST_USE zta_status zta_why__tell_change(
    zta_account *account, const zta_why_change *change);

#endif
