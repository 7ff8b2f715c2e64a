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
#include "base/sort.h"

/* What of a scope remains when it is not `any` and no single entity. */
static bool
wide_scope_holds(const zta_eval *x, const zta_scope *scope, uint32_t uid)
{
	uint32_t i;

	switch (scope->op) {
	case ZTA_SCOPE_ANY:
		return true;
	case ZTA_SCOPE_EQ:
		return uid == scope->entities[0];
	case ZTA_SCOPE_IS:
		return zta_eval__type_of(x, uid) == scope->type;
	case ZTA_SCOPE_IS_IN:
		return zta_eval__type_of(x, uid) == scope->type &&
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

static inline bool
scope_holds(const zta_eval *x, const zta_scope *scope, uint32_t uid)
{
	return scope->op == ZTA_SCOPE_ANY ||
	    (scope->op == ZTA_SCOPE_EQ ? uid == scope->entities[0] :
					 wide_scope_holds(x, scope, uid));
}

bool
zta_authorize__scope_holds(
    const zta_eval *x, const zta_scope *scope, uint32_t uid)
{
	return scope_holds(x, scope, uid);
}

static zta_truth
policy_holds(zta_eval *x, const zta_policy *policy)
{
	zta_expr_var var;

	for (var = 0; var < ZTA_SCOPES; var++) {
		if (!scope_holds(
			x, &policy->scope[var], x->vars[var].u.entity)) {
			return ZTA_FALSE;
		}
	}
	if (policy->condition == ZTA_NAME_NONE) {
		return ZTA_TRUE;
	}
	x->code = &policy->file->code;
	return zta_eval__truth(x, policy->condition);
}

zta_index_probe
zta_authorize__probe(const zta_eval *x, uint32_t uid)
{
	const zta_entity *entity = zta_eval__entity(x, uid);
	zta_index_probe probe = { .type = zta_eval__type_of(x, uid),
		.uid = uid };

	if (entity != NULL) {
		probe.ancestors = entity->ancestors;
		probe.ancestor_count = entity->ancestor_count;
	}
	return probe;
}

/* --- tallies: mostly of a few policies, so they begin small */

#define ROOM_MIN 8u

typedef struct tally {
	uint32_t *list;
	uint32_t count, room;
} tally;

typedef struct judge {
	const zta_policies *policies;
	zta_eval x;
	tally permits, forbids;
	zta_policy_error *errors;
	uint32_t error_count, error_room;
} judge;

static bool
count_policy(zta_arena *arena, tally *t, uint32_t policy)
{
	uint32_t more = t->room == 0 ? ROOM_MIN : t->room * 2;
	uint32_t *bigger;

	if (t->count == t->room) {
		bigger = zta_arena__grow(
		    arena, t->list, t->count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return false;
		}
		t->list = bigger;
		t->room = more;
	}
	t->list[t->count++] = policy;
	return true;
}

static bool
count_error(judge *j, uint32_t policy)
{
	uint32_t more = j->error_room == 0 ? ROOM_MIN : j->error_room * 2;
	zta_policy_error *bigger;

	if (j->error_count == j->error_room) {
		bigger = zta_arena__grow(j->x.arena, j->errors, j->error_count,
		    more, sizeof(*bigger));
		if (bigger == NULL) {
			return false;
		}
		j->errors = bigger;
		j->error_room = more;
	}
	j->errors[j->error_count++] =
	    (zta_policy_error){ policy, j->x.error, j->x.error_node };
	return true;
}

/* False: there is no memory to go on. */
static bool
judge_group(void *context, const uint32_t *list, uint32_t count)
{
	judge *j = context;
	const zta_policy *policy;
	uint32_t i;
	bool counted = true;

	for (i = 0; counted && i < count; i++) {
		policy = j->policies->policies.list[list[i]];
		switch (policy_holds(&j->x, policy)) {
		case ZTA_FALSE:
			break;
		case ZTA_TRUE:
			counted = count_policy(j->x.arena,
			    policy->forbid ? &j->forbids : &j->permits,
			    list[i]);
			break;
		case ZTA_NEITHER:
			counted = j->x.error != ZTA_EVAL_NO_MEMORY &&
			    count_error(j, list[i]);
			break;
		}
	}
	return counted;
}

static int
cmp_errors(const void *a, const void *b)
{
	const zta_policy_error *x = a, *y = b;

	return x->policy < y->policy ? -1 : x->policy > y->policy;
}

/* In the order of policies, each once. */
static uint32_t
seal_errors(zta_policy_error *list, uint32_t count)
{
	uint32_t i, kept = 0;

	zta_sort__run(list, count, sizeof(*list), cmp_errors);
	for (i = 0; i < count; i++) {
		if (kept == 0 || list[kept - 1].policy != list[i].policy) {
			list[kept++] = list[i];
		}
	}
	return kept;
}

void
zta_authorize__begin(zta_eval *x, const zta_entities *entities,
    const zta_question *question, zta_arena *arena)
{
	*x = (zta_eval){ .names = question->names,
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
	judge j = { .policies = policies };
	zta_index_probe probes[ZTA_INDEX_LEVELS];
	const tally *decisive;

	*out = (zta_verdict){ 0 };
	zta_authorize__begin(&j.x, entities, question, arena);
	probes[0] = zta_authorize__probe(&j.x, question->principal);
	probes[1] = zta_authorize__probe(&j.x, question->resource);
	probes[2] = zta_authorize__probe(&j.x, question->action);
	if (!zta_index__visit(&policies->index, probes, judge_group, &j)) {
		return zta_arena__failed(arena, err);
	}
	decisive = j.forbids.count > 0 ? &j.forbids : &j.permits;
	out->permitted = j.forbids.count == 0 && j.permits.count > 0;
	out->reasons = decisive->list;
	out->reason_count = zta_uids__seal(decisive->list, decisive->count);
	if (j.forbids.count > 0) {
		out->overruled = j.permits.list;
		out->overruled_count = j.permits.count;
	}
	out->errors = j.errors;
	out->error_count = seal_errors(j.errors, j.error_count);
	return ZTA_OK;
}
