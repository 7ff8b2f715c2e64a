/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval.c - values of expressions; eval_truth.c has what is true or false.
 *
 * Operands are evaluated left to right, and the first error ends it: only `&&`,
 * `||` and `if` leave something out. Nothing is allocated but the sets and
 * records that a policy builds from what it computes.
 */
#include "cedar/eval.h"

#include "base/str.h"

const char *
zta_eval__message(zta_eval_error error)
{
	switch (error) {
	case ZTA_EVAL_OK:
		return "no error";
	case ZTA_EVAL_NO_ENTITY:
		return "the entity does not exist";
	case ZTA_EVAL_NO_ATTR:
		return "there is no such attribute";
	case ZTA_EVAL_NO_TAG:
		return "there is no such tag";
	case ZTA_EVAL_TYPE:
		return "an operand has the wrong type";
	case ZTA_EVAL_ARITY:
		return "wrong number of arguments";
	case ZTA_EVAL_OVERFLOW:
		return "the number does not fit 64 bits";
	case ZTA_EVAL_EXTENSION:
		return "the extension function failed";
	case ZTA_EVAL_NO_MEMORY:
		return "out of memory";
	}
	return "unknown";
}

static const zta_value *
fail(zta_eval *x, uint32_t node, zta_eval_error error)
{
	zta_eval__fail(x, node, error);
	return NULL;
}

const zta_value *
zta_eval__kind(
    zta_eval *x, uint32_t node, zta_value_kind kind, zta_value *spare)
{
	const zta_value *value = zta_eval__value(x, node, spare);

	return value == NULL || value->kind == (uint32_t)kind ?
	    value :
	    fail(x, node, ZTA_EVAL_TYPE);
}

/* --- attributes and tags */

static const zta_value *
eval_get(zta_eval *x, uint32_t node, const zta_node *n, zta_value *spare)
{
	const zta_value *of = zta_eval__value(x, n->a, spare), *value;
	const zta_record *record;
	const zta_entity *entity;

	if (of == NULL) {
		return NULL;
	}
	if (of->kind == ZTA_VALUE_ENTITY) {
		entity = zta_eval__entity(x, of->u.entity);
		if (entity == NULL) {
			return fail(x, node, ZTA_EVAL_NO_ENTITY);
		}
		record = entity->attrs;
	} else if (of->kind == ZTA_VALUE_RECORD) {
		record = of->u.record;
	} else {
		return fail(x, n->a, ZTA_EVAL_TYPE);
	}
	value = zta_record__get(record, n->b);
	return value != NULL ? value : fail(x, node, ZTA_EVAL_NO_ATTR);
}

bool
zta_eval__tag(zta_eval *x, const zta_node *n, const zta_entity **entity,
    const zta_value **tag)
{
	zta_value spare, spare_key;
	const zta_value *of = zta_eval__kind(x, n->a, ZTA_VALUE_ENTITY, &spare);
	const zta_value *key = of == NULL ?
	    NULL :
	    zta_eval__kind(x, n->b, ZTA_VALUE_STRING, &spare_key);
	uint32_t symbol;

	if (key == NULL) {
		return false;
	}
	*entity = zta_eval__entity(x, of->u.entity);
	*tag = NULL;
	if (*entity != NULL && (*entity)->tags != NULL) {
		symbol = zta_names__find_symbol(x->names, zta_value__text(key));
		*tag = symbol == ZTA_NAME_NONE ?
		    NULL :
		    zta_record__get((*entity)->tags, symbol);
	}
	return true;
}

static const zta_value *
eval_get_tag(zta_eval *x, uint32_t node, const zta_node *n)
{
	const zta_entity *entity;
	const zta_value *tag;

	if (!zta_eval__tag(x, n, &entity, &tag)) {
		return NULL;
	}
	if (tag == NULL) {
		return fail(x, node,
		    entity == NULL ? ZTA_EVAL_NO_ENTITY : ZTA_EVAL_NO_TAG);
	}
	return tag;
}

/* --- arithmetic */

static const zta_value *
eval_arithmetic(zta_eval *x, uint32_t node, const zta_node *n, zta_value *spare)
{
	zta_value spare_right;
	const zta_value *left = zta_eval__kind(x, n->a, ZTA_VALUE_LONG, spare);
	const zta_value *right = left == NULL ?
	    NULL :
	    zta_eval__kind(x, n->b, ZTA_VALUE_LONG, &spare_right);
	int64_t a, b, sum = 0;
	bool over;

	if (right == NULL) {
		return NULL;
	}
	a = left->u.number;
	b = right->u.number;
	if (n->op == ZTA_CODE_ADD) {
		over = __builtin_add_overflow(a, b, &sum);
	} else if (n->op == ZTA_CODE_SUB) {
		over = __builtin_sub_overflow(a, b, &sum);
	} else {
		over = __builtin_mul_overflow(a, b, &sum);
	}
	*spare = zta_value__number(ZTA_VALUE_LONG, sum);
	return !over ? spare : fail(x, node, ZTA_EVAL_OVERFLOW);
}

static const zta_value *
eval_neg(zta_eval *x, uint32_t node, const zta_node *n, zta_value *spare)
{
	const zta_value *of = zta_eval__kind(x, n->a, ZTA_VALUE_LONG, spare);

	if (of == NULL) {
		return NULL;
	}
	if (of->u.number == INT64_MIN) {
		return fail(x, node, ZTA_EVAL_OVERFLOW);
	}
	*spare = zta_value__number(ZTA_VALUE_LONG, -of->u.number);
	return spare;
}

/* --- what is built */

static const zta_value *
eval_set(zta_eval *x, uint32_t node, const zta_node *n, zta_value *spare)
{
	const uint32_t *operands = &x->code->operands[n->a];
	zta_set *set = zta_set__alloc(x->arena, n->b);
	uint32_t i;

	if (set == NULL) {
		return fail(x, node, ZTA_EVAL_NO_MEMORY);
	}
	for (i = 0; i < n->b; i++) {
		if (!zta_eval__node(x, operands[i], &set->items[i])) {
			return NULL;
		}
	}
	zta_set__seal(set);
	*spare = (zta_value){ .kind = ZTA_VALUE_SET, .u.set = set };
	return spare;
}

static const zta_value *
eval_record(zta_eval *x, uint32_t node, const zta_node *n, zta_value *spare)
{
	const uint32_t *operands = &x->code->operands[n->a];
	zta_record *record = zta_record__alloc(x->arena, n->b);
	uint32_t i;

	if (record == NULL) {
		return fail(x, node, ZTA_EVAL_NO_MEMORY);
	}
	for (i = 0; i < n->b; i++) {
		record->fields[i].key = operands[2 * i];
		if (!zta_eval__node(
			x, operands[2 * i + 1], &record->fields[i].value)) {
			return NULL;
		}
	}
	*spare = (zta_value){ .kind = ZTA_VALUE_RECORD, .u.record = record };
	return zta_record__seal(record) ? spare : fail(x, node, ZTA_EVAL_TYPE);
}

/* All arguments are evaluated before any is judged. */
static const zta_value *
eval_call(zta_eval *x, uint32_t node, const zta_node *n, zta_value *spare)
{
	zta_value args[ZTA_EXT_ARITY_MAX], beyond;
	uint32_t i;

	for (i = 0; i < n->b; i++) {
		if (!zta_eval__node(x, x->code->operands[n->a + i],
			i < ZTA_EXT_ARITY_MAX ? &args[i] : &beyond)) {
			return NULL;
		}
	}
	switch (zta_ext__call(x->arena, (zta_ext_fn)n->c, args, n->b, spare)) {
	case ZTA_EXT_OK:
		return spare;
	case ZTA_EXT_WRONG_ARITY:
		return fail(x, node, ZTA_EVAL_ARITY);
	case ZTA_EXT_WRONG_TYPE:
		return fail(x, node, ZTA_EVAL_TYPE);
	case ZTA_EXT_FAILED:
		return fail(x, node, ZTA_EVAL_EXTENSION);
	case ZTA_EXT_NO_MEMORY:
		break;
	}
	return fail(x, node, ZTA_EVAL_NO_MEMORY);
}

/* --- */

static const zta_value *
eval_if(zta_eval *x, const zta_node *n, zta_value *spare)
{
	zta_truth guard = zta_eval__truth(x, n->a);

	return guard == ZTA_NEITHER ?
	    NULL :
	    zta_eval__value(x, guard == ZTA_TRUE ? n->b : n->c, spare);
}

static const zta_value *
eval_bool(zta_eval *x, uint32_t node, zta_value *spare)
{
	zta_truth truth = zta_eval__truth(x, node);

	*spare = zta_value__bool(truth == ZTA_TRUE);
	return truth == ZTA_NEITHER ? NULL : spare;
}

const zta_value *
zta_eval__compute(zta_eval *x, uint32_t node, zta_value *spare)
{
	const zta_node *n = &x->code->nodes[node];

	switch ((zta_code_op)n->op) {
	case ZTA_CODE_GET:
		return eval_get(x, node, n, spare);
	case ZTA_CODE_GET_TAG:
		return eval_get_tag(x, node, n);
	case ZTA_CODE_NEG:
		return eval_neg(x, node, n, spare);
	case ZTA_CODE_ADD:
	case ZTA_CODE_SUB:
	case ZTA_CODE_MUL:
		return eval_arithmetic(x, node, n, spare);
	case ZTA_CODE_IF:
		return eval_if(x, n, spare);
	case ZTA_CODE_SET:
		return eval_set(x, node, n, spare);
	case ZTA_CODE_RECORD:
		return eval_record(x, node, n, spare);
	case ZTA_CODE_CALL:
		return eval_call(x, node, n, spare);
	default:
		return eval_bool(x, node, spare);
	}
}

bool
zta_eval__node(zta_eval *x, uint32_t node, zta_value *out)
{
	const zta_value *value = zta_eval__value(x, node, out);

	if (value != NULL && value != out) {
		*out = *value;
	}
	return value != NULL;
}
