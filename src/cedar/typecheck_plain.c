/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typecheck_plain.c - literals, variables, operators that take and give fixed
 * types; see typecheck_rules.h.
 *
 * SPEC: cedar validation
 */
#include "cedar/declared.h"
#include "cedar/typecheck_rules.h"
#include "cedar/types.h"

/* A type that is not declared is reported where all names are looked at. */
static const zta_type *
entity_type(zta_typecheck *k, zta_str text)
{
	uint32_t name = zta_names__find_symbol(k->schema->names, text);
	zta_type *type;

	if (!zta_declared__is_type(k->schema, name)) {
		return NULL;
	}
	type = zta_arena__zalloc(k->arena, 1, sizeof(*type));
	if (type == NULL) {
		return zta_typecheck__no_memory(k);
	}
	*type = (zta_type){ .kind = ZTA_VALUE_ENTITY, .entity = name };
	return type;
}

const zta_type *
zta_typecheck__literal(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	(void)kids;
	switch (e->op) {
	case ZTA_EXPR_BOOL:
		return zta_type__singleton(e->number != 0);
	case ZTA_EXPR_LONG:
		return zta_type__plain(ZTA_VALUE_LONG);
	case ZTA_EXPR_STRING:
		return zta_type__plain(ZTA_VALUE_STRING);
	default:
		return entity_type(k, e->names[0]);
	}
}

const zta_type *
zta_typecheck__var(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	(void)kids;
	return e->number == ZTA_VAR_CONTEXT ? k->env.action->context :
					      &k->env.types[e->number];
}

/* SPEC: cedar validation.not */
const zta_type *
zta_typecheck__not(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	return zta_typecheck__is_kind(k, e, kids, 0, ZTA_VALUE_BOOL) ?
	    zta_type__not(kids[0]) :
	    NULL;
}

/* + - * and the sign: all operands are numbers. */
const zta_type *
zta_typecheck__long(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	bool ok = true;
	uint32_t i;

	for (i = 0; i < e->kid_count; i++) {
		ok &= zta_typecheck__is_kind(k, e, kids, i, ZTA_VALUE_LONG);
	}
	return ok ? zta_type__plain(ZTA_VALUE_LONG) : NULL;
}

const zta_type *
zta_typecheck__like(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	return zta_typecheck__is_kind(k, e, kids, 0, ZTA_VALUE_STRING) ?
	    &zta_type_bool :
	    NULL;
}

const zta_type *
zta_typecheck__is_empty(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	return zta_typecheck__is_kind(k, e, kids, 0, ZTA_VALUE_SET) ?
	    &zta_type_bool :
	    NULL;
}
