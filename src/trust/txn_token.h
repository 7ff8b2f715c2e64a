/* SPDX-License-Identifier: Apache-2.0 */
/*
 * txn_token.h - transaction tokens: the request's context, signed.
 * SPEC: ztauth 4, draft-ietf-oauth-transaction-tokens; docs/formats/txn-token.md
 */
#ifndef ZTA_TRUST_TXN_TOKEN_H
#define ZTA_TRUST_TXN_TOKEN_H

#include "identity/known.h"
#include "trust/elevation.h"

/* Source of a subject that a grant stands for. */
#define ZTA_SUBJECT_BY_GRANT "delegation"

#define ZTA_TXN_TYP "txntoken+jwt"
/* Longest life, in milliseconds. SPEC: ztauth 4 */
#define ZTA_TXN_LIFETIME_MAX_MS 300000
/* Rings of one chain. */
#define ZTA_TXN_RINGS_MAX 32u

typedef struct zta_txn {
	zta_str issuer, audience, txn;
	int64_t issued_at, expires_at; /* ms */
	zta_subject subject;
	zta_str subject_digest; /* SHA-256 of the subject's credential */
	const zta_str *scopes;
	uint32_t scope_count;
	/* Objects, or NULL; they stay as they are through the transaction. */
	const zta_json *request_context, *request_details;
	zta_str zone, ledger, commit;
	const zta_ring *rings;
	uint32_t ring_count;
	const zta_str *delegations; /* `dlg`: each `jti`, the subject's first */
	uint32_t delegation_count;
	/* Of the seal through which it came last: its digest, or empty; its end. */
	zta_str seal;
	int64_t seal_expires_at; /* ms */
} zta_txn;

/* Append the payload. */
void zta_txn_token__put(zta_buf *buf, const zta_txn *txn);

/*
 * Read the payload of a token whose signature was verified; the result refers
 * to it and `arena`. Times and audience are for the caller to judge.
 * ZTA_EUNTRUSTED: not of this form.
 */
ZTA_MUST_USE zta_status zta_txn_token__read(
    const zta_jws *jws, zta_arena *arena, zta_txn *out, zta_error *err);

/* The same; what it means is a zta_txn. */
extern const zta_known_reading zta_txn_token__reading;

/* Is `text` how Cedar writes the entity of this type and id? */
bool zta_subject__is(zta_str text, zta_str type, zta_str id);

#endif
