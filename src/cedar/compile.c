/* SPDX-License-Identifier: Apache-2.0 */
/* compile.c - from ast.h to code.h. Recursion is as deep as the tree is high. */
#include "base/error.h"
#include "base/str.h"
#include "cedar/code.h"

/*
 * The kids of `expr` as operands; `*folds` tells whether all are constants.
 * With names (a record) each operand stands behind its key.
 */
static zta_status
compile_kids(
    zta_compiler *c, const zta_expr *expr, uint32_t *first, bool *folds)
{
	uint32_t i, node, key, step = expr->name_count > 0 ? 2 : 1;
	zta_status status =
	    zta_compiler__reserve_operands(c, expr->kid_count * step, first);

	*folds = true;
	for (i = 0; status == ZTA_OK && i < expr->kid_count; i++) {
		status = zta_compiler__expr(c, expr->kids[i], &node);
		if (status == ZTA_OK && step == 2) {
			status = zta_names__symbol(
			    c->names, expr->names[i], &key, c->err);
			c->code->operands[*first + 2 * i] = key;
		}
		if (status == ZTA_OK) {
			c->code->operands[*first + step * i + step - 1] = node;
			*folds =
			    *folds && zta_compiler__constant(c, node) != NULL;
		}
	}
	return status;
}

static zta_status
compile_set(zta_compiler *c, const zta_expr *expr, uint32_t *out)
{
	uint32_t first, i;
	bool folds;
	zta_set *set;
	zta_value value = { .kind = ZTA_VALUE_SET };
	zta_status status = compile_kids(c, expr, &first, &folds);

	if (status != ZTA_OK) {
		return status;
	}
	if (!folds) {
		return zta_compiler__emit(c, expr->at,
		    (zta_node){ ZTA_CODE_SET, first, expr->kid_count, 0 }, out);
	}
	set = zta_set__alloc(c->arena, expr->kid_count);
	if (set == NULL) {
		return zta_compiler__no_room(c);
	}
	for (i = 0; i < expr->kid_count; i++) {
		set->items[i] =
		    *zta_compiler__constant(c, c->code->operands[first + i]);
	}
	zta_set__seal(set);
	zta_compiler__drop_operands(c, first);
	value.u.set = set;
	return zta_compiler__emit_constant(c, expr->at, &value, out);
}

static zta_status
compile_record(zta_compiler *c, const zta_expr *expr, uint32_t *out)
{
	uint32_t first, i;
	const uint32_t *pair;
	bool folds;
	zta_record *record;
	zta_value value = { .kind = ZTA_VALUE_RECORD };
	zta_status status = compile_kids(c, expr, &first, &folds);

	if (status != ZTA_OK) {
		return status;
	}
	if (!folds) {
		return zta_compiler__emit(c, expr->at,
		    (zta_node){ ZTA_CODE_RECORD, first, expr->kid_count, 0 },
		    out);
	}
	record = zta_record__alloc(c->arena, expr->kid_count);
	if (record == NULL) {
		return zta_compiler__no_room(c);
	}
	for (i = 0; i < expr->kid_count; i++) {
		pair = &c->code->operands[first + 2 * i];
		record->fields[i] =
		    (zta_field){ pair[0], *zta_compiler__constant(c, pair[1]) };
	}
	if (!zta_record__seal(record)) {
		return zta_error__set(
		    c->err, ZTA_EINVALID, "a key stands twice in a record");
	}
	zta_compiler__drop_operands(c, first);
	value.u.record = record;
	return zta_compiler__emit_constant(c, expr->at, &value, out);
}

static zta_status
compile_call(zta_compiler *c, const zta_expr *expr, uint32_t *out)
{
	uint32_t first, i;
	bool folds;
	zta_ext_fn fn = (zta_ext_fn)expr->number;
	zta_value args[ZTA_EXT_ARITY_MAX], value;
	zta_ext_result result;
	zta_status status = compile_kids(c, expr, &first, &folds);

	if (status != ZTA_OK) {
		return status;
	}
	if (folds && expr->kid_count <= ZTA_EXT_ARITY_MAX) {
		for (i = 0; i < expr->kid_count; i++) {
			args[i] = *zta_compiler__constant(
			    c, c->code->operands[first + i]);
		}
		result =
		    zta_ext__call(c->arena, fn, args, expr->kid_count, &value);
		if (result == ZTA_EXT_NO_MEMORY) {
			return zta_compiler__no_room(c);
		}
		if (result == ZTA_EXT_OK) {
			zta_compiler__drop_operands(c, first);
			return zta_compiler__emit_constant(
			    c, expr->at, &value, out);
		}
	}
	return zta_compiler__emit(c, expr->at,
	    (zta_node){ ZTA_CODE_CALL, first, expr->kid_count, fn }, out);
}

/* One node also for a path, so that what has it is evaluated once. */
static zta_status
compile_has(zta_compiler *c, const zta_expr *expr, uint32_t *out)
{
	uint32_t first = 0, i, node, key = 0;
	zta_status status = zta_compiler__expr(c, expr->kids[0], &node);

	if (status == ZTA_OK && expr->name_count > 1) {
		status =
		    zta_compiler__reserve_operands(c, expr->name_count, &first);
	}
	for (i = 0; status == ZTA_OK && i < expr->name_count; i++) {
		status =
		    zta_names__symbol(c->names, expr->names[i], &key, c->err);
		if (status == ZTA_OK && expr->name_count > 1) {
			c->code->operands[first + i] = key;
		}
	}
	if (status != ZTA_OK) {
		return status;
	}
	return zta_compiler__emit(c, expr->at,
	    expr->name_count == 1 ?
		(zta_node){ ZTA_CODE_HAS, node, key, 0 } :
		(zta_node){ ZTA_CODE_HAS_PATH, node, first, expr->name_count },
	    out);
}

/* `e is T`, and `e is T in x`, where e is evaluated once. */
static zta_status
compile_is(zta_compiler *c, const zta_expr *expr, uint32_t *out)
{
	uint32_t left, right = 0, type;
	zta_status status = zta_compiler__expr(c, expr->kids[0], &left);

	if (status == ZTA_OK) {
		status =
		    zta_names__symbol(c->names, expr->names[0], &type, c->err);
	}
	if (status == ZTA_OK && expr->kid_count > 1) {
		status = zta_compiler__expr(c, expr->kids[1], &right);
	}
	if (status != ZTA_OK) {
		return status;
	}
	return zta_compiler__emit(c, expr->at,
	    expr->kid_count == 1 ?
		(zta_node){ ZTA_CODE_IS, left, type, 0 } :
		(zta_node){ ZTA_CODE_IS_IN, left, right, type },
	    out);
}

/* A node whose second operand is a name. */
static zta_status
compile_get(zta_compiler *c, const zta_expr *expr, uint32_t *out)
{
	uint32_t kid, key;
	zta_status status = zta_compiler__expr(c, expr->kids[0], &kid);

	if (status == ZTA_OK) {
		status =
		    zta_names__symbol(c->names, expr->names[0], &key, c->err);
	}
	return status != ZTA_OK ?
	    status :
	    zta_compiler__emit(
		c, expr->at, (zta_node){ ZTA_CODE_GET, kid, key, 0 }, out);
}

static zta_status
compile_like(zta_compiler *c, const zta_expr *expr, uint32_t *out)
{
	uint32_t kid, pattern;
	zta_value value = zta_value__str(expr->names[0]);
	zta_status status = zta_compiler__expr(c, expr->kids[0], &kid);

	if (status == ZTA_OK) {
		status =
		    zta_compiler__emit_constant(c, expr->at, &value, &pattern);
	}
	return status != ZTA_OK ?
	    status :
	    zta_compiler__emit(c, expr->at,
		(zta_node){ ZTA_CODE_LIKE, kid, c->code->nodes[pattern].a, 0 },
		out);
}

static zta_status
compile_literal(zta_compiler *c, const zta_expr *expr, uint32_t *out)
{
	uint32_t type, uid = 0;
	zta_value value;
	zta_status status = ZTA_OK;

	switch ((zta_expr_op)expr->op) {
	case ZTA_EXPR_BOOL:
		value = zta_value__bool(expr->number != 0);
		break;
	case ZTA_EXPR_LONG:
		value = zta_value__number(ZTA_VALUE_LONG, expr->number);
		break;
	case ZTA_EXPR_STRING:
		value = zta_value__str(expr->names[0]);
		break;
	default:
		status =
		    zta_names__symbol(c->names, expr->names[0], &type, c->err);
		if (status == ZTA_OK) {
			status = zta_names__uid(
			    c->names, type, expr->names[1], &uid, c->err);
		}
		value = zta_value__entity(uid);
		break;
	}
	return status != ZTA_OK ?
	    status :
	    zta_compiler__emit_constant(c, expr->at, &value, out);
}

static zta_status
compile_chain(
    zta_compiler *c, const zta_expr *expr, zta_code_op op, uint32_t *out)
{
	uint32_t first;
	bool folds;
	zta_status status = compile_kids(c, expr, &first, &folds);

	return status != ZTA_OK ?
	    status :
	    zta_compiler__emit(
		c, expr->at, (zta_node){ op, first, expr->kid_count, 0 }, out);
}

/* Operators with up to three plain operands; 0, a constant, for the others. */
static const zta_code_op plain[] = {
	[ZTA_EXPR_NOT] = ZTA_CODE_NOT,
	[ZTA_EXPR_NEG] = ZTA_CODE_NEG,
	[ZTA_EXPR_EQ] = ZTA_CODE_EQ,
	[ZTA_EXPR_NE] = ZTA_CODE_NE,
	[ZTA_EXPR_LT] = ZTA_CODE_LT,
	[ZTA_EXPR_LE] = ZTA_CODE_LE,
	[ZTA_EXPR_GT] = ZTA_CODE_GT,
	[ZTA_EXPR_GE] = ZTA_CODE_GE,
	[ZTA_EXPR_IN] = ZTA_CODE_IN,
	[ZTA_EXPR_ADD] = ZTA_CODE_ADD,
	[ZTA_EXPR_SUB] = ZTA_CODE_SUB,
	[ZTA_EXPR_MUL] = ZTA_CODE_MUL,
	[ZTA_EXPR_IF] = ZTA_CODE_IF,
	[ZTA_EXPR_CONTAINS] = ZTA_CODE_CONTAINS,
	[ZTA_EXPR_CONTAINS_ALL] = ZTA_CODE_CONTAINS_ALL,
	[ZTA_EXPR_CONTAINS_ANY] = ZTA_CODE_CONTAINS_ANY,
	[ZTA_EXPR_IS_EMPTY] = ZTA_CODE_IS_EMPTY,
	[ZTA_EXPR_GET_TAG] = ZTA_CODE_GET_TAG,
	[ZTA_EXPR_HAS_TAG] = ZTA_CODE_HAS_TAG,
	[ZTA_EXPR_CALL] = 0,
};

static zta_status
compile_plain(zta_compiler *c, const zta_expr *expr, uint32_t *out)
{
	uint32_t kids[3] = { 0 }, i;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < expr->kid_count; i++) {
		status = zta_compiler__expr(c, expr->kids[i], &kids[i]);
	}
	if (status == ZTA_OK) {
		status = zta_compiler__emit(c, expr->at,
		    (zta_node){ plain[expr->op], kids[0], kids[1], kids[2] },
		    out);
	}
	return status;
}

zta_status
zta_compiler__expr(zta_compiler *c, const zta_expr *expr, uint32_t *node)
{
	if (plain[expr->op] != 0) {
		return compile_plain(c, expr, node);
	}
	switch ((zta_expr_op)expr->op) {
	case ZTA_EXPR_VAR:
		return zta_compiler__emit(c, expr->at,
		    (zta_node){ ZTA_CODE_VAR, (uint32_t)expr->number, 0, 0 },
		    node);
	case ZTA_EXPR_OR:
		return compile_chain(c, expr, ZTA_CODE_ANY, node);
	case ZTA_EXPR_AND:
		return compile_chain(c, expr, ZTA_CODE_ALL, node);
	case ZTA_EXPR_HAS:
		return compile_has(c, expr, node);
	case ZTA_EXPR_LIKE:
		return compile_like(c, expr, node);
	case ZTA_EXPR_IS:
		return compile_is(c, expr, node);
	case ZTA_EXPR_GET:
		return compile_get(c, expr, node);
	case ZTA_EXPR_SET:
		return compile_set(c, expr, node);
	case ZTA_EXPR_RECORD:
		return compile_record(c, expr, node);
	case ZTA_EXPR_CALL:
		return compile_call(c, expr, node);
	default:
		return compile_literal(c, expr, node);
	}
}

zta_status
zta_compiler__conditions(
    zta_compiler *c, const zta_policy_text *policy, uint32_t *node)
{
	const zta_condition *condition;
	uint32_t first, i;
	zta_status status;

	*node = ZTA_NAME_NONE;
	if (policy->condition_count == 0) {
		return ZTA_OK;
	}
	status =
	    zta_compiler__reserve_operands(c, policy->condition_count, &first);
	for (i = 0; status == ZTA_OK && i < policy->condition_count; i++) {
		condition = &policy->conditions[i];
		status = zta_compiler__expr(c, condition->body, node);
		if (status == ZTA_OK && condition->unless) {
			status = zta_compiler__emit(c, condition->body->at,
			    (zta_node){ ZTA_CODE_NOT, *node, 0, 0 }, node);
		}
		if (status == ZTA_OK) {
			c->code->operands[first + i] = *node;
		}
	}
	if (status == ZTA_OK && policy->condition_count > 1) {
		status = zta_compiler__emit(c, policy->at,
		    (zta_node){
			ZTA_CODE_ALL, first, policy->condition_count, 0 },
		    node);
	}
	return status;
}
