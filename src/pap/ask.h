/* SPDX-License-Identifier: Apache-2.0 */
/* ask.h - a request, in either form, decided under one version. */
#ifndef ZTA_PAP_ASK_H
#define ZTA_PAP_ASK_H

#include "pdp/replay.h"
#include "trust/elevation.h"
#include "ztauth/ledger.h"

/*
 * Decide `request` under `snapshot` (NULL: nothing permits). The verdict's ids
 * and texts are in `arena`, which is for work, too. A text that is no request,
 * or no question under the schema, is refused, which is no error. ZTA_ENOMEM,
 * ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_ask__decide(const zta_snapshot *snapshot,
    zta_arena *arena, zta_str request, zta_ledger_verdict *out, zta_error *err);

/* The same of a line of requests that were kept: all legs after the token's. */
ZTA_MUST_USE zta_status zta_ask__again(const zta_snapshot *snapshot,
    zta_arena *arena, zta_str line, zta_ledger_verdict *out, zta_error *err);
/* Add to it why; where the elevation decided, its policies. */
ZTA_MUST_USE zta_status zta_ask__explain_again(const zta_snapshot *snapshot,
    zta_arena *arena, zta_str line, const zta_str *ids, size_t count,
    zta_ledger_verdict *out, zta_error *err);

/* The operation that was asked for; what the elevation was asked about a ring,
 * from 1, of its chain. */
zta_operation zta_ask__operation(const zta_replay *replay);
zta_elevation_question zta_ask__about_ring(
    const zta_replay *replay, uint32_t number, const zta_operation *operation);
/* What the policies were, over `names`, a layer that is made here. */
ZTA_MUST_USE zta_status zta_ask__question(const zta_snapshot *snapshot,
    zta_arena *arena, const zta_replay *replay, zta_names *names,
    zta_question *out, zta_error *err);

/* Who did what, and through whom, in a line for people. */
ZTA_MUST_USE zta_status zta_ask__tell_again(
    zta_arena *arena, zta_str line, zta_str *out, zta_error *err);

/* It is no question here, if that is what `status` says. */
ZTA_MUST_USE zta_status zta_ask__refuse(zta_arena *arena, zta_status status,
    const zta_error *why, zta_ledger_verdict *out, zta_error *err);

/* Add to the verdict why the policies of `ids` hold for it, or do not. */
ZTA_MUST_USE zta_status zta_ask__explain(const zta_snapshot *snapshot,
    zta_arena *arena, zta_str request, const zta_str *ids, size_t count,
    zta_ledger_verdict *out, zta_error *err);

#endif
