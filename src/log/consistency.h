/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consistency.h - that a log of some size is what an older one became: nothing
 * was changed, nothing was taken out. SPEC: rfc6962 2.1.2, rfc9162 2.1.4
 */
#ifndef ZTA_LOG_CONSISTENCY_H
#define ZTA_LOG_CONSISTENCY_H

#include "log/merkle.h"
#include "log/tree.h"

/*
 * The proof that the first `old` of `size` entries are those of the older tree;
 * empty for none, and for all. `old` <= `size`. Those of the source.
 */
ZTA_MUST_USE zta_status zta_consistency__prove(const zta_merkle_source *source,
    uint64_t old, uint64_t size, zta_merkle_path *out, zta_error *err);

/* Does the proof lead from the older head to the other one? */
ZTA_MUST_USE bool zta_consistency__holds(const zta_log_head *old,
    const zta_log_head *head, const zta_merkle_path *proof);

#endif
