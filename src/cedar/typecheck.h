/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typecheck.h - the types of a policy's expressions in one environment: an
 * action with a type of principal and a type of resource. Strict mode.
 */
#ifndef ZTA_CEDAR_TYPECHECK_H
#define ZTA_CEDAR_TYPECHECK_H

#include "cedar/ast.h"
#include "cedar/schema.h"

/* What can be wrong; each rule has a name for machines and a hint for people. */
typedef enum zta_rule {
	ZTA_RULE_UNKNOWN_ENTITY,
	ZTA_RULE_UNKNOWN_ACTION,
	ZTA_RULE_ENUM_CHOICE,
	ZTA_RULE_NO_ACTION,
	ZTA_RULE_TYPE,
	ZTA_RULE_INCOMPATIBLE,
	ZTA_RULE_UNKNOWN_ATTR,
	ZTA_RULE_OPTIONAL_ATTR,
	ZTA_RULE_NO_TAGS,
	ZTA_RULE_UNCHECKED_TAG,
	ZTA_RULE_EMPTY_SET,
	ZTA_RULE_ARITY,
	ZTA_RULE_EXT_LITERAL,
	ZTA_RULE_EXT_VALUE,
	ZTA_RULE_LEVEL,
	ZTA_RULE_LITERAL_READ,
	ZTA_RULE_IMPOSSIBLE, /* a warning */
	ZTA_RULE_COUNT
} zta_rule;

typedef struct zta_environment {
	const zta_action *action;
	uint32_t principal, resource; /* symbols */
} zta_environment;

typedef struct zta_type_notes zta_type_notes; /* see levels.h */

typedef struct zta_typecheck {
	const zta_schema *schema;
	zta_arena *arena;
	zta_environment env;
	zta_type_notes *notes; /* NULL: none are taken */
	/* Called for whatever is wrong; `at` is an offset in the text. */
	void (*report)(void *context, zta_rule rule, uint32_t at);
	void *context;
	bool no_memory;
} zta_typecheck;

/* How a condition comes out in the environment. */
typedef enum zta_outcome {
	ZTA_OUTCOME_ANY,
	ZTA_OUTCOME_FALSE, /* it can never hold */
	ZTA_OUTCOME_WRONG  /* reported */
} zta_outcome;

/* Check scope and conditions of the policy. */
ZTA_MUST_USE zta_outcome zta_typecheck__policy(
    zta_typecheck *check, const zta_policy_text *policy);

/* The uid of an entity literal, ZTA_NAME_NONE if no name of the schema. */
uint32_t zta_typecheck__uid(const zta_schema *schema, zta_str type, zta_str id);

/* Is `name` an entity type that is declared, or the type of an action? */
bool zta_typecheck__knows_type(const zta_schema *schema, uint32_t name);

#endif
