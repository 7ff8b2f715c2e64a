/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typecheck_compare.c - what is equal, what is less, what a set contains; see
 * typecheck_rules.h.
 *
 * SPEC: cedar validation
 */
#include "base/str.h"
#include "cedar/typecheck_rules.h"
#include "cedar/types.h"

/* `true`, `false`, and `&&` and `||` over nothing else: which of the two. */
static bool
is_bool_literal(const zta_expr *e, bool *value)
{
	bool stop = e->op == ZTA_EXPR_OR, one;
	uint32_t i;

	if (e->op != ZTA_EXPR_AND && e->op != ZTA_EXPR_OR) {
		*value = e->number != 0;
		return e->op == ZTA_EXPR_BOOL;
	}
	*value = !stop;
	for (i = 0; i < e->kid_count; i++) {
		if (!is_bool_literal(e->kids[i], &one)) {
			return false;
		}
		*value = one == stop ? stop : *value;
	}
	return true;
}

static bool
is_literal(const zta_expr *e)
{
	bool value;

	return e->op == ZTA_EXPR_LONG || e->op == ZTA_EXPR_STRING ||
	    is_bool_literal(e, &value) || zta_typecheck__is_entity_literal(e);
}

static bool
literals_are_equal(const zta_typecheck *k, const zta_expr *a, const zta_expr *b)
{
	bool left, right;
	uint32_t uid;

	if (zta_typecheck__is_entity_literal(a) &&
	    zta_typecheck__is_entity_literal(b)) {
		uid = zta_typecheck__literal_uid(k, a);
		return uid != ZTA_NAME_NONE &&
		    uid == zta_typecheck__literal_uid(k, b);
	}
	if (is_bool_literal(a, &left) && is_bool_literal(b, &right)) {
		return left == right;
	}
	return a->op == b->op && a->number == b->number &&
	    (a->op != ZTA_EXPR_STRING || zta_str__eq(a->names[0], b->names[0]));
}

/*
 * Of literals the answer is known, whatever their types; entities of two types
 * are never equal; all else must be of one type. SPEC: cedar validation.eq
 */
const zta_type *
zta_typecheck__eq(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	const zta_type *a = kids[0], *b = kids[1];

	if (a == NULL || b == NULL) {
		return NULL;
	}
	if (is_literal(e->kids[0]) && is_literal(e->kids[1])) {
		return zta_type__singleton(
		    literals_are_equal(k, e->kids[0], e->kids[1]));
	}
	if (a->kind == ZTA_VALUE_ENTITY && b->kind == ZTA_VALUE_ENTITY &&
	    a->entity != b->entity) {
		return &zta_type_false;
	}
	return zta_typecheck__join(k, e, a, b) == NULL ? NULL : &zta_type_bool;
}

const zta_type *
zta_typecheck__ne(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	return zta_type__not(zta_typecheck__eq(k, e, kids));
}

/* Numbers, instants or spans of time, on both sides. */
const zta_type *
zta_typecheck__less(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	const zta_type *a = kids[0], *b = kids[1];

	if (a == NULL || b == NULL) {
		return NULL;
	}
	if (a->kind != ZTA_VALUE_LONG && a->kind != ZTA_VALUE_DATETIME &&
	    a->kind != ZTA_VALUE_DURATION) {
		return zta_typecheck__wrong(k, ZTA_RULE_TYPE, e->kids[0]);
	}
	return a->kind == b->kind ?
	    &zta_type_bool :
	    zta_typecheck__wrong(k, ZTA_RULE_TYPE, e->kids[1]);
}

/* An element of any type that the elements have in common with it. */
const zta_type *
zta_typecheck__contains(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	return zta_typecheck__is_kind(k, e, kids, 0, ZTA_VALUE_SET) &&
		kids[1] != NULL &&
		zta_typecheck__join(k, e, kids[0]->element, kids[1]) != NULL ?
	    &zta_type_bool :
	    NULL;
}

/* containsAll, containsAny */
const zta_type *
zta_typecheck__contains_set(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	bool a = zta_typecheck__is_kind(k, e, kids, 0, ZTA_VALUE_SET);
	bool b = zta_typecheck__is_kind(k, e, kids, 1, ZTA_VALUE_SET);

	return a && b && zta_typecheck__join(k, e, kids[0], kids[1]) != NULL ?
	    &zta_type_bool :
	    NULL;
}
