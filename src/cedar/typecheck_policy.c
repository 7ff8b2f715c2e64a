/* SPDX-License-Identifier: Apache-2.0 */
/* typecheck_policy.c - scopes and conditions, see typecheck.h. */
#include "base/str.h"
#include "cedar/typecheck_expr.h"
#include "cedar/types.h"

/* Can the scope hold for this entity type? Slots can be anything. */
static bool
scope_may_hold(zta_typecheck *k, const zta_scope_text *scope, uint32_t of)
{
	uint32_t named = scope->type.len == 0 ?
	    of :
	    zta_names__find_symbol(k->schema->names, scope->type);
	uint32_t other = scope->count == 0 ?
	    of :
	    zta_names__find_symbol(k->schema->names, scope->entities[0].type);

	switch (scope->op) {
	case ZTA_SCOPE_EQ:
		return of == other;
	case ZTA_SCOPE_IN:
		return zta_typecheck__type_is_in(k, of, other);
	case ZTA_SCOPE_IS:
		return of == named;
	case ZTA_SCOPE_IS_IN:
		return of == named && zta_typecheck__type_is_in(k, of, other);
	default:
		return true;
	}
}

/* The action's scope, whose answer is known; an empty set is a mistake. */
static zta_outcome
check_action(zta_typecheck *k, const zta_scope_text *scope)
{
	uint32_t i, uid, first = ZTA_NAME_NONE, name;
	bool holds = scope->op == ZTA_SCOPE_ANY;

	if (scope->op == ZTA_SCOPE_IN_SET && scope->count == 0) {
		k->report(k->context, ZTA_RULE_EMPTY_SET, scope->at);
		return ZTA_OUTCOME_WRONG;
	}
	for (i = 0; i < scope->count; i++) {
		name = zta_names__find_symbol(
		    k->schema->names, scope->entities[i].type);
		first = i == 0 ? name : first;
		if (name != first) {
			k->report(k->context, ZTA_RULE_INCOMPATIBLE,
			    scope->entities[i].at);
			return ZTA_OUTCOME_WRONG;
		}
		uid = zta_typecheck__uid(
		    k->schema, scope->entities[i].type, scope->entities[i].id);
		if (uid == ZTA_NAME_NONE) {
			return ZTA_OUTCOME_WRONG; /* reported elsewhere */
		}
		holds = holds ||
		    (scope->op == ZTA_SCOPE_EQ ? uid == k->env.action->uid :
						 zta_typecheck__action_is_in(k,
						     k->env.action->uid, uid));
	}
	return holds ? ZTA_OUTCOME_ANY : ZTA_OUTCOME_FALSE;
}

static zta_outcome
check_conditions(zta_typecheck *k, const zta_policy_text *policy)
{
	const zta_caps *prior = NULL, *caps;
	const zta_condition *c;
	zta_outcome out = ZTA_OUTCOME_ANY;
	uint32_t i;
	const zta_type *t;

	for (i = 0; i < policy->condition_count; i++) {
		c = &policy->conditions[i];
		t = zta_typecheck__expr(k, c->body, prior, &caps);
		if (t != NULL && t->kind != ZTA_VALUE_BOOL) {
			k->report(k->context, ZTA_RULE_TYPE, c->body->at);
			t = NULL;
		}
		if (t == NULL) {
			out = ZTA_OUTCOME_WRONG;
			continue;
		}
		if (t == (c->unless ? &zta_type_true : &zta_type_false)) {
			return out == ZTA_OUTCOME_WRONG ? out :
							  ZTA_OUTCOME_FALSE;
		}
		if (!c->unless &&
		    !zta_caps__join(k->arena, caps, prior, &prior)) {
			k->no_memory = true;
		}
	}
	return out;
}

zta_outcome
zta_typecheck__policy(zta_typecheck *k, const zta_policy_text *policy)
{
	zta_outcome action;

	if (!scope_may_hold(
		k, &policy->scope[ZTA_VAR_PRINCIPAL], k->env.principal)) {
		return ZTA_OUTCOME_FALSE;
	}
	action = check_action(k, &policy->scope[ZTA_VAR_ACTION]);
	if (action != ZTA_OUTCOME_ANY) {
		return action;
	}
	if (!scope_may_hold(
		k, &policy->scope[ZTA_VAR_RESOURCE], k->env.resource)) {
		return ZTA_OUTCOME_FALSE;
	}
	return check_conditions(k, policy);
}
