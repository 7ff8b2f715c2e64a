/* SPDX-License-Identifier: Apache-2.0 */
/* show.h - a commit in the form in which it is shown. */
#ifndef ZTA_PAP_SHOW_H
#define ZTA_PAP_SHOW_H

#include "base/arena.h"
#include "ledger/commit.h"
#include "ztauth/ledger.h"

/* It refers to `arena`, and to what `commit` refers to. ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_show__commit(zta_arena *arena, const zta_oid *oid,
    const zta_commit *commit, zta_ledger_commit *out, zta_error *err);

/* The digits of an id, in `arena`; those of none are empty. ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_show__id(
    zta_arena *arena, const zta_oid *oid, zta_str *out, zta_error *err);

#endif
