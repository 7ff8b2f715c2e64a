/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c - see explain.h. */
#include "cedar/explain.h"

#include "base/error.h"
#include "base/str.h"
#include "cedar/expr_text.h"
#include "cedar/value_text.h"

/* A condition can have thousands of parts; nobody reads more than these. */
#define STEPS_MAX 64
/* One expression or value in an explanation. */
#define TEXT_MAX ((size_t)1 << 20)

typedef struct explainer {
	const zta_policies *policies;
	zta_names *names;
	zta_arena *arena;
	zta_eval x;
	zta_code code;            /* of the expression that is evaluated */
	const zta_policy *policy; /* that is explained */
	zta_cedar_step steps[STEPS_MAX];
	size_t step_count;
	zta_error *err;
} explainer;

static zta_status
no_room(explainer *e)
{
	return zta_arena__failed(e->arena, e->err);
}

/* --- steps */

/* Keep what was written into `buf`, and free it. */
static zta_status
keep(explainer *e, zta_buf *buf, zta_str *out)
{
	zta_status status = ZTA_OK;

	if (buf->status == ZTA_ELIMIT) {
		*out = ZTA_STR("(too long to show)");
	} else if (buf->status != ZTA_OK) {
		status = zta_error__nomem(e->err);
	} else {
		*out = zta_arena__copy(e->arena, zta_buf__str(buf));
		status = out->ptr == NULL ? no_room(e) : ZTA_OK;
	}
	zta_buf__release(buf);
	return status;
}

/* A step at byte `at` of the policy's file; NULL when there are enough. */
static zta_cedar_step *
new_step(explainer *e, uint32_t at, unsigned depth)
{
	zta_cedar_step *step = &e->steps[e->step_count];

	if (e->step_count == STEPS_MAX) {
		return NULL;
	}
	e->step_count++;
	*step = (zta_cedar_step){ .depth = depth };
	zta_lines__place(
	    &e->policy->file->lines, at, &step->line, &step->column);
	return step;
}

static zta_status
tell_value(explainer *e, bool known, const zta_value *value, zta_str *out)
{
	zta_buf buf;

	if (!known) {
		*out = zta_str_of(zta_eval__message(e->x.error));
		return ZTA_OK;
	}
	zta_buf__init(&buf, TEXT_MAX);
	zta_value_text__put(&buf, e->names, value);
	return keep(e, &buf, out);
}

static zta_status
tell_expr(explainer *e, const zta_expr *expr, bool known,
    const zta_value *value, unsigned depth)
{
	zta_cedar_step *step = new_step(e, expr->at, depth);
	zta_buf buf;
	zta_status status;

	if (step == NULL) {
		return ZTA_OK;
	}
	zta_buf__init(&buf, TEXT_MAX);
	zta_expr_text__put(&buf, expr);
	status = keep(e, &buf, &step->expr);
	step->failed = !known;
	if (status == ZTA_OK) {
		status = tell_value(e, known, value, &step->value);
	}
	if (status == ZTA_OK && zta_str__eq(step->expr, step->value)) {
		e->step_count--; /* a constant explains nothing */
	}
	return status;
}

/* --- conditions */

/* The value of `expr`; `*known` is false when it has none. */
static zta_status
evaluate(explainer *e, const zta_expr *expr, bool *known, zta_value *out)
{
	zta_compiler compiler = { &e->code, e->names, e->names->arena, e->err };
	uint32_t node;
	zta_status status;

	/* Nothing is left of what was compiled before, but its room. */
	zta_code__clear(&e->code);
	status = zta_compiler__expr(&compiler, expr, &node);
	if (status != ZTA_OK) {
		return status;
	}
	e->x.error = ZTA_EVAL_OK;
	*known = zta_eval__node(&e->x, node, out);
	return e->x.error == ZTA_EVAL_NO_MEMORY ? no_room(e) : ZTA_OK;
}

static bool
is_literal(const zta_expr *expr)
{
	return expr->op <= ZTA_EXPR_ENTITY;
}

/* Is what `expr` looks into worth telling? All of a record is too much. */
static bool
tells(const zta_expr *expr, const zta_expr *kid, bool known,
    const zta_value *value)
{
	if (is_literal(kid)) {
		return false;
	}
	return !known || value->kind != ZTA_VALUE_RECORD ||
	    (expr->op != ZTA_EXPR_GET && expr->op != ZTA_EXPR_HAS);
}

static zta_status explain_expr(explainer *e, const zta_expr *expr);

/* `expr` itself, and the values of its operands. */
static zta_status
explain_leaf(explainer *e, const zta_expr *expr)
{
	zta_value value;
	bool known;
	uint32_t i;
	zta_status status = evaluate(e, expr, &known, &value);

	if (status == ZTA_OK) {
		status = tell_expr(e, expr, known, &value, 0);
	}
	for (i = 0; status == ZTA_OK && i < expr->kid_count; i++) {
		status = evaluate(e, expr->kids[i], &known, &value);
		if (status == ZTA_OK &&
		    tells(expr, expr->kids[i], known, &value)) {
			status = tell_expr(e, expr->kids[i], known, &value, 1);
		}
	}
	return status;
}

/*
 * Of a chain the operand that ended it, which is false for `&&`, true for `||`,
 * or has no value; all of them, if none did.
 */
static zta_status
explain_chain(explainer *e, const zta_expr *expr)
{
	bool ends = expr->op == ZTA_EXPR_OR, known;
	zta_value value;
	uint32_t i;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < expr->kid_count; i++) {
		status = evaluate(e, expr->kids[i], &known, &value);
		if (status == ZTA_OK &&
		    (!known || value.kind != ZTA_VALUE_BOOL ||
			value.u.boolean == ends)) {
			return explain_expr(e, expr->kids[i]);
		}
	}
	for (i = 0; status == ZTA_OK && i < expr->kid_count; i++) {
		status = explain_expr(e, expr->kids[i]);
	}
	return status;
}

/* What was asked, and the branch that was taken. */
static zta_status
explain_if(explainer *e, const zta_expr *expr)
{
	zta_value value;
	bool known;
	zta_status status = evaluate(e, expr->kids[0], &known, &value);

	if (status == ZTA_OK) {
		status = explain_expr(e, expr->kids[0]);
	}
	return status == ZTA_OK && known && value.kind == ZTA_VALUE_BOOL ?
	    explain_expr(e, expr->kids[value.u.boolean ? 1 : 2]) :
	    status;
}

static zta_status
explain_expr(explainer *e, const zta_expr *expr)
{
	switch ((zta_expr_op)expr->op) {
	case ZTA_EXPR_AND:
	case ZTA_EXPR_OR:
		return explain_chain(e, expr);
	case ZTA_EXPR_NOT:
		return explain_expr(e, expr->kids[0]);
	case ZTA_EXPR_IF:
		return explain_if(e, expr);
	default:
		return explain_leaf(e, expr);
	}
}

/* Conditions in their order, up to the one that fails. */
static zta_status
explain_conditions(explainer *e, zta_cedar_explanation *out)
{
	const zta_policy_text *text = e->policy->source;
	const zta_condition *condition;
	zta_value value;
	bool known, holds = true;
	uint32_t i;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && holds && i < text->condition_count;
	     i++) {
		condition = &text->conditions[i];
		status = evaluate(e, condition->body, &known, &value);
		if (status != ZTA_OK) {
			return status;
		}
		known = known && value.kind == ZTA_VALUE_BOOL;
		holds = known && value.u.boolean != condition->unless;
		if (!holds) {
			e->step_count = 0;
			out->part = condition->unless ? "unless" : "when";
			out->outcome = known ? ZTA_CEDAR_CONDITION_FAILS :
					       ZTA_CEDAR_NOT_EVALUATED;
		}
		status = explain_expr(e, condition->body);
	}
	return status;
}

/* --- scope */

static void
put_scope(zta_buf *out, const zta_names *names, zta_expr_var var,
    const zta_scope *scope)
{
	uint32_t i;

	zta_buf__text(out, zta_expr_vars[var]);
	if (scope->op == ZTA_SCOPE_IS || scope->op == ZTA_SCOPE_IS_IN) {
		zta_buf__text(out, " is ");
		zta_buf__put(out, zta_names__text(names, scope->type));
	}
	if (scope->op == ZTA_SCOPE_EQ) {
		zta_buf__text(out, " == ");
	} else if (scope->op != ZTA_SCOPE_IS) {
		zta_buf__text(
		    out, scope->op == ZTA_SCOPE_IN_SET ? " in [" : " in ");
	}
	for (i = 0; i < scope->count; i++) {
		zta_buf__text(out, i > 0 ? ", " : "");
		zta_value_text__put_uid(out, names, scope->entities[i]);
	}
	zta_buf__text(out, scope->op == ZTA_SCOPE_IN_SET ? "]" : "");
}

/* The part of the scope that does not hold, and what was asked for. */
static zta_status
explain_scope(explainer *e, zta_expr_var var, zta_cedar_explanation *out)
{
	uint32_t at = e->policy->source->scope[var].at;
	zta_cedar_step *step = new_step(e, at, 0);
	zta_buf buf;
	zta_status status;

	out->outcome = ZTA_CEDAR_OUT_OF_SCOPE;
	out->part = zta_expr_vars[var];
	step->value = ZTA_STR("false");
	zta_buf__init(&buf, TEXT_MAX);
	put_scope(&buf, e->names, var, &e->policy->scope[var]);
	status = keep(e, &buf, &step->expr);
	if (status == ZTA_OK) {
		step = new_step(e, at, 1);
		step->expr = zta_str_of(zta_expr_vars[var]);
		status = tell_value(e, true, &e->x.vars[var], &step->value);
	}
	return status;
}

/* The first part of the scope that does not hold; ZTA_SCOPES: it holds. */
static zta_expr_var
failing_scope(const explainer *e)
{
	zta_expr_var var = 0;

	while (var < ZTA_SCOPES &&
	    zta_authorize__scope_holds(
		&e->x, &e->policy->scope[var], e->x.vars[var].u.entity)) {
		var++;
	}
	return var;
}

/* --- policies */

static zta_status
explain_policy(explainer *e, zta_expr_var failing, zta_cedar_explanation *out)
{
	zta_cedar_step *steps;
	zta_status status;

	e->step_count = 0;
	*out = (zta_cedar_explanation){ .policy = e->policy->id,
		.forbid = e->policy->forbid };
	out->file = zta_policy_file__place(
	    e->policy->file, e->policy->at, &out->line, &out->column);
	status = failing < ZTA_SCOPES ? explain_scope(e, failing, out) :
					explain_conditions(e, out);
	if (status != ZTA_OK) {
		return status;
	}
	steps =
	    zta_arena__alloc(e->arena, sizeof(*steps) * (e->step_count + 1));
	if (steps == NULL) {
		return no_room(e);
	}
	memcpy(steps, e->steps, sizeof(*steps) * e->step_count);
	out->steps = steps;
	out->step_count = e->step_count;
	return ZTA_OK;
}

/* How many there are to explain: few, where a set is large. */
static uint32_t
count_policies(explainer *e, bool all)
{
	uint32_t i, count = 0;

	for (i = 0; !all && i < e->policies->policies.count; i++) {
		e->policy = e->policies->policies.list[i];
		count += failing_scope(e) == ZTA_SCOPES;
	}
	return all ? e->policies->policies.count : count;
}

zta_status
zta_explain__run(const zta_policies *policies, const zta_entities *entities,
    const zta_question *question, zta_names *names, bool all, zta_arena *arena,
    const zta_cedar_explanation **list, size_t *count, zta_error *err)
{
	explainer e = {
		.policies = policies, .names = names, .arena = arena, .err = err
	};
	zta_cedar_explanation *out;
	zta_expr_var failing;
	zta_status status = ZTA_OK;
	uint32_t i;

	zta_authorize__begin(&e.x, entities, question, arena);
	e.code.arena = names->arena;
	e.x.code = &e.code;
	out = zta_arena__alloc(
	    arena, sizeof(*out) * (count_policies(&e, all) + 1));
	*count = 0;
	*list = out;
	if (out == NULL) {
		return no_room(&e);
	}
	for (i = 0; status == ZTA_OK && i < policies->policies.count; i++) {
		e.policy = policies->policies.list[i];
		failing = failing_scope(&e);
		if (all || failing == ZTA_SCOPES) {
			status = explain_policy(&e, failing, &out[*count]);
			(*count)++;
		}
	}
	return status;
}

zta_status
zta_explain__ids(const zta_policies *policies, const zta_entities *entities,
    const zta_question *question, zta_names *names, const zta_str *ids,
    size_t id_count, zta_arena *arena, const zta_cedar_explanation **list,
    size_t *count, zta_error *err)
{
	explainer e = {
		.policies = policies, .names = names, .arena = arena, .err = err
	};
	zta_cedar_explanation *out =
	    zta_arena__alloc(arena, sizeof(*out) * (id_count + 1));
	uint32_t number;
	size_t i;
	zta_status status = ZTA_OK;

	zta_authorize__begin(&e.x, entities, question, arena);
	e.code.arena = names->arena;
	e.x.code = &e.code;
	*count = 0;
	*list = out;
	if (out == NULL) {
		return no_room(&e);
	}
	for (i = 0; status == ZTA_OK && i < id_count; i++) {
		number = zta_map__get(&policies->ids, ids[i]);
		/* A template has another number, and nothing to explain. */
		if (number < policies->policies.count) {
			e.policy = policies->policies.list[number];
			status = explain_policy(
			    &e, failing_scope(&e), &out[(*count)++]);
		}
	}
	return status;
}
