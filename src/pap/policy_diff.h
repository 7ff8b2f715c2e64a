/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_diff.h - which policies differ, by id. What counts is what they say:
 * neither their layout, nor comments, nor the file that they are in.
 */
#ifndef ZTA_PAP_POLICY_DIFF_H
#define ZTA_PAP_POLICY_DIFF_H

#include "base/arena.h"
#include "ztauth/ledger.h"

/*
 * Compare the policies of the files that differ; the list is in `arena`. Files
 * and policies that cannot be read are left out. ZTA_ENOMEM, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_policy_diff__run(zta_arena *arena,
    const zta_ledger_changes *files, const zta_ledger_policy_change **list,
    size_t *count, zta_error *err);

#endif
