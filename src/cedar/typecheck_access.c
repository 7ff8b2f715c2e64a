/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typecheck_access.c - attributes and tags; see typecheck_rules.h.
 *
 * What may be absent is read only where a `has` or a `hasTag` of the same
 * shape holds: the capability is the shape of what is read.
 *
 * SPEC: cedar validation
 */
#include "cedar/declared.h"
#include "cedar/typecheck_rules.h"
#include "cedar/types.h"

/* `on` is of a type that has attributes; if not, it is reported at `e`. */
static bool
has_attributes(zta_typecheck *k, const zta_expr *e, const zta_type *on)
{
	if (on != NULL && on->kind != ZTA_VALUE_ENTITY &&
	    on->kind != ZTA_VALUE_RECORD) {
		(void)zta_typecheck__wrong(k, ZTA_RULE_TYPE, e);
		return false;
	}
	return on != NULL;
}

/*
 * `e has a.b` is `e has a && e.a has b`. What is not declared is never there;
 * a required attribute of a record always is, of an entity only if the entity
 * is. SPEC: cedar validation.has
 */
const zta_type *
zta_typecheck__has(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	uint32_t mark = zta_caps__mark(k->caps), i;
	uint32_t shape = zta_shapes__of(&k->caps->shapes, e->kids[0]);
	const zta_type *on = kids[0], *all = &zta_type_true;
	const zta_attr *attr;

	for (i = 0; i < e->name_count; i++) {
		if (!has_attributes(k, e, on)) {
			return NULL;
		}
		attr = zta_declared__attr(k->schema, on, e->names[i]);
		if (attr == NULL) {
			zta_caps__drop(k->caps, mark);
			return &zta_type_false;
		}
		shape =
		    zta_shapes__of_get(&k->caps->shapes, shape, e->names[i]);
		zta_caps__show(k->caps, shape);
		if (!zta_caps__holds(k->caps, shape) &&
		    (on->kind == ZTA_VALUE_ENTITY || !attr->required)) {
			all = &zta_type_bool;
		}
		on = attr->type;
	}
	return all;
}

/* SPEC: cedar validation.get */
const zta_type *
zta_typecheck__get(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	const zta_attr *attr;

	if (!has_attributes(k, e, kids[0])) {
		return NULL;
	}
	attr = zta_declared__attr(k->schema, kids[0], e->names[0]);
	if (attr == NULL) {
		return zta_typecheck__wrong(k, ZTA_RULE_UNKNOWN_ATTR, e);
	}
	return attr->required ||
		zta_caps__holds(k->caps, zta_shapes__of(&k->caps->shapes, e)) ?
	    attr->type :
	    zta_typecheck__wrong(k, ZTA_RULE_OPTIONAL_ATTR, e);
}

/* The type of the tags of the entity on the left; false: reported. */
static bool
tags_of(zta_typecheck *k, const zta_expr *e, const zta_type *const *kids,
    const zta_type **tags)
{
	bool entity = zta_typecheck__is_kind(k, e, kids, 0, ZTA_VALUE_ENTITY);
	bool string = zta_typecheck__is_kind(k, e, kids, 1, ZTA_VALUE_STRING);

	if (!entity || !string) {
		return false;
	}
	*tags = zta_declared__tags(k->schema, kids[0]);
	return true;
}

/* SPEC: cedar validation.hasTag */
const zta_type *
zta_typecheck__has_tag(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	zta_shapes *shapes = &k->caps->shapes;
	const zta_type *tags;
	uint32_t shape;

	if (!tags_of(k, e, kids, &tags)) {
		return NULL;
	}
	if (tags == NULL) {
		return &zta_type_false;
	}
	shape = zta_shapes__of_tag(shapes, zta_shapes__of(shapes, e->kids[0]),
	    zta_shapes__of(shapes, e->kids[1]));
	zta_caps__show(k->caps, shape);
	return zta_caps__holds(k->caps, shape) ? &zta_type_true :
						 &zta_type_bool;
}

/* SPEC: cedar validation.getTag */
const zta_type *
zta_typecheck__get_tag(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	const zta_type *tags;

	if (!tags_of(k, e, kids, &tags)) {
		return NULL;
	}
	if (tags == NULL) {
		return zta_typecheck__wrong(k, ZTA_RULE_NO_TAGS, e);
	}
	return zta_caps__holds(k->caps, zta_shapes__of(&k->caps->shapes, e)) ?
	    tags :
	    zta_typecheck__wrong(k, ZTA_RULE_UNCHECKED_TAG, e);
}
