/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statements.h - are the statements of a version such that it may exist, and
 * come into force? SPEC: ztauth 6; docs/formats/trust.md
 *
 * One that is wrong is an error. One that has lapsed - it has ended, or its key
 * was taken out - counts for nothing, so a version may go on having it; but
 * nobody brings it.
 */
#ifndef ZTA_PAP_STATEMENTS_H
#define ZTA_PAP_STATEMENTS_H

#include "ledger/object.h"
#include "pap/check.h"

/* The rule of the warnings about statements that have lapsed. */
#define ZTA_RULE_LAPSED "statement-lapsed"

/* Add what is to be said of the statements of `snapshot` at `now` (ms). */
void zta_statements__judge(
    zta_finding_list *list, const zta_snapshot *snapshot, int64_t now);

/*
 * Make an error of each warning about a lapsed statement that the tree `before`
 * (none: there is no version yet), which `source` has, does not have as it is.
 * Whatever the source says.
 */
ZTA_MUST_USE zta_status zta_statements__refuse_new(zta_check *check,
    const zta_object_source *source, const zta_oid *before, zta_error *err);

#endif
