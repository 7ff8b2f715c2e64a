/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typecheck_in.c - what an entity is, and what it is in; see typecheck_rules.h.
 *
 * The schema tells all about actions, and of other entities which types may be
 * below which.
 *
 * SPEC: cedar validation
 */
#include "base/str.h"
#include "cedar/declared.h"
#include "cedar/typecheck_rules.h"
#include "cedar/types.h"

/* An entity has one type. SPEC: cedar validation.is */
const zta_type *
zta_typecheck__is(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	if (!zta_typecheck__is_kind(k, e, kids, 0, ZTA_VALUE_ENTITY)) {
		return NULL;
	}
	return zta_type__singleton(zta_str__eq(
	    zta_names__text(k->schema->names, kids[0]->entity), e->names[0]));
}

/*
 * Of an action on the left and entities written out on the right the answer is
 * known. False: it is another case.
 */
static bool
is_known(const zta_typecheck *k, const zta_expr *left, const zta_expr *right,
    const zta_type **out)
{
	const zta_expr *const *list = right->op == ZTA_EXPR_SET ?
	    (const zta_expr *const *)right->kids :
	    &right;
	uint32_t count = right->op == ZTA_EXPR_SET ? right->kid_count : 1;
	uint32_t i, uid = ZTA_NAME_NONE;
	bool found = false;

	if (zta_typecheck__is_entity_literal(left)) {
		uid = zta_typecheck__literal_uid(k, left);
	}
	if (uid == ZTA_NAME_NONE ||
	    zta_schema__action(k->schema, uid) == NULL) {
		return false;
	}
	for (i = 0; i < count; i++) {
		if (!zta_typecheck__is_entity_literal(list[i])) {
			return false;
		}
		found = found ||
		    zta_declared__action_is_in(
			k->schema, uid, zta_typecheck__literal_uid(k, list[i]));
	}
	*out = zta_type__singleton(found);
	return true;
}

/*
 * An entity in an entity, or in a set of entities; never, if no type on the
 * right can be above the type on the left. SPEC: cedar validation.in
 */
const zta_type *
zta_typecheck__in(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	const zta_type *above, *known;

	if (!zta_typecheck__is_kind(k, e, kids, 0, ZTA_VALUE_ENTITY) ||
	    kids[1] == NULL) {
		return NULL;
	}
	if (is_known(k, e->kids[0], e->kids[1], &known)) {
		return known;
	}
	above = kids[1]->kind == ZTA_VALUE_SET ? kids[1]->element : kids[1];
	if (above == NULL) {
		return NULL;
	}
	if (above->kind != ZTA_VALUE_ENTITY) {
		return zta_typecheck__wrong(k, ZTA_RULE_TYPE, e->kids[1]);
	}
	return zta_declared__type_is_in(
		   k->schema, kids[0]->entity, above->entity) ?
	    &zta_type_bool :
	    &zta_type_false;
}
