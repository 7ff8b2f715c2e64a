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
 * What a token of the zone of this `typ` says: its signature is verified, the
 * rest is for the caller to judge. ZTA_EUNTRUSTED, ZTA_ENOMEM, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_transaction__signed(const zta_zone *zone,
    zta_arena *arena, zta_str token, const char *typ,
    const zta_known_reading *reading, const void **out, zta_error *why);

/* How far clocks of our own servers may differ. */
#define ZTA_TXN_LEEWAY_MS 5000

/*
 * The transaction goes on: `ring` is the place of its next ring, one behind
 * those that it counts. ZTA_EUNTRUSTED: its chain has no room.
 */
ZTA_MUST_USE zta_status zta_transaction__extend(
    zta_txn *txn, zta_arena *arena, zta_ring **ring, zta_error *why);

#endif
