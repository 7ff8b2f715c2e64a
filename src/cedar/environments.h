/* SPDX-License-Identifier: Apache-2.0 */
/*
 * environments.h - a policy in every environment that the schema allows: each
 * action with each type of principal and of resource that it applies to.
 */
#ifndef ZTA_CEDAR_ENVIRONMENTS_H
#define ZTA_CEDAR_ENVIRONMENTS_H

#include "cedar/caps.h"
#include "cedar/findings.h"
#include "cedar/schema.h"

/*
 * Check types, and levels unless `level` is ZTA_CEDAR_ANY_LEVEL. Sets
 * `*possible` if the policy may hold in one of them, or was found wrong there.
 * `scratch` and `caps` are reset; false: no memory.
 */
ZTA_MUST_USE bool zta_environments__check(const zta_schema *schema,
    const zta_policy *policy, uint32_t level, zta_arena *scratch,
    zta_caps *caps, zta_findings *findings, bool *possible);

#endif
