/* SPDX-License-Identifier: Apache-2.0 */
/* levels.c - see levels.h. Recursion is as deep as the tree is high. */
#include "cedar/levels.h"

#include "base/str.h"
#include "cedar/declared.h"

typedef struct walker {
	zta_typecheck *k;
	uint32_t level;
} walker;

/* Attributes that are read from a record, the nearest first. */
typedef struct trail {
	zta_str attr;
	const struct trail *rest;
} trail;

static void visit(walker *w, const zta_expr *e);

/* The type of `e`; NULL: it is never evaluated. */
static const zta_type *
type_of(const walker *w, const zta_expr *e)
{
	return zta_type_notes__get(w->k->notes, e);
}

static bool
is_entity(const zta_type *type)
{
	return type != NULL && type->kind == ZTA_VALUE_ENTITY;
}

static void
report(const walker *w, zta_rule rule, uint32_t at)
{
	zta_findings__add(w->k->findings, rule, at);
}

static void
visit_kids(walker *w, const zta_expr *e, uint32_t from)
{
	uint32_t i;

	for (i = from; i < e->kid_count; i++) {
		visit(w, e->kids[i]);
	}
}

/* --- the level of an entity that is read; what is on the way is visited */

static uint32_t level_of(walker *w, const zta_expr *e, const trail *path);

/* `at` reads the entity `e`. Returns its level. */
static uint32_t
read_entity(walker *w, const zta_expr *e, uint32_t at)
{
	uint32_t level = level_of(w, e, NULL);

	if (level >= w->level) {
		report(w, ZTA_RULE_LEVEL, at);
	}
	return level;
}

/* Nobody can supply what is written out, but for the action that was asked. */
static uint32_t
level_of_literal(const walker *w, const zta_expr *e)
{
	if (zta_declared__uid(w->k->schema, e->names[0], e->names[1]) !=
	    w->k->env.action->uid) {
		report(w, ZTA_RULE_LITERAL_READ, e->at);
	}
	return 0;
}

static uint32_t
level_of_if(walker *w, const zta_expr *e, const trail *path)
{
	uint32_t i, level = 0, other;

	visit(w, e->kids[0]);
	for (i = 1; i < 3; i++) {
		other = type_of(w, e->kids[i]) == NULL ?
		    0 :
		    level_of(w, e->kids[i], path);
		level = other > level ? other : level;
	}
	return level;
}

/* The attribute on the path leads on, the others are visited. */
static uint32_t
level_of_record(walker *w, const zta_expr *e, const trail *path)
{
	uint32_t i, level = 0;

	for (i = 0; i < e->kid_count; i++) {
		if (path != NULL && zta_str__eq(e->names[i], path->attr)) {
			level = level_of(w, e->kids[i], path->rest);
		} else {
			visit(w, e->kids[i]);
		}
	}
	return level;
}

static uint32_t
level_of_get(walker *w, const zta_expr *e, const trail *rest)
{
	const trail here = { e->names[0], rest };

	return is_entity(type_of(w, e->kids[0])) ?
	    read_entity(w, e->kids[0], e->at) + 1 :
	    level_of(w, e->kids[0], &here);
}

static uint32_t
level_of(walker *w, const zta_expr *e, const trail *path)
{
	uint32_t level;

	switch ((zta_expr_op)e->op) {
	case ZTA_EXPR_ENTITY:
		return level_of_literal(w, e);
	case ZTA_EXPR_IF:
		return level_of_if(w, e, path);
	case ZTA_EXPR_RECORD:
		return level_of_record(w, e, path);
	case ZTA_EXPR_GET:
		return level_of_get(w, e, path);
	case ZTA_EXPR_GET_TAG:
		level = read_entity(w, e->kids[0], e->at) + 1;
		visit_kids(w, e, 1);
		return level;
	default:
		visit_kids(w, e, 0);
		return 0;
	}
}

/* --- every read of an entity */

/* x has a.b reads x and then x.a. */
static void
visit_has(walker *w, const zta_expr *e)
{
	const zta_type *type = type_of(w, e->kids[0]);
	const trail first = { e->names[0], NULL };
	const zta_attr *attr;
	uint32_t i, level;

	if (!is_entity(type) && e->name_count == 1) {
		visit(w, e->kids[0]);
		return;
	}
	level = level_of(w, e->kids[0], is_entity(type) ? NULL : &first);
	for (i = 0; type != NULL && i < e->name_count; i++) {
		if (is_entity(type) && level >= w->level) {
			report(w, ZTA_RULE_LEVEL, e->at);
			return;
		}
		level += is_entity(type);
		attr = zta_declared__attr(w->k->schema, type, e->names[i]);
		type = attr == NULL ? NULL : attr->type;
	}
}

static void
visit(walker *w, const zta_expr *e)
{
	if (type_of(w, e) == NULL) {
		return;
	}
	switch ((zta_expr_op)e->op) {
	case ZTA_EXPR_HAS:
		visit_has(w, e);
		break;
	case ZTA_EXPR_GET:
		if (is_entity(type_of(w, e->kids[0]))) {
			(void)read_entity(w, e->kids[0], e->at);
		} else {
			visit(w, e->kids[0]);
		}
		break;
	case ZTA_EXPR_IS:
		if (e->kid_count == 1 || type_of(w, e->kids[1]) == NULL) {
			visit(w, e->kids[0]);
			break;
		}
		/* x is T in y: x is read, if it can be a T. */
		(void)read_entity(w, e->kids[0], e->at);
		visit_kids(w, e, 1);
		break;
	case ZTA_EXPR_IN:
	case ZTA_EXPR_HAS_TAG:
	case ZTA_EXPR_GET_TAG:
		(void)read_entity(w, e->kids[0], e->at);
		visit_kids(w, e, 1);
		break;
	default:
		visit_kids(w, e, 0);
	}
}

void
zta_levels__check_scope(
    zta_findings *findings, const zta_policy_text *policy, uint32_t level)
{
	const zta_scope_text *scope = policy->scope;
	uint32_t i;

	for (i = 0; i < ZTA_SCOPES; i++, scope++) {
		if (level == 0 && scope->op != ZTA_SCOPE_ANY &&
		    scope->op != ZTA_SCOPE_EQ && scope->op != ZTA_SCOPE_IS) {
			zta_findings__add(findings, ZTA_RULE_LEVEL, scope->at);
		}
	}
}

void
zta_levels__check_conditions(
    zta_typecheck *k, const zta_policy_text *policy, uint32_t level)
{
	walker w = { k, level };
	uint32_t i;

	for (i = 0; i < policy->condition_count; i++) {
		visit(&w, policy->conditions[i].body);
	}
}
