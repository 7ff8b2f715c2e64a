/* SPDX-License-Identifier: Apache-2.0 */
/*
 * environments.c - see environments.h.
 *
 * The scope and the conditions are one conjunction, in their order. Most
 * environments end in the scope.
 *
 * SPEC: cedar validation.environments
 */
#include "cedar/environments.h"

#include "cedar/levels.h"
#include "cedar/scope.h"
#include "cedar/typecheck.h"
#include "cedar/types.h"
#include "ztauth/cedar.h"

/* How a policy comes out in an environment. */
typedef enum outcome {
	ANY,
	NEVER, /* it cannot hold */
	WRONG, /* reported */
	OUTCOMES
} outcome;

typedef struct visit {
	zta_typecheck k;
	const zta_policy *policy;
	zta_scope principal, resource;
	outcome action; /* what the scope says of the action that is visited */
	bool action_known;
	uint32_t level;
} visit;

/* --- scope */

/* A link is checked as its template is: its slot can be any entity. */
static zta_scope
scope_of(const zta_policy *policy, zta_expr_var var)
{
	zta_scope scope = policy->scope[var];

	if (policy->source->scope[var].slot) {
		scope.count = 0;
	}
	return scope;
}

/* A set of actions has one type, which an empty one does not tell. */
static outcome
check_action(zta_typecheck *k, const zta_policy *policy)
{
	const zta_scope_text *text = &policy->source->scope[ZTA_VAR_ACTION];
	const zta_scope *scope = &policy->scope[ZTA_VAR_ACTION];
	const zta_names *names = k->schema->names;
	uint32_t i;

	if (scope->op == ZTA_SCOPE_IN_SET && scope->count == 0) {
		zta_findings__add(k->findings, ZTA_RULE_EMPTY_SET, text->at);
		return WRONG;
	}
	for (i = 1; i < scope->count; i++) {
		if (zta_names__type_of(names, scope->entities[i]) !=
		    zta_names__type_of(names, scope->entities[0])) {
			zta_findings__add(k->findings, ZTA_RULE_INCOMPATIBLE,
			    text->entities[i].at);
			return WRONG;
		}
	}
	return zta_scope__fits_action(k->schema, scope, k->env.action->uid) ?
	    ANY :
	    NEVER;
}

/* --- conditions */

static outcome
check_conditions(zta_typecheck *k, const zta_policy_text *policy)
{
	const zta_condition *condition = policy->conditions;
	const zta_type *type;
	outcome out = ANY;
	bool never = false;
	uint32_t i, mark;

	for (i = 0; i < policy->condition_count && !never; i++, condition++) {
		mark = zta_caps__mark(k->caps);
		type = zta_typecheck__bool(k, condition->body);
		never = type == zta_type__singleton(condition->unless);
		if (type == NULL) {
			out = WRONG;
		}
		if (type == NULL || never || condition->unless) {
			zta_caps__drop(k->caps, mark);
		}
		zta_caps__assume(k->caps, mark, zta_caps__mark(k->caps));
	}
	zta_caps__forget(k->caps, 0, zta_caps__mark(k->caps));
	zta_caps__drop(k->caps, 0);
	return never && out == ANY ? NEVER : out;
}

/* The conditions in one environment, and their levels if they are in order. */
static outcome
visit_conditions(visit *v)
{
	zta_typecheck *k = &v->k;
	zta_type_notes notes;
	outcome out;

	if (v->level == ZTA_CEDAR_ANY_LEVEL) {
		out = check_conditions(k, v->policy->source);
	} else {
		zta_type_notes__init(&notes, k->arena, k->schema->names->seed);
		k->notes = &notes;
		out = check_conditions(k, v->policy->source);
		if (out != WRONG && !k->no_memory) {
			zta_levels__check_conditions(
			    k, v->policy->source, v->level);
		}
		k->notes = NULL;
	}
	zta_arena__reset(k->arena);
	return out;
}

/* --- environments */

static outcome
visit_environment(visit *v)
{
	zta_typecheck *k = &v->k;
	const zta_type *types = k->env.types;

	if (!zta_scope__fits_type(
		k->schema, &v->principal, types[ZTA_VAR_PRINCIPAL].entity)) {
		return NEVER;
	}
	if (!v->action_known) {
		v->action = check_action(k, v->policy);
		v->action_known = true;
	}
	if (v->action != ANY) {
		return v->action;
	}
	return zta_scope__fits_type(
		   k->schema, &v->resource, types[ZTA_VAR_RESOURCE].entity) ?
	    visit_conditions(v) :
	    NEVER;
}

static zta_type
entity_type(uint32_t name)
{
	return (zta_type){ .kind = ZTA_VALUE_ENTITY, .entity = name };
}

static void
visit_action(visit *v, const zta_action *action, bool seen[OUTCOMES])
{
	zta_environment *env = &v->k.env;
	uint32_t i, j;

	env->action = action;
	env->types[ZTA_VAR_ACTION] =
	    entity_type(zta_names__type_of(v->k.schema->names, action->uid));
	v->action_known = false;
	for (i = 0; i < action->principal_count; i++) {
		env->types[ZTA_VAR_PRINCIPAL] =
		    entity_type(action->principals[i]);
		for (j = 0; j < action->resource_count; j++) {
			env->types[ZTA_VAR_RESOURCE] =
			    entity_type(action->resources[j]);
			seen[visit_environment(v)] = true;
		}
	}
}

bool
zta_environments__check(const zta_schema *schema, const zta_policy *policy,
    uint32_t level, zta_arena *scratch, zta_caps *caps, zta_findings *findings,
    bool *possible)
{
	visit v = {
		.k = { .schema = schema,
		    .arena = scratch,
		    .findings = findings,
		    .caps = caps },
		.policy = policy,
		.principal = scope_of(policy, ZTA_VAR_PRINCIPAL),
		.resource = scope_of(policy, ZTA_VAR_RESOURCE),
		.level = level,
	};
	bool seen[OUTCOMES] = { false };
	uint32_t i;

	zta_caps__reset(caps);
	for (i = 0; i < schema->action_count; i++) {
		visit_action(&v, &schema->actions[i], seen);
	}
	if (level != ZTA_CEDAR_ANY_LEVEL && (seen[ANY] || seen[NEVER])) {
		zta_levels__check_scope(findings, policy->source, level);
	}
	*possible = seen[ANY] || seen[WRONG];
	return !v.k.no_memory && !caps->no_memory;
}
