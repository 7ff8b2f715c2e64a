/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval.c - see eval.h.
 *
 * Operands are evaluated left to right, and the first error ends it: only `&&`,
 * `||` and `if` leave something out. Nothing is allocated but the sets and
 * records that a policy builds from what it computes.
 */
#include "cedar/eval.h"

#include "base/str.h"
#include "cedar/escape.h"

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

static bool
fail(zta_eval *x, uint32_t node, zta_eval_error error)
{
	x->error = error;
	x->error_node = node;
	return false;
}

static bool
give_bool(zta_value *out, bool boolean)
{
	*out = zta_value__bool(boolean);
	return true;
}

/* Evaluate `node`, which must be of one kind. */
static bool
eval_kind(zta_eval *x, uint32_t node, zta_value_kind kind, zta_value *out)
{
	return zta_eval__node(x, node, out) &&
	    (out->kind == kind || fail(x, node, ZTA_EVAL_TYPE));
}

const zta_entity *
zta_eval__entity(const zta_eval *x, uint32_t uid)
{
	uint32_t i;

	for (i = 0; i < x->extra_count; i++) {
		if (x->extras[i].uid == uid) {
			return &x->extras[i].entity;
		}
	}
	return zta_entities__get(x->entities, uid);
}

bool
zta_eval__is_in(const zta_eval *x, uint32_t uid, uint32_t ancestor)
{
	const zta_entity *entity;

	if (uid == ancestor) {
		return true;
	}
	entity = zta_eval__entity(x, uid);
	return entity != NULL &&
	    zta_uids__has(entity->ancestors, entity->ancestor_count, ancestor);
}

/* `&&` (stop at false) and `||` (stop at true) over any number of operands. */
static bool
eval_chain(zta_eval *x, const zta_node *n, bool stop, zta_value *out)
{
	const uint32_t *operands = &x->code->operands[n->a];
	uint32_t i;

	for (i = 0; i < n->b; i++) {
		if (!eval_kind(x, operands[i], ZTA_VALUE_BOOL, out)) {
			return false;
		}
		if (out->u.boolean == stop) {
			return true;
		}
	}
	return true;
}

static bool
eval_arithmetic(zta_eval *x, uint32_t node, const zta_node *n, zta_value *out)
{
	zta_value right;
	bool over;
	int64_t sum = 0;

	if (!eval_kind(x, n->a, ZTA_VALUE_LONG, out) ||
	    !eval_kind(x, n->b, ZTA_VALUE_LONG, &right)) {
		return false;
	}
	if (n->op == ZTA_CODE_ADD) {
		over =
		    __builtin_add_overflow(out->u.number, right.u.number, &sum);
	} else if (n->op == ZTA_CODE_SUB) {
		over =
		    __builtin_sub_overflow(out->u.number, right.u.number, &sum);
	} else {
		over =
		    __builtin_mul_overflow(out->u.number, right.u.number, &sum);
	}
	out->u.number = sum;
	return !over || fail(x, node, ZTA_EVAL_OVERFLOW);
}

static bool
is_ordered(uint32_t kind)
{
	return kind == ZTA_VALUE_LONG || kind == ZTA_VALUE_DATETIME ||
	    kind == ZTA_VALUE_DURATION;
}

static bool
eval_order(zta_eval *x, uint32_t node, const zta_node *n, zta_value *out)
{
	zta_value right;

	if (!zta_eval__node(x, n->a, out) || !zta_eval__node(x, n->b, &right)) {
		return false;
	}
	if (!is_ordered(out->kind) || out->kind != right.kind) {
		return fail(x, node, ZTA_EVAL_TYPE);
	}
	return give_bool(out,
	    n->op == ZTA_CODE_LT ? out->u.number < right.u.number :
				   out->u.number <= right.u.number);
}

/* Every element is looked at before any is tried. */
static bool
eval_in_set(zta_eval *x, uint32_t node, uint32_t uid, const zta_set *set,
    zta_value *out)
{
	uint32_t i;

	for (i = 0; i < set->count; i++) {
		if (set->items[i].kind != ZTA_VALUE_ENTITY) {
			return fail(x, node, ZTA_EVAL_TYPE);
		}
	}
	for (i = 0; i < set->count; i++) {
		if (zta_eval__is_in(x, uid, set->items[i].u.entity)) {
			return give_bool(out, true);
		}
	}
	return give_bool(out, false);
}

static bool
eval_in(zta_eval *x, const zta_node *n, zta_value *out)
{
	zta_value right;

	if (!eval_kind(x, n->a, ZTA_VALUE_ENTITY, out) ||
	    !zta_eval__node(x, n->b, &right)) {
		return false;
	}
	if (right.kind == ZTA_VALUE_ENTITY) {
		return give_bool(
		    out, zta_eval__is_in(x, out->u.entity, right.u.entity));
	}
	if (right.kind != ZTA_VALUE_SET) {
		return fail(x, n->b, ZTA_EVAL_TYPE);
	}
	return eval_in_set(x, n->b, out->u.entity, right.u.set, out);
}

static bool
eval_has(zta_eval *x, const zta_node *n, zta_value *out)
{
	const zta_entity *entity;

	if (!zta_eval__node(x, n->a, out)) {
		return false;
	}
	if (out->kind == ZTA_VALUE_RECORD) {
		return give_bool(
		    out, zta_record__get(out->u.record, n->b) != NULL);
	}
	if (out->kind != ZTA_VALUE_ENTITY) {
		return fail(x, n->a, ZTA_EVAL_TYPE);
	}
	entity = zta_eval__entity(x, out->u.entity);
	return give_bool(out,
	    entity != NULL && zta_record__get(entity->attrs, n->b) != NULL);
}

static bool
eval_get(zta_eval *x, uint32_t node, const zta_node *n, zta_value *out)
{
	const zta_entity *entity;
	const zta_record *record;
	const zta_value *value;

	if (!zta_eval__node(x, n->a, out)) {
		return false;
	}
	if (out->kind == ZTA_VALUE_RECORD) {
		record = out->u.record;
	} else if (out->kind == ZTA_VALUE_ENTITY) {
		entity = zta_eval__entity(x, out->u.entity);
		if (entity == NULL) {
			return fail(x, node, ZTA_EVAL_NO_ENTITY);
		}
		record = entity->attrs;
	} else {
		return fail(x, n->a, ZTA_EVAL_TYPE);
	}
	value = zta_record__get(record, n->b);
	if (value == NULL) {
		return fail(x, node, ZTA_EVAL_NO_ATTR);
	}
	*out = *value;
	return true;
}

/* The tag of `entity` that `key` names, or NULL. */
static const zta_value *
find_tag(const zta_eval *x, const zta_entity *entity, const zta_value *key)
{
	uint32_t symbol;

	if (entity == NULL || entity->tags == NULL) {
		return NULL;
	}
	symbol = zta_names__find_symbol(x->names, zta_value__text(key));
	return symbol == ZTA_NAME_NONE ? NULL :
					 zta_record__get(entity->tags, symbol);
}

static bool
eval_tag(zta_eval *x, uint32_t node, const zta_node *n, zta_value *out)
{
	const zta_entity *entity;
	const zta_value *tag;
	zta_value key;

	if (!eval_kind(x, n->a, ZTA_VALUE_ENTITY, out) ||
	    !eval_kind(x, n->b, ZTA_VALUE_STRING, &key)) {
		return false;
	}
	entity = zta_eval__entity(x, out->u.entity);
	tag = find_tag(x, entity, &key);
	if (n->op == ZTA_CODE_HAS_TAG) {
		return give_bool(out, tag != NULL);
	}
	if (entity == NULL) {
		return fail(x, node, ZTA_EVAL_NO_ENTITY);
	}
	if (tag == NULL) {
		return fail(x, node, ZTA_EVAL_NO_TAG);
	}
	*out = *tag;
	return true;
}

static bool
eval_like(zta_eval *x, const zta_node *n, zta_value *out)
{
	const zta_value *pattern = &x->code->constants[n->b];

	return eval_kind(x, n->a, ZTA_VALUE_STRING, out) &&
	    give_bool(out,
		zta_pattern__match(
		    zta_value__text(pattern), zta_value__text(out)));
}

static bool
eval_is(zta_eval *x, const zta_node *n, zta_value *out)
{
	return eval_kind(x, n->a, ZTA_VALUE_ENTITY, out) &&
	    give_bool(out, zta_names__type_of(x->names, out->u.entity) == n->b);
}

static bool
eval_if(zta_eval *x, const zta_node *n, zta_value *out)
{
	return eval_kind(x, n->a, ZTA_VALUE_BOOL, out) &&
	    zta_eval__node(x, out->u.boolean ? n->b : n->c, out);
}

static bool
eval_set_method(zta_eval *x, const zta_node *n, zta_value *out)
{
	zta_value right;
	const zta_set *set;

	if (!eval_kind(x, n->a, ZTA_VALUE_SET, out)) {
		return false;
	}
	set = out->u.set;
	if (n->op == ZTA_CODE_IS_EMPTY) {
		return give_bool(out, set->count == 0);
	}
	if (!zta_eval__node(x, n->b, &right)) {
		return false;
	}
	if (n->op == ZTA_CODE_CONTAINS) {
		return give_bool(out, zta_set__has(set, &right));
	}
	if (right.kind != ZTA_VALUE_SET) {
		return fail(x, n->b, ZTA_EVAL_TYPE);
	}
	return give_bool(out,
	    n->op == ZTA_CODE_CONTAINS_ALL ?
		zta_set__includes(set, right.u.set) :
		zta_set__meets(set, right.u.set));
}

static bool
eval_set(zta_eval *x, uint32_t node, const zta_node *n, zta_value *out)
{
	const uint32_t *operands = &x->code->operands[n->a];
	zta_set *set = zta_set__alloc(x->arena, n->b);
	uint32_t i;

	if (set == NULL) {
		return fail(x, node, ZTA_EVAL_NO_MEMORY);
	}
	for (i = 0; i < n->b; i++) {
		if (!zta_eval__node(x, operands[i], &set->items[i])) {
			return false;
		}
	}
	zta_set__seal(set);
	*out = (zta_value){ .kind = ZTA_VALUE_SET, .u.set = set };
	return true;
}

static bool
eval_record(zta_eval *x, uint32_t node, const zta_node *n, zta_value *out)
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
			return false;
		}
	}
	*out = (zta_value){ .kind = ZTA_VALUE_RECORD, .u.record = record };
	return zta_record__seal(record) || fail(x, node, ZTA_EVAL_TYPE);
}

/* All arguments are evaluated before any is judged. */
static bool
eval_call(zta_eval *x, uint32_t node, const zta_node *n, zta_value *out)
{
	zta_value args[ZTA_EXT_ARITY_MAX], spare;
	uint32_t i;

	for (i = 0; i < n->b; i++) {
		if (!zta_eval__node(x, x->code->operands[n->a + i],
			i < ZTA_EXT_ARITY_MAX ? &args[i] : &spare)) {
			return false;
		}
	}
	switch (zta_ext__call(x->arena, (zta_ext_fn)n->c, args, n->b, out)) {
	case ZTA_EXT_OK:
		return true;
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

static bool
eval_sign(zta_eval *x, uint32_t node, const zta_node *n, zta_value *out)
{
	if (n->op == ZTA_CODE_NOT) {
		return eval_kind(x, n->a, ZTA_VALUE_BOOL, out) &&
		    give_bool(out, !out->u.boolean);
	}
	if (!eval_kind(x, n->a, ZTA_VALUE_LONG, out)) {
		return false;
	}
	if (out->u.number == INT64_MIN) {
		return fail(x, node, ZTA_EVAL_OVERFLOW);
	}
	out->u.number = -out->u.number;
	return true;
}

static bool
eval_eq(zta_eval *x, const zta_node *n, zta_value *out)
{
	zta_value right;

	return zta_eval__node(x, n->a, out) &&
	    zta_eval__node(x, n->b, &right) &&
	    give_bool(out, zta_value__eq(out, &right));
}

bool
zta_eval__node(zta_eval *x, uint32_t node, zta_value *out)
{
	const zta_node *n = &x->code->nodes[node];

	switch ((zta_code_op)n->op) {
	case ZTA_CODE_CONST:
		*out = x->code->constants[n->a];
		return true;
	case ZTA_CODE_VAR:
		*out = x->vars[n->a];
		return true;
	case ZTA_CODE_ALL:
		return eval_chain(x, n, false, out);
	case ZTA_CODE_ANY:
		return eval_chain(x, n, true, out);
	case ZTA_CODE_NOT:
	case ZTA_CODE_NEG:
		return eval_sign(x, node, n, out);
	case ZTA_CODE_ADD:
	case ZTA_CODE_SUB:
	case ZTA_CODE_MUL:
		return eval_arithmetic(x, node, n, out);
	case ZTA_CODE_EQ:
		return eval_eq(x, n, out);
	case ZTA_CODE_LT:
	case ZTA_CODE_LE:
		return eval_order(x, node, n, out);
	case ZTA_CODE_IN:
		return eval_in(x, n, out);
	case ZTA_CODE_HAS:
		return eval_has(x, n, out);
	case ZTA_CODE_GET:
		return eval_get(x, node, n, out);
	case ZTA_CODE_LIKE:
		return eval_like(x, n, out);
	case ZTA_CODE_IS:
		return eval_is(x, n, out);
	case ZTA_CODE_IF:
		return eval_if(x, n, out);
	case ZTA_CODE_CONTAINS:
	case ZTA_CODE_CONTAINS_ALL:
	case ZTA_CODE_CONTAINS_ANY:
	case ZTA_CODE_IS_EMPTY:
		return eval_set_method(x, n, out);
	case ZTA_CODE_GET_TAG:
	case ZTA_CODE_HAS_TAG:
		return eval_tag(x, node, n, out);
	case ZTA_CODE_SET:
		return eval_set(x, node, n, out);
	case ZTA_CODE_RECORD:
		return eval_record(x, node, n, out);
	case ZTA_CODE_CALL:
		return eval_call(x, node, n, out);
	}
	return fail(x, node, ZTA_EVAL_TYPE);
}
