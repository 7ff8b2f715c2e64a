/* SPDX-License-Identifier: Apache-2.0 */
/* typecheck_rules.c - what rules are made of, see typecheck_rules.h. */
#include "cedar/typecheck_rules.h"

#include "cedar/declared.h"
#include "cedar/types.h"

const zta_type *
zta_typecheck__wrong(zta_typecheck *k, zta_rule rule, const zta_expr *e)
{
	zta_findings__add(k->findings, rule, e->at);
	return NULL;
}

const zta_type *
zta_typecheck__no_memory(zta_typecheck *k)
{
	k->no_memory = true;
	return NULL;
}

bool
zta_typecheck__is_kind(zta_typecheck *k, const zta_expr *e,
    const zta_type *const *kids, uint32_t i, zta_value_kind kind)
{
	if (kids[i] != NULL && kids[i]->kind != kind) {
		(void)zta_typecheck__wrong(k, ZTA_RULE_TYPE, e->kids[i]);
		return false;
	}
	return kids[i] != NULL;
}

const zta_type *
zta_typecheck__join(
    zta_typecheck *k, const zta_expr *e, const zta_type *a, const zta_type *b)
{
	bool failed = false;
	const zta_type *both = zta_type__join(k->arena, a, b, &failed);

	if (failed) {
		return zta_typecheck__no_memory(k);
	}
	return both == NULL && a != NULL ?
	    zta_typecheck__wrong(k, ZTA_RULE_INCOMPATIBLE, e) :
	    both;
}

bool
zta_typecheck__is_entity_literal(const zta_expr *e)
{
	return e->op == ZTA_EXPR_ENTITY ||
	    (e->op == ZTA_EXPR_VAR && e->number == ZTA_VAR_ACTION);
}

uint32_t
zta_typecheck__literal_uid(const zta_typecheck *k, const zta_expr *e)
{
	return e->op == ZTA_EXPR_VAR ?
	    k->env.action->uid :
	    zta_declared__uid(k->schema, e->names[0], e->names[1]);
}
