/* SPDX-License-Identifier: Apache-2.0 */
/* git_pack.h - a ledger as git sees it: refs, and packs of what they reach. */
#ifndef ZTA_PAP_GIT_PACK_H
#define ZTA_PAP_GIT_PACK_H

#include "ledger/ledger.h"
#include "ledger/pack.h"

/* What git calls the ref `main`, and the head of what it calls the others. */
#define ZTA_GIT_MAIN "refs/heads/main"
#define ZTA_GIT_HEADS "refs/heads/"

/*
 * The refs of the ledger, ascending, in `arena`; `name` is without refs/heads/.
 * One that git cannot call so is left out. Whatever the store says.
 */
ZTA_MUST_USE zta_status zta_git__refs(const zta_ledger *ledger,
    zta_arena *arena, zta_store_ref **out, size_t *count, zta_error *err);

/* zta_ledger__needs() of several commits, each object once. */
ZTA_MUST_USE zta_status zta_git__needs(const zta_ledger *ledger,
    const zta_oid *want, size_t want_count, const zta_oid *have,
    size_t have_count, zta_arena *arena, zta_ledger_needs *out, zta_error *err);

/*
 * Append the pack of these objects; `places` (or NULL) has room for as many.
 * ZTA_ELIMIT: `out` is full. Whatever the store says.
 */
ZTA_MUST_USE zta_status zta_git__pack(const zta_ledger *ledger,
    const zta_ledger_needs *needs, zta_buf *out, zta_pack_place *places,
    zta_error *err);

#endif
