/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typecheck.c - see typecheck.h: the walk over an expression.
 *
 * Here stand the operators that decide which of their operands are evaluated,
 * `&&`, `||`, `if` and `is ... in`; all others have a rule in typecheck_rules.h
 * that gets the types of their operands.
 *
 * 1. Each operand is checked at most once, so the work grows with the text.
 * 2. Recursion is as deep as the tree is high, which its maker limits.
 * 3. Assumptions are taken back in the order in which they were made.
 *
 * SPEC: cedar validation
 */
#include "cedar/typecheck.h"

#include "cedar/typecheck_rules.h"
#include "cedar/types.h"

/* Of what has a rule, all but sets and records have no more operands. */
#define FEW 2

/* An operand of an operator that shows nothing of what its operands show. */
static const zta_type *
check_operand(zta_typecheck *k, const zta_expr *e)
{
	uint32_t mark = zta_caps__mark(k->caps);
	const zta_type *type = zta_typecheck__expr(k, e);

	zta_caps__drop(k->caps, mark);
	return type;
}

const zta_type *
zta_typecheck__bool(zta_typecheck *k, const zta_expr *e)
{
	const zta_type *type = zta_typecheck__expr(k, e);

	return type != NULL && type->kind != ZTA_VALUE_BOOL ?
	    zta_typecheck__wrong(k, ZTA_RULE_TYPE, e) :
	    type;
}

/* --- operators that evaluate some of their operands */

/*
 * Each operand is checked where those before it are true, and shows with them
 * what holds. One that is wrong or never true leaves nothing of that; those
 * after one that is never true are not evaluated. SPEC: cedar validation.and
 */
static const zta_type *
check_and(zta_typecheck *k, const zta_expr *e)
{
	uint32_t first = zta_caps__mark(k->caps), end, i;
	const zta_type *all = zta_typecheck__bool(k, e->kids[0]), *type;
	bool failed = all == NULL;

	end = zta_caps__mark(k->caps);
	zta_caps__assume(k->caps, first, end);
	for (i = 1; i < e->kid_count && all != &zta_type_false; i++) {
		type = zta_typecheck__bool(k, e->kids[i]);
		if (type == NULL || type == &zta_type_false) {
			zta_caps__forget(k->caps, first, end);
			zta_caps__drop(k->caps, first);
			failed = failed || type == NULL;
			all = type;
			end = first;
			continue;
		}
		zta_caps__assume(k->caps, end, zta_caps__mark(k->caps));
		end = zta_caps__mark(k->caps);
		if (all == &zta_type_true) {
			all = type;
		} else if (type != &zta_type_true) {
			all = &zta_type_bool;
		}
	}
	zta_caps__forget(k->caps, first, end);
	if (all == &zta_type_false) {
		zta_caps__drop(k->caps, first);
	}
	return failed ? NULL : all;
}

/*
 * Each operand is checked where nothing is known of those before it; what all
 * show that may be true holds. Those after one that is always true are not
 * evaluated. SPEC: cedar validation.or
 */
static const zta_type *
check_or(zta_typecheck *k, const zta_expr *e)
{
	uint32_t first = zta_caps__mark(k->caps), second, i;
	const zta_type *any = zta_typecheck__bool(k, e->kids[0]), *type;
	bool failed = any == NULL;

	for (i = 1; i < e->kid_count && any != &zta_type_true; i++) {
		second = zta_caps__mark(k->caps);
		type = zta_typecheck__bool(k, e->kids[i]);
		if (type == NULL) {
			zta_caps__drop(k->caps, first);
			failed = true;
			any = NULL;
		} else if (type == &zta_type_false) {
			zta_caps__drop(k->caps, second);
		} else if (type == &zta_type_true || any == &zta_type_false) {
			zta_caps__keep_second(k->caps, first, second);
			any = type;
		} else {
			zta_caps__keep_both(k->caps, first, second);
			any = &zta_type_bool;
		}
	}
	return failed ? NULL : any;
}

/*
 * The guard holds in the branch after `then`; a branch that is never taken is
 * not checked. Both branches have one type, and what both show holds.
 * SPEC: cedar validation.if
 */
static const zta_type *
check_if(zta_typecheck *k, const zta_expr *e)
{
	uint32_t first = zta_caps__mark(k->caps), end;
	const zta_type *guard = zta_typecheck__bool(k, e->kids[0]);
	const zta_type *yes = NULL, *no;

	if (guard == NULL || guard == &zta_type_false) {
		zta_caps__drop(k->caps, first);
	}
	if (guard != &zta_type_false) {
		end = zta_caps__mark(k->caps);
		zta_caps__assume(k->caps, first, end);
		yes = zta_typecheck__expr(k, e->kids[1]);
		zta_caps__forget(k->caps, first, end);
	}
	if (guard == &zta_type_true) {
		return yes;
	}
	end = zta_caps__mark(k->caps);
	no = zta_typecheck__expr(k, e->kids[2]);
	if (guard == &zta_type_false) {
		return no;
	}
	if (guard == NULL || yes == NULL || no == NULL) {
		zta_caps__drop(k->caps, first);
		return NULL;
	}
	zta_caps__keep_both(k->caps, first, end);
	return zta_typecheck__join(k, e, yes, no);
}

/* `e is T in x` is `e is T && e in x`. SPEC: cedar validation.is */
static const zta_type *
check_is(zta_typecheck *k, const zta_expr *e)
{
	const zta_type *kids[2] = { check_operand(k, e->kids[0]), NULL };
	const zta_type *type = zta_typecheck__is(k, e, kids);

	if (type != &zta_type_true || e->kid_count == 1) {
		return type;
	}
	kids[1] = check_operand(k, e->kids[1]);
	return zta_typecheck__in(k, e, kids);
}

/* --- operators that evaluate all of their operands */

static const zta_type *
check_plain(zta_typecheck *k, const zta_expr *e, zta_typecheck_rule *rule)
{
	const zta_type *few[FEW], **kids = few;
	uint32_t i;

	if (e->kid_count > FEW) {
		kids = zta_arena__alloc(k->arena, sizeof(*kids) * e->kid_count);
	}
	if (kids == NULL) {
		return zta_typecheck__no_memory(k);
	}
	for (i = 0; i < e->kid_count; i++) {
		kids[i] = check_operand(k, e->kids[i]);
	}
	return rule(k, e, kids);
}

/* SPEC: cedar validation.call */
static const zta_type *
check_call(zta_typecheck *k, const zta_expr *e)
{
	const zta_ext_info *info = zta_ext__info((zta_ext_fn)e->number);

	if (e->kid_count != info->arity) {
		return zta_typecheck__wrong(k, ZTA_RULE_ARITY, e);
	}
	return info->method ? check_plain(k, e, zta_typecheck__method) :
			      zta_typecheck__constructor(k, e);
}

/* By operator; NULL: it evaluates some of its operands. */
static zta_typecheck_rule *const rules[] = {
	[ZTA_EXPR_BOOL] = zta_typecheck__literal,
	[ZTA_EXPR_LONG] = zta_typecheck__literal,
	[ZTA_EXPR_STRING] = zta_typecheck__literal,
	[ZTA_EXPR_ENTITY] = zta_typecheck__literal,
	[ZTA_EXPR_VAR] = zta_typecheck__var,
	[ZTA_EXPR_NOT] = zta_typecheck__not,
	[ZTA_EXPR_NEG] = zta_typecheck__long,
	[ZTA_EXPR_EQ] = zta_typecheck__eq,
	[ZTA_EXPR_NE] = zta_typecheck__ne,
	[ZTA_EXPR_LT] = zta_typecheck__less,
	[ZTA_EXPR_LE] = zta_typecheck__less,
	[ZTA_EXPR_GT] = zta_typecheck__less,
	[ZTA_EXPR_GE] = zta_typecheck__less,
	[ZTA_EXPR_IN] = zta_typecheck__in,
	[ZTA_EXPR_ADD] = zta_typecheck__long,
	[ZTA_EXPR_SUB] = zta_typecheck__long,
	[ZTA_EXPR_MUL] = zta_typecheck__long,
	[ZTA_EXPR_HAS] = zta_typecheck__has,
	[ZTA_EXPR_LIKE] = zta_typecheck__like,
	[ZTA_EXPR_GET] = zta_typecheck__get,
	[ZTA_EXPR_CONTAINS] = zta_typecheck__contains,
	[ZTA_EXPR_CONTAINS_ALL] = zta_typecheck__contains_set,
	[ZTA_EXPR_CONTAINS_ANY] = zta_typecheck__contains_set,
	[ZTA_EXPR_IS_EMPTY] = zta_typecheck__is_empty,
	[ZTA_EXPR_GET_TAG] = zta_typecheck__get_tag,
	[ZTA_EXPR_HAS_TAG] = zta_typecheck__has_tag,
	[ZTA_EXPR_SET] = zta_typecheck__set,
	[ZTA_EXPR_RECORD] = zta_typecheck__record,
	[ZTA_EXPR_CALL] = NULL,
};

static const zta_type *
check(zta_typecheck *k, const zta_expr *e)
{
	switch ((zta_expr_op)e->op) {
	case ZTA_EXPR_AND:
		return check_and(k, e);
	case ZTA_EXPR_OR:
		return check_or(k, e);
	case ZTA_EXPR_IF:
		return check_if(k, e);
	case ZTA_EXPR_IS:
		return check_is(k, e);
	case ZTA_EXPR_CALL:
		return check_call(k, e);
	default:
		return check_plain(k, e, rules[e->op]);
	}
}

const zta_type *
zta_typecheck__expr(zta_typecheck *k, const zta_expr *e)
{
	const zta_type *type = check(k, e);

	if (type != NULL && k->notes != NULL &&
	    !zta_type_notes__add(k->notes, e, type)) {
		return zta_typecheck__no_memory(k);
	}
	return type;
}
