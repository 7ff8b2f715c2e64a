/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transaction.h - believing transaction tokens of the zone, and going on with
 * one. SPEC: ztauth 4, 5.1
 */
#ifndef ZTA_PDP_TRANSACTION_H
#define ZTA_PDP_TRANSACTION_H

#include "pdp/decide.h"

/*
 * Verify signature, type, issuer, audience, zone and dates of `token` at `now`
 * (ms); `out` refers to it and `arena`. ZTA_EUNTRUSTED: `why` says what is
 * wrong. ZTA_ENOMEM, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_transaction__verify(const zta_zone *zone,
    zta_arena *arena, zta_str token, int64_t now, zta_txn *out, zta_error *why);

/*
 * The same, for a token that another is to follow: `ring` is the place of the
 * next ring, one behind those that `out` counts. ZTA_EUNTRUSTED: `code` says
 * with which code it is refused.
 */
ZTA_MUST_USE zta_status zta_transaction__continue(const zta_zone *zone,
    zta_arena *arena, zta_str token, int64_t now, zta_txn *out, zta_ring **ring,
    const char **code, zta_error *why);

#endif
