/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.h - why each policy holds for a request or does not.
 *
 * A condition is walked as it was written: of `&&` only the operand that made
 * it false is told, of `||` the one that made it true; in the end stand the
 * comparisons that settled it, with the values of their operands.
 */
#ifndef ZTA_CEDAR_EXPLAIN_H
#define ZTA_CEDAR_EXPLAIN_H

#include "cedar/authorize.h"
#include "ztauth/cedar.h"

/*
 * Explain the policies, all of them or those whose scope holds, in their order.
 * `names` are those of the request, and grow. The list lies in `arena`.
 * ZTA_ENOMEM, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_explain__run(const zta_policies *policies,
    const zta_entities *entities, const zta_question *question,
    zta_names *names, bool all, zta_arena *arena,
    const zta_cedar_explanation **list, size_t *count, zta_error *err);

/* The same of the policies of these ids that there are, in their order. */
ZTA_MUST_USE zta_status zta_explain__ids(const zta_policies *policies,
    const zta_entities *entities, const zta_question *question,
    zta_names *names, const zta_str *ids, size_t id_count, zta_arena *arena,
    const zta_cedar_explanation **list, size_t *count, zta_error *err);

#endif
