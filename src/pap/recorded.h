/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recorded.h - a decision of the log, held to the request that was kept of it
 * and to what it is when it is decided again. SPEC: docs/formats/requests.md
 */
#ifndef ZTA_PAP_RECORDED_H
#define ZTA_PAP_RECORDED_H

#include "log/leaf.h"
#include "pap/workspace.h"
#include "pdp/replay.h"

/*
 * A copy of all that is asked for below, in `arena`; the rest of it is empty.
 * False: no memory.
 */
ZTA_MUST_USE bool zta_recorded__keep(
    zta_arena *arena, const zta_leaf *leaf, zta_leaf *out);

/* Is the chain of the record that of the token? NULL: there is none. */
bool zta_recorded__has_rings(const zta_leaf *leaf, const zta_txn *txn);

/* Is all that both the record and the kept request say the same? */
bool zta_recorded__is_of(const zta_leaf *leaf, const zta_replay *replay);

/* Is the decision the one that was recorded, for the same reasons? */
bool zta_recorded__agrees(const zta_leaf *leaf, const zta_decision *decision);

/*
 * The commit that records call `name`, or one that has the tree of this name, of
 * a folder that was no ledger of a store. None in `*out`: neither is here.
 */
ZTA_MUST_USE zta_status zta_recorded__commit(
    zta_workspace *workspace, zta_str name, zta_oid *out, zta_error *err);

/*
 * Load the version that records call `name`: a commit, or the tree of a folder
 * that was no ledger of a store. NULL in `*out`: the workspace does not have it.
 * It may be valid no more. Free with zta_report__close(); NULL after an error.
 */
ZTA_MUST_USE zta_status zta_recorded__version(
    zta_workspace *workspace, zta_str name, zta_report **out, zta_error *err);

#endif
