/* SPDX-License-Identifier: Apache-2.0 */
/* eval_truth.c - is an expression true? See eval.h; eval.c has the values. */
#include "base/str.h"
#include "cedar/escape.h"
#include "cedar/eval.h"

static zta_truth
fail(zta_eval *x, uint32_t node, zta_eval_error error)
{
	zta_eval__fail(x, node, error);
	return ZTA_NEITHER;
}

static zta_truth
truth_of(bool holds)
{
	return holds ? ZTA_TRUE : ZTA_FALSE;
}

/* `&&` (stop at false) and `||` (stop at true) over any number of operands. */
static zta_truth
chain(zta_eval *x, const zta_node *n, zta_truth go_on)
{
	const uint32_t *operands = &x->code->operands[n->a];
	zta_truth truth = go_on;
	uint32_t i;

	for (i = 0; truth == go_on && i < n->b; i++) {
		truth = zta_eval__truth(x, operands[i]);
	}
	return truth;
}

/* The values of both operands; false: one failed. */
static bool
both(zta_eval *x, const zta_node *n, zta_value spare[2],
    const zta_value *values[2])
{
	values[0] = zta_eval__value(x, n->a, &spare[0]);
	if (values[0] == NULL) {
		return false;
	}
	values[1] = zta_eval__value(x, n->b, &spare[1]);
	return values[1] != NULL;
}

static zta_truth
equal(zta_eval *x, const zta_node *n, bool wanted)
{
	zta_value spare[2];
	const zta_value *values[2];

	return both(x, n, spare, values) ?
	    truth_of(zta_value__eq(values[0], values[1]) == wanted) :
	    ZTA_NEITHER;
}

static bool
is_ordered(uint32_t kind)
{
	return kind == ZTA_VALUE_LONG || kind == ZTA_VALUE_DATETIME ||
	    kind == ZTA_VALUE_DURATION;
}

static zta_truth
ordered(zta_eval *x, uint32_t node, const zta_node *n)
{
	zta_value spare[2];
	const zta_value *values[2];
	int64_t a, b;

	if (!both(x, n, spare, values)) {
		return ZTA_NEITHER;
	}
	if (!is_ordered(values[0]->kind) ||
	    values[0]->kind != values[1]->kind) {
		return fail(x, node, ZTA_EVAL_TYPE);
	}
	a = values[0]->u.number;
	b = values[1]->u.number;
	switch (n->op) {
	case ZTA_CODE_LT:
		return truth_of(a < b);
	case ZTA_CODE_LE:
		return truth_of(a <= b);
	case ZTA_CODE_GT:
		return truth_of(a > b);
	default:
		return truth_of(a >= b);
	}
}

/* --- entities */

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

/* Is the entity, or an ancestor, in the set? Both are in ascending order. */
static bool
is_in_set(const zta_eval *x, uint32_t uid, const zta_set *set)
{
	const zta_value self = zta_value__entity(uid);
	const zta_entity *entity = zta_eval__entity(x, uid);
	uint32_t i = 0, j = 0, ancestor;

	if (zta_set__has(set, &self)) {
		return true;
	}
	while (entity != NULL && i < set->count && j < entity->ancestor_count) {
		ancestor = entity->ancestors[j];
		if (set->items[i].u.entity == ancestor) {
			return true;
		}
		if (set->items[i].u.entity < ancestor) {
			i++;
		} else {
			j++;
		}
	}
	return false;
}

/* Every element must be an entity, also when an earlier one would do. */
static bool
all_entities(const zta_set *set)
{
	return set->count == 0 ||
	    (set->items[0].kind == ZTA_VALUE_ENTITY &&
		set->items[set->count - 1].kind == ZTA_VALUE_ENTITY);
}

static zta_truth
entity_in(zta_eval *x, uint32_t uid, uint32_t node)
{
	zta_value spare;
	const zta_value *of = zta_eval__value(x, node, &spare);

	if (of == NULL) {
		return ZTA_NEITHER;
	}
	if (of->kind == ZTA_VALUE_ENTITY) {
		return truth_of(zta_eval__is_in(x, uid, of->u.entity));
	}
	if (of->kind != ZTA_VALUE_SET || !all_entities(of->u.set)) {
		return fail(x, node, ZTA_EVAL_TYPE);
	}
	return truth_of(is_in_set(x, uid, of->u.set));
}

static zta_truth
in(zta_eval *x, const zta_node *n)
{
	zta_value spare;
	const zta_value *of = zta_eval__kind(x, n->a, ZTA_VALUE_ENTITY, &spare);

	return of == NULL ? ZTA_NEITHER : entity_in(x, of->u.entity, n->b);
}

/* `e is T in x` is `e is T && e in x`. */
static zta_truth
is_in(zta_eval *x, const zta_node *n)
{
	zta_value spare;
	const zta_value *of = zta_eval__kind(x, n->a, ZTA_VALUE_ENTITY, &spare);

	if (of == NULL) {
		return ZTA_NEITHER;
	}
	return zta_eval__type_of(x, of->u.entity) == n->c ?
	    entity_in(x, of->u.entity, n->b) :
	    ZTA_FALSE;
}

/* What an entity or a record has under `key`; false: it can have nothing. */
static bool
look_up(const zta_eval *x, const zta_value *of, uint32_t key,
    const zta_value **found)
{
	const zta_entity *entity;

	*found = NULL;
	if (of->kind == ZTA_VALUE_RECORD) {
		*found = zta_record__get(of->u.record, key);
	} else if (of->kind == ZTA_VALUE_ENTITY) {
		entity = zta_eval__entity(x, of->u.entity);
		*found =
		    entity == NULL ? NULL : zta_record__get(entity->attrs, key);
	} else {
		return false;
	}
	return true;
}

/* `e has a.b` is `e has a && e.a has b`. SPEC: cedar eval.has */
static zta_truth
has(zta_eval *x, uint32_t node, const uint32_t *keys, uint32_t count)
{
	zta_value spare;
	const zta_value *of = zta_eval__value(x, node, &spare), *found;
	uint32_t i;

	if (of == NULL) {
		return ZTA_NEITHER;
	}
	for (i = 0; i < count; i++, of = found) {
		if (!look_up(x, of, keys[i], &found)) {
			return fail(x, node, ZTA_EVAL_TYPE);
		}
		if (found == NULL) {
			return ZTA_FALSE;
		}
	}
	return ZTA_TRUE;
}

static zta_truth
has_tag(zta_eval *x, const zta_node *n)
{
	const zta_entity *entity;
	const zta_value *tag;

	return zta_eval__tag(x, n, &entity, &tag) ? truth_of(tag != NULL) :
						    ZTA_NEITHER;
}

static zta_truth
is(zta_eval *x, const zta_node *n)
{
	zta_value spare;
	const zta_value *of = zta_eval__kind(x, n->a, ZTA_VALUE_ENTITY, &spare);

	return of == NULL ?
	    ZTA_NEITHER :
	    truth_of(zta_eval__type_of(x, of->u.entity) == n->b);
}

/* --- strings and sets */

static zta_truth
like(zta_eval *x, const zta_node *n)
{
	zta_value spare;
	const zta_value *text =
	    zta_eval__kind(x, n->a, ZTA_VALUE_STRING, &spare);

	return text == NULL ? ZTA_NEITHER :
			      truth_of(zta_pattern__match(
				  zta_value__text(&x->code->constants[n->b]),
				  zta_value__text(text)));
}

static zta_truth
is_empty(zta_eval *x, const zta_node *n)
{
	zta_value spare;
	const zta_value *of = zta_eval__kind(x, n->a, ZTA_VALUE_SET, &spare);

	return of == NULL ? ZTA_NEITHER : truth_of(of->u.set->count == 0);
}

static zta_truth
contains(zta_eval *x, const zta_node *n)
{
	zta_value spare[2];
	const zta_value *of = zta_eval__kind(x, n->a, ZTA_VALUE_SET, &spare[0]);
	const zta_value *right =
	    of == NULL ? NULL : zta_eval__value(x, n->b, &spare[1]);

	if (right == NULL) {
		return ZTA_NEITHER;
	}
	if (n->op == ZTA_CODE_CONTAINS) {
		return truth_of(zta_set__has(of->u.set, right));
	}
	if (right->kind != ZTA_VALUE_SET) {
		return fail(x, n->b, ZTA_EVAL_TYPE);
	}
	return truth_of(n->op == ZTA_CODE_CONTAINS_ALL ?
		zta_set__includes(of->u.set, right->u.set) :
		zta_set__meets(of->u.set, right->u.set));
}

/* --- */

/* What may be anything must be a boolean here. */
static zta_truth
value_truth(zta_eval *x, uint32_t node)
{
	zta_value spare;
	const zta_value *value =
	    zta_eval__kind(x, node, ZTA_VALUE_BOOL, &spare);

	return value == NULL ? ZTA_NEITHER : truth_of(value->u.boolean);
}

static zta_truth not(zta_eval * x, const zta_node *n)
{
	zta_truth truth = zta_eval__truth(x, n->a);

	return truth == ZTA_NEITHER ? truth : truth_of(truth == ZTA_FALSE);
}

zta_truth
zta_eval__truth(zta_eval *x, uint32_t node)
{
	const zta_node *n = &x->code->nodes[node];

	switch ((zta_code_op)n->op) {
	case ZTA_CODE_ALL:
		return chain(x, n, ZTA_TRUE);
	case ZTA_CODE_ANY:
		return chain(x, n, ZTA_FALSE);
	case ZTA_CODE_NOT:
		return not(x, n);
	case ZTA_CODE_EQ:
		return equal(x, n, true);
	case ZTA_CODE_NE:
		return equal(x, n, false);
	case ZTA_CODE_LT:
	case ZTA_CODE_LE:
	case ZTA_CODE_GT:
	case ZTA_CODE_GE:
		return ordered(x, node, n);
	case ZTA_CODE_IN:
		return in(x, n);
	case ZTA_CODE_HAS:
		return has(x, n->a, &n->b, 1);
	case ZTA_CODE_HAS_PATH:
		return has(x, n->a, &x->code->operands[n->b], n->c);
	case ZTA_CODE_LIKE:
		return like(x, n);
	case ZTA_CODE_IS:
		return is(x, n);
	case ZTA_CODE_IS_IN:
		return is_in(x, n);
	case ZTA_CODE_CONTAINS:
	case ZTA_CODE_CONTAINS_ALL:
	case ZTA_CODE_CONTAINS_ANY:
		return contains(x, n);
	case ZTA_CODE_IS_EMPTY:
		return is_empty(x, n);
	case ZTA_CODE_HAS_TAG:
		return has_tag(x, n);
	default:
		return value_truth(x, node);
	}
}
