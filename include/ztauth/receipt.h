/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/receipt.h - receipts of decisions: that a record is in a log, which
 * anybody can verify who has the log's verifier key. docs/formats/receipt.md
 */
#ifndef ZTAUTH_RECEIPT_H
#define ZTAUTH_RECEIPT_H

#include "ztauth/base.h"
#include "ztauth/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Verify a receipt under a verifier key (name+id+key). `*record` is the record
 * with its index, a JSON object in one line; zta_str_free() frees it. What the
 * receipt does not open is in its member `withheld`, as a commitment.
 * ZTA_EUNTRUSTED: the key has not signed it. ZTA_EINVALID: it proves nothing, or
 * is no receipt. ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_receipt_verify(
    zta_str receipt, zta_str verifier_key, zta_str *record, zta_error *err);

/* A receipt, and what its record is held to. */
typedef struct zta_receipt_question {
	zta_str receipt, verifier_key;
	zta_str policy; /* tlog-policy, in the place of the key; empty: none */
	zta_workspace *workspace; /* that has the version */
	const char *signers;      /* a list of allowed signers; NULL: whoever */
	zta_str request; /* its body as it was sent; empty: not asked */
	zta_str caller;  /* the workload that showed itself; empty: none */
} zta_receipt_question;

typedef struct zta_receipt_checked {
	char commit[65];
	char signer[64]; /* fingerprint of the key that signed it */
	bool asked;      /* the request was decided again */
} zta_receipt_checked;

/*
 * Verify a receipt, find the commit that its record names, and verify who signed
 * that; with the request, decide it again under those policies and as of then: the
 * decision has to be the one that was recorded, for the same reasons.
 * ZTA_EUNTRUSTED: receipt or commit are not signed by whom they should.
 * ZTA_EINVALID: the receipt is not good, it is another request, the record says
 * something else than its request, or the decision does not follow.
 * ZTA_ENOTFOUND: the workspace does not have the version. ZTA_EUNAVAILABLE: it
 * cannot be decided again: what failed at its token, came with grants, or was
 * one of several evaluations. ZTA_ESYNTAX, ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_receipt_recheck(
    const zta_receipt_question *question, zta_receipt_checked *out,
    zta_error *err);

/*
 * The same under a policy, which says whose logs are believed and which witnesses
 * must have cosigned (docs/formats/witness.md). Errors of the policy have line and
 * column; one that is none is ZTA_EINVALID.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_receipt_verify_by(
    zta_str receipt, zta_str policy, zta_str *record, zta_error *err);

/*
 * Ask the server of the zone at `url` (https://host/zones/<zone>) for the
 * receipt of the record with this id, 32 hexadecimal digits. `open` says what of
 * the record is to travel with it: subject, action, resource, request, ref, with
 * commas, or none; NULL: all of these. zta_str_free() frees it; it is not
 * verified. ZTA_ENOTFOUND: it has none. ZTA_EINVAL: the URL, the id or the list is
 * none. ZTA_EUNAVAILABLE, ZTA_EIO.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_receipt_fetch(const char *url,
    const char *id, const char *open, zta_str *receipt, zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
