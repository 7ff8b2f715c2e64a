/* SPDX-License-Identifier: Apache-2.0 */
/* validate.h - strict validation of a set of policies against a schema. */
#ifndef ZTA_CEDAR_VALIDATE_H
#define ZTA_CEDAR_VALIDATE_H

#include "cedar/policies.h"
#include "cedar/typecheck.h"

typedef struct zta_finding {
	const zta_policy *policy;
	zta_rule rule;
	uint32_t at; /* byte offset in the policy's file */
} zta_finding;

typedef struct zta_findings {
	zta_finding *list;
	uint32_t count, room;
} zta_findings;

/* The name of a rule, what it says, what helps. Static. */
const char *zta_rule__name(zta_rule rule);
const char *zta_rule__message(zta_rule rule);
const char *zta_rule__hint(zta_rule rule);

/*
 * Validate policies, templates and links, also at `level` unless that is
 * ZTA_CEDAR_ANY_LEVEL; findings are in `arena`.
 */
ZTA_MUST_USE zta_status zta_validate__run(const zta_schema *schema,
    const zta_policies *policies, uint32_t level, zta_arena *arena,
    zta_findings *out, zta_error *err);

#endif
