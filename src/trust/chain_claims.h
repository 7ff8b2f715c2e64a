/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain_claims.h - what transaction tokens and seals both say: whose
 * transaction it is, through whom it came, and under what. For these alone.
 */
#ifndef ZTA_TRUST_CHAIN_CLAIMS_H
#define ZTA_TRUST_CHAIN_CLAIMS_H

#include "base/json_write.h"
#include "trust/txn_token.h"

/* --- writing; what fails is in the status of the buffer */

/* In base64url; none if it is no SHA-256. */
void zta_chain__put_digest(zta_json_out *out, const char *name, zta_str digest);
void zta_chain__put_seconds(zta_json_out *out, const char *name, int64_t ms);

/* `iss iat exp aud txn sub scope rctx tctx` */
void zta_chain__put(zta_json_out *out, const zta_txn *txn);
/* `dlg` */
void zta_chain__put_grants(zta_json_out *out, const zta_txn *txn);
/* Inside `ztauth`: `zone ledger commit subject rings` */
void zta_chain__put_rings(zta_json_out *out, const zta_txn *txn);

/* --- reading */

typedef struct zta_chain_reader {
	zta_arena *arena;
	zta_json_doc payload;
	bool broken; /* a member is missing or of the wrong form */
} zta_chain_reader;

/* Of what is missing or malformed: empty, and `broken`. */
zta_str zta_chain__take_text(
    zta_chain_reader *r, const zta_json *object, const char *name, bool needed);
zta_str zta_chain__take_digest(
    zta_chain_reader *r, const zta_json *object, const char *name, bool needed);
int64_t zta_chain__take_date(
    zta_chain_reader *r, const zta_json *object, const char *name);

/* All of the members above, but for `dlg`: of the object where it stands. */
void zta_chain__take(zta_chain_reader *r, zta_txn *out);
void zta_chain__take_grants(
    zta_chain_reader *r, const zta_json *object, zta_txn *out);

#endif
