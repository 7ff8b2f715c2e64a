/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typecheck.h - the types of expressions in one environment: an action with a
 * type of principal and a type of resource. Strict mode.
 *
 * Each rule gives the type of an expression and shows the capabilities that
 * hold where it is true. NULL is the type of what was reported already: it fits
 * everywhere, so that one mistake is told once. What a `false` or a `true` that
 * is certain keeps from being evaluated is not checked.
 */
#ifndef ZTA_CEDAR_TYPECHECK_H
#define ZTA_CEDAR_TYPECHECK_H

#include "cedar/caps.h"
#include "cedar/findings.h"
#include "cedar/schema.h"
#include "cedar/type_notes.h"

typedef struct zta_environment {
	const zta_action *action;
	zta_type types[ZTA_SCOPES]; /* of principal, action, resource */
} zta_environment;

typedef struct zta_typecheck {
	const zta_schema *schema;
	zta_arena *arena; /* of the environment, for types */
	zta_findings *findings;
	zta_environment env;
	zta_caps *caps;        /* of the policy, for every environment */
	zta_type_notes *notes; /* NULL: none are taken */
	bool no_memory;
} zta_typecheck;

/*
 * The type of `expr`; what it shows if it is true is left on the stack of
 * `k->caps`. NULL: reported.
 */
const zta_type *zta_typecheck__expr(zta_typecheck *k, const zta_expr *expr);

/* The same for what must be a Bool. */
const zta_type *zta_typecheck__bool(zta_typecheck *k, const zta_expr *expr);

#endif
