/* SPDX-License-Identifier: Apache-2.0 */
/*
 * levels.h - how far a policy looks into the entities. SPEC: cedar rfc76
 *
 * Principal, action, resource and the entities in the context are near: level
 * 0. What is read from an entity of level n is of level n + 1. Validated at
 * level n, a policy reads entities below level n alone, so that a caller knows
 * which to supply: for level 1 those that the request names.
 */
#ifndef ZTA_CEDAR_LEVELS_H
#define ZTA_CEDAR_LEVELS_H

#include "cedar/typecheck.h"

/* Report what the scope reads further than `level`, in any environment. */
void zta_levels__check_scope(
    zta_findings *findings, const zta_policy_text *policy, uint32_t level);

/*
 * Report what the conditions read further than `level`. They were checked in
 * the environment of `k`, which took notes.
 */
void zta_levels__check_conditions(
    zta_typecheck *k, const zta_policy_text *policy, uint32_t level);

#endif
