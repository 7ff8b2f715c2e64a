/* SPDX-License-Identifier: Apache-2.0 */
/* validate.h - strict validation of a set of policies against a schema. */
#ifndef ZTA_CEDAR_VALIDATE_H
#define ZTA_CEDAR_VALIDATE_H

#include "cedar/findings.h"
#include "cedar/schema.h"

/*
 * Validate policies, templates and links, also at `level` unless that is
 * ZTA_CEDAR_ANY_LEVEL; findings are in `arena`. If `known` is not NULL it is
 * what was found of them in the set that files are shared with, and these are
 * not looked at again.
 */
ZTA_MUST_USE zta_status zta_validate__run(const zta_schema *schema,
    const zta_policies *policies, const zta_findings *known, uint32_t level,
    zta_arena *arena, zta_findings *out, zta_error *err);

#endif
