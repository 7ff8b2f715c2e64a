/* SPDX-License-Identifier: Apache-2.0 */
/*
 * levels.h - how far a policy looks into the entities (Cedar RFC 76).
 *
 * Principal, action, resource and the entities in the context are near: level
 * 0. What is read from an entity of level n is of level n + 1. Validated at
 * level n, a policy reads entities below level n alone, so that a caller knows
 * which to supply: for level 1 those that the request names.
 */
#ifndef ZTA_CEDAR_LEVELS_H
#define ZTA_CEDAR_LEVELS_H

#include "base/map.h"
#include "cedar/typecheck.h"

/* The types of the expressions that can be evaluated in an environment. */
struct zta_type_notes {
	zta_map numbers; /* by the address of the expression */
	const zta_type **types;
	uint32_t count, room;
};

/* False: no memory. */
ZTA_MUST_USE bool zta_type_notes__add(
    zta_type_notes *notes, const zta_expr *expr, const zta_type *type);

/*
 * Report what reads further than `level`. The policy was checked in the
 * environment of `k`, which took notes.
 */
void zta_levels__check(
    zta_typecheck *k, const zta_policy_text *policy, uint32_t level);

#endif
