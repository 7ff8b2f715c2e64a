/* SPDX-License-Identifier: Apache-2.0 */
/*
 * residual.c - see residual.h.
 *
 * For a node that is evaluated to a boolean two sets are derived: the entities
 * for which it may be true, and those for which it may be false. Entities for
 * which it is an error, or no boolean, need to be in neither, and so an error
 * is nothing special: a known operand that fails has two empty sets. Why no
 * entity is lost:
 *
 * 1. A set holds at least the entities for which the node has its value. This
 *    is so for comparisons, whose lists come from indexes that leave nothing
 *    out, and where nothing better is known the set is all of the type.
 * 2. `a && b` is true only if both are, so either's set will do, and the
 *    smaller is taken. It is false only if a is, or if a is true and b false.
 *    That b is not looked at, or that a fails, can only make it fewer. The same
 *    holds for `||` and `if`, with true and false changed about.
 * 3. `always` says more: that for every entity the node does have this value.
 *    Known operands begin it; `&&` keeps it if both have it, and a chain that
 *    may have failed before never has it.
 * 4. A node that does not read the unknown has one value for all, and the
 *    evaluator gives it. Of a node that is not understood nothing is assumed.
 *
 * Recursion is as deep as the expression is high.
 */
#include "cedar/residual.h"

#include "cedar/authorize.h"

/* Where a node may be true, and where false. */
typedef struct truth {
	const zta_where *yes, *no;
} truth;

static truth
anything(zta_unknown *u)
{
	return (truth){ &u->everywhere, &u->everywhere };
}

/* An error, or no boolean, whatever the unknown is. */
static truth
nothing(zta_unknown *u)
{
	return (truth){ &u->never, &u->never };
}

/* True for some; elsewhere false or an error. */
static truth
perhaps(zta_unknown *u, const zta_where *yes)
{
	return (truth){ yes, &u->everywhere };
}

/* The same of a node that never fails. */
static truth
exactly(zta_unknown *u, const zta_where *yes)
{
	return (truth){ yes, yes->total == 0 ? &u->always : &u->everywhere };
}

static const zta_node *
node_at(const zta_unknown *u, uint32_t node)
{
	return &u->x->code->nodes[node];
}

static bool
is_open(const zta_unknown *u, uint32_t node)
{
	return (u->reads[node] & 1u << u->var) != 0;
}

/* The value of a node that does not read the unknown; false: an error. */
static bool
known(zta_unknown *u, uint32_t node, zta_value *out)
{
	u->x->error = ZTA_EVAL_OK;
	if (zta_eval__node(u->x, node, out)) {
		return true;
	}
	u->failed = u->failed || u->x->error == ZTA_EVAL_NO_MEMORY;
	return false;
}

/* Is it the unknown itself, or a path from it? */
static bool
is_unknown(const zta_unknown *u, uint32_t node)
{
	const zta_node *n = node_at(u, node);

	return n->op == ZTA_CODE_VAR && n->a == (uint32_t)u->var;
}

static bool
is_path(const zta_unknown *u, uint32_t node, zta_path *path)
{
	uint32_t var;

	return zta_code__path(u->x->code, node, &var, path) &&
	    var == (uint32_t)u->var;
}

static truth
truth_of_eq(zta_unknown *u, const zta_node *n)
{
	bool left = is_open(u, n->a);
	uint32_t open = left ? n->a : n->b, closed = left ? n->b : n->a;
	zta_value value;
	zta_path path;

	if (is_open(u, closed)) {
		return anything(u);
	}
	if (!known(u, closed, &value)) {
		return nothing(u);
	}
	if (is_unknown(u, open)) {
		return exactly(u,
		    value.kind == ZTA_VALUE_ENTITY ?
			zta_where__one(u, value.u.entity) :
			&u->never);
	}
	return is_path(u, open, &path) ?
	    perhaps(u, zta_where__value(u, ZTA_WHERE_EQUAL, &path, &value)) :
	    anything(u);
}

/* An entity, or a path, of the unknown `in` what is known. */
static truth
truth_of_in_known(zta_unknown *u, uint32_t open, const zta_value *right)
{
	const zta_where *yes = &u->never;
	const zta_value *items = right;
	zta_path path;
	uint32_t i, count = 1;
	bool self = is_unknown(u, open);

	if (right->kind == ZTA_VALUE_SET) {
		items = right->u.set->items;
		count = right->u.set->count;
	}
	for (i = 0; i < count; i++) {
		if (items[i].kind != ZTA_VALUE_ENTITY) {
			return nothing(u);
		}
	}
	if (!self && !is_path(u, open, &path)) {
		return anything(u);
	}
	for (i = 0; yes != &u->everywhere && i < count; i++) {
		yes = zta_where__either(u, yes,
		    self ? zta_where__below(u, items[i].u.entity) :
			   zta_where__owner(u, items[i].u.entity, &path));
	}
	return self ? exactly(u, yes) : perhaps(u, yes);
}

static truth
truth_of_in(zta_unknown *u, const zta_node *n)
{
	zta_value value;
	zta_path path;

	if (!is_open(u, n->b)) {
		return known(u, n->b, &value) ?
		    truth_of_in_known(u, n->a, &value) :
		    nothing(u);
	}
	if (is_open(u, n->a)) {
		return anything(u);
	}
	if (!known(u, n->a, &value) || value.kind != ZTA_VALUE_ENTITY) {
		return nothing(u);
	}
	return is_path(u, n->b, &path) ?
	    perhaps(u, zta_where__reader(u, value.u.entity, &path)) :
	    anything(u);
}

/* The unknown as an element of a known set. */
static truth
truth_of_element(zta_unknown *u, const zta_set *set)
{
	const zta_where *yes = &u->never;
	uint32_t i;

	for (i = 0; yes != &u->everywhere && i < set->count; i++) {
		if (set->items[i].kind == ZTA_VALUE_ENTITY) {
			yes = zta_where__either(
			    u, yes, zta_where__one(u, set->items[i].u.entity));
		}
	}
	return exactly(u, yes);
}

/* contains and containsAny of a known set. A set contains all of an empty one:
 * that is no reason to look for containsAll. */
static truth
truth_of_among(zta_unknown *u, const zta_node *n)
{
	zta_value set;
	zta_path path;

	if (!known(u, n->a, &set) || set.kind != ZTA_VALUE_SET) {
		return nothing(u);
	}
	if (n->op == ZTA_CODE_CONTAINS && is_unknown(u, n->b)) {
		return truth_of_element(u, set.u.set);
	}
	if (n->op == ZTA_CODE_CONTAINS_ALL || !is_path(u, n->b, &path)) {
		return anything(u);
	}
	return perhaps(u,
	    zta_where__any_value(
		u, ZTA_WHERE_AMONG, &path, set.u.set->items, set.u.set->count));
}

/* contains, containsAll, containsAny of what a path leads to. */
static truth
truth_of_contains(zta_unknown *u, const zta_node *n)
{
	const zta_where_kind kind = ZTA_WHERE_CONTAINS;
	zta_value right;
	zta_path path;

	if (!is_open(u, n->a)) {
		return truth_of_among(u, n);
	}
	if (is_open(u, n->b)) {
		return anything(u);
	}
	if (!known(u, n->b, &right) ||
	    (n->op != ZTA_CODE_CONTAINS && right.kind != ZTA_VALUE_SET)) {
		return nothing(u);
	}
	if (!is_path(u, n->a, &path)) {
		return anything(u);
	}
	if (n->op == ZTA_CODE_CONTAINS) {
		return perhaps(u, zta_where__value(u, kind, &path, &right));
	}
	return perhaps(u,
	    n->op == ZTA_CODE_CONTAINS_ALL ?
		zta_where__all_values(
		    u, kind, &path, right.u.set->items, right.u.set->count) :
		zta_where__any_value(
		    u, kind, &path, right.u.set->items, right.u.set->count));
}

static truth
truth_of_is(zta_unknown *u, const zta_node *n)
{
	if (!is_unknown(u, n->a)) {
		return anything(u);
	}
	return n->b == u->type ? (truth){ &u->always, &u->never } :
				 (truth){ &u->never, &u->always };
}

/* `e is T in x`: it is false, and x not looked at, for e of another type. */
static truth
truth_of_is_in(zta_unknown *u, const zta_node *n)
{
	if (!is_unknown(u, n->a)) {
		return (truth){ truth_of_in(u, n).yes, anything(u).no };
	}
	return n->c == u->type ? truth_of_in(u, n) :
				 (truth){ &u->never, &u->always };
}

/* An attribute that is a boolean. */
static truth
truth_of_flag(zta_unknown *u, uint32_t node)
{
	zta_value yes = zta_value__bool(true), no = zta_value__bool(false);
	zta_path path;

	if (!is_path(u, node, &path)) {
		return anything(u);
	}
	return (truth){ zta_where__value(u, ZTA_WHERE_FLAG, &path, &yes),
		zta_where__value(u, ZTA_WHERE_FLAG, &path, &no) };
}

static truth
truth_of_known(zta_unknown *u, uint32_t node)
{
	zta_value value;

	if (!known(u, node, &value) || value.kind != ZTA_VALUE_BOOL) {
		return nothing(u);
	}
	return value.u.boolean ? (truth){ &u->always, &u->never } :
				 (truth){ &u->never, &u->always };
}

static truth truth_of(zta_unknown *u, uint32_t node);

/* `&&` ends at the first operand that is false, `||` at one that is true. */
static truth
truth_of_chain(zta_unknown *u, const zta_node *n, bool stop)
{
	const uint32_t *operands = &u->x->code->operands[n->a];
	const zta_where *reach = &u->always, *ended = &u->never;
	truth t;
	uint32_t i;

	for (i = 0; reach->total > 0 && i < n->b; i++) {
		t = truth_of(u, operands[i]);
		ended = zta_where__either(
		    u, ended, zta_where__both(u, reach, stop ? t.yes : t.no));
		reach = zta_where__both(u, reach, stop ? t.no : t.yes);
	}
	return stop ? (truth){ ended, reach } : (truth){ reach, ended };
}

static truth
truth_of_if(zta_unknown *u, const zta_node *n)
{
	truth guard = truth_of(u, n->a);
	truth yes = guard.yes->total > 0 ? truth_of(u, n->b) : nothing(u);
	truth no = guard.no->total > 0 ? truth_of(u, n->c) : nothing(u);

	return (
	    truth){ zta_where__either(u, zta_where__both(u, guard.yes, yes.yes),
			zta_where__both(u, guard.no, no.yes)),
		zta_where__either(u, zta_where__both(u, guard.yes, yes.no),
		    zta_where__both(u, guard.no, no.no)) };
}

static truth
truth_of(zta_unknown *u, uint32_t node)
{
	const zta_node *n = node_at(u, node);
	truth t;

	if (!is_open(u, node)) {
		return truth_of_known(u, node);
	}
	switch ((zta_code_op)n->op) {
	case ZTA_CODE_ALL:
	case ZTA_CODE_ANY:
		return truth_of_chain(u, n, n->op == ZTA_CODE_ANY);
	case ZTA_CODE_NOT:
		t = truth_of(u, n->a);
		return (truth){ t.no, t.yes };
	case ZTA_CODE_IF:
		return truth_of_if(u, n);
	case ZTA_CODE_EQ:
		return truth_of_eq(u, n);
	case ZTA_CODE_NE:
		t = truth_of_eq(u, n);
		return (truth){ t.no, t.yes };
	case ZTA_CODE_IN:
		return truth_of_in(u, n);
	case ZTA_CODE_IS:
		return truth_of_is(u, n);
	case ZTA_CODE_IS_IN:
		return truth_of_is_in(u, n);
	case ZTA_CODE_GET:
		return truth_of_flag(u, node);
	case ZTA_CODE_CONTAINS:
	case ZTA_CODE_CONTAINS_ALL:
	case ZTA_CODE_CONTAINS_ANY:
		return truth_of_contains(u, n);
	default:
		return anything(u);
	}
}

/* --- policies */

static const zta_where *
where_in_scope(zta_unknown *u, const zta_scope *scope)
{
	const zta_where *where = &u->never;
	uint32_t i;

	switch (scope->op) {
	case ZTA_SCOPE_ANY:
		return &u->always;
	case ZTA_SCOPE_EQ:
		return zta_where__one(u, scope->entities[0]);
	case ZTA_SCOPE_IS:
		return scope->type == u->type ? &u->always : &u->never;
	case ZTA_SCOPE_IS_IN:
	case ZTA_SCOPE_IN:
	case ZTA_SCOPE_IN_SET:
		if (scope->op == ZTA_SCOPE_IS_IN && scope->type != u->type) {
			return &u->never;
		}
		for (i = 0; i < scope->count; i++) {
			where = zta_where__either(
			    u, where, zta_where__below(u, scope->entities[i]));
		}
		return where;
	}
	return &u->everywhere;
}

/* `node` must be true: narrow `where`, and keep what does not always hold. */
static void
require(
    zta_unknown *u, uint32_t node, zta_residual *out, zta_residual_step **last)
{
	const zta_node *n = node_at(u, node);
	zta_residual_step *step;
	truth t;
	uint32_t i;

	if (n->op == ZTA_CODE_ALL) {
		for (i = 0; out->where->total > 0 && i < n->b; i++) {
			require(u, u->x->code->operands[n->a + i], out, last);
		}
		return;
	}
	t = truth_of(u, node);
	out->where = zta_where__both(u, out->where, t.yes);
	if (t.yes == &u->always) {
		return;
	}
	step = zta_arena__alloc(u->arena, sizeof(*step));
	if (step == NULL) {
		u->failed = true;
		return;
	}
	*step = (zta_residual_step){ node, NULL };
	if (*last == NULL) {
		out->steps = step;
	} else {
		(*last)->next = step;
	}
	*last = step;
}

bool
zta_residual__make(zta_unknown *u, const zta_policy *p, zta_residual *out)
{
	zta_residual_step *last = NULL;
	zta_expr_var var;

	*out = (zta_residual){ .file = p->file, .where = &u->always };
	u->x->code = &p->file->code;
	u->reads = p->file->reads;
	for (var = 0; var < ZTA_SCOPES; var++) {
		if (var != u->var &&
		    !zta_authorize__scope_holds(
			u->x, &p->scope[var], u->x->vars[var].u.entity)) {
			out->where = &u->never;
			return true;
		}
	}
	out->where = where_in_scope(u, &p->scope[u->var]);
	if (out->where != &u->always) {
		out->scope = &p->scope[u->var];
	}
	if (p->condition != ZTA_NAME_NONE && out->where->total > 0) {
		require(u, p->condition, out, &last);
	}
	return !u->failed;
}

bool
zta_residual__holds(zta_unknown *u, const zta_residual *residual, uint32_t uid)
{
	zta_eval *x = u->x;
	const zta_residual_step *step;
	zta_value value;

	x->code = &residual->file->code;
	x->vars[u->var] = zta_value__entity(uid);
	if (residual->scope != NULL &&
	    !zta_authorize__scope_holds(x, residual->scope, uid)) {
		return false;
	}
	for (step = residual->steps; step != NULL; step = step->next) {
		if (!known(u, step->node, &value) ||
		    value.kind != ZTA_VALUE_BOOL || !value.u.boolean) {
			return false;
		}
	}
	return true;
}
