/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authorize.c - see authorize.h.
 *
 * 1. A forbid that holds denies, whatever permits hold.
 * 2. Without a permit that holds, the answer is no.
 * 3. A policy that fails to evaluate is left out and told of. Running out of
 *    memory is not such a failure: leaving out a forbid for it would allow.
 */
#include "cedar/authorize.h"

#include "base/error.h"

bool
zta_authorize__scope_holds(
    const zta_eval *x, const zta_scope *scope, uint32_t uid)
{
	uint32_t i;

	switch (scope->op) {
	case ZTA_SCOPE_ANY:
		return true;
	case ZTA_SCOPE_EQ:
		return uid == scope->entities[0];
	case ZTA_SCOPE_IS:
		return zta_names__type_of(x->names, uid) == scope->type;
	case ZTA_SCOPE_IS_IN:
		return zta_names__type_of(x->names, uid) == scope->type &&
		    zta_eval__is_in(x, uid, scope->entities[0]);
	case ZTA_SCOPE_IN:
	case ZTA_SCOPE_IN_SET:
		for (i = 0; i < scope->count; i++) {
			if (zta_eval__is_in(x, uid, scope->entities[i])) {
				return true;
			}
		}
		return false;
	}
	return false;
}

/* Does the policy hold? An error is left in `x`. */
static bool
policy_holds(zta_eval *x, const zta_policy *policy)
{
	zta_value value;
	zta_expr_var var;

	for (var = 0; var < ZTA_SCOPES; var++) {
		if (!zta_authorize__scope_holds(
			x, &policy->scope[var], x->vars[var].u.entity)) {
			return false;
		}
	}
	if (policy->condition == ZTA_NAME_NONE) {
		return true;
	}
	return zta_eval__node(x, policy->condition, &value) && value.u.boolean;
}

/* What the index is asked for one of the three entities. */
static zta_index_probe
probe_for(const zta_eval *x, uint32_t uid, uint32_t named)
{
	const zta_entity *entity = zta_eval__entity(x, uid);
	zta_index_probe probe = { .type = zta_names__type_of(x->names, uid),
		.uid = uid };

	if (entity == NULL) {
		return probe;
	}
	probe.ancestors = entity->ancestors;
	while (probe.ancestor_count < entity->ancestor_count &&
	    entity->ancestors[probe.ancestor_count] < named) {
		probe.ancestor_count++;
	}
	return probe;
}

/* Lists with room for all candidates; `permits` and reasons share one. */
typedef struct tally {
	uint32_t *permits, *forbids;
	uint32_t permit_count, forbid_count;
} tally;

static zta_status
judge(const zta_policies *policies, zta_eval *x, const uint32_t *candidates,
    uint32_t count, tally *t, zta_verdict *out)
{
	const zta_policy *policy;
	uint32_t i;
	bool holds;

	for (i = 0; i < count; i++) {
		policy = &policies->policies.list[candidates[i]];
		x->error = ZTA_EVAL_OK;
		holds = policy_holds(x, policy);
		if (x->error == ZTA_EVAL_NO_MEMORY) {
			return ZTA_ENOMEM;
		}
		if (x->error != ZTA_EVAL_OK) {
			out->errors[out->error_count++] =
			    (zta_policy_error){ candidates[i], x->error,
				    x->error_node };
		} else if (holds && policy->forbid) {
			t->forbids[t->forbid_count++] = candidates[i];
		} else if (holds) {
			t->permits[t->permit_count++] = candidates[i];
		}
	}
	return ZTA_OK;
}

void
zta_authorize__begin(zta_eval *x, const zta_policies *policies,
    const zta_entities *entities, const zta_question *question,
    zta_arena *arena)
{
	*x = (zta_eval){ .code = &policies->code,
		.names = question->names,
		.entities = entities,
		.extras = question->extras,
		.extra_count = question->extra_count,
		.arena = arena };
	x->vars[ZTA_VAR_PRINCIPAL] = zta_value__entity(question->principal);
	x->vars[ZTA_VAR_ACTION] = zta_value__entity(question->action);
	x->vars[ZTA_VAR_RESOURCE] = zta_value__entity(question->resource);
	x->vars[ZTA_VAR_CONTEXT] = (zta_value){ .kind = ZTA_VALUE_RECORD,
		.u.record = question->context };
}

zta_status
zta_authorize__run(const zta_policies *policies, const zta_entities *entities,
    const zta_question *question, zta_arena *arena, zta_verdict *out,
    zta_error *err)
{
	zta_eval x;
	zta_index_probe probes[ZTA_INDEX_LEVELS];
	tally t = { 0 };
	uint32_t *candidates, count;
	zta_status status;

	*out = (zta_verdict){ 0 };
	zta_authorize__begin(&x, policies, entities, question, arena);
	probes[0] = probe_for(&x, question->principal, policies->named);
	probes[1] = probe_for(&x, question->resource, policies->named);
	probes[2] = probe_for(&x, question->action, policies->named);
	status = zta_index__find(
	    &policies->index, probes, arena, &candidates, &count, err);
	if (status != ZTA_OK || count == 0) {
		return status;
	}
	t.permits = zta_arena__alloc(arena, count * sizeof(uint32_t));
	t.forbids = zta_arena__alloc(arena, count * sizeof(uint32_t));
	out->errors = zta_arena__alloc(arena, count * sizeof(*out->errors));
	if (t.permits == NULL || t.forbids == NULL || out->errors == NULL) {
		return zta_arena__failed(arena, err);
	}
	status = judge(policies, &x, candidates, count, &t, out);
	if (status != ZTA_OK) {
		*out = (zta_verdict){ 0 };
		return zta_arena__failed(arena, err);
	}
	out->permitted = t.forbid_count == 0 && t.permit_count > 0;
	out->reasons = t.forbid_count > 0 ? t.forbids : t.permits;
	out->reason_count =
	    t.forbid_count > 0 ? t.forbid_count : t.permit_count;
	return ZTA_OK;
}
