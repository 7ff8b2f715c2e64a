/* SPDX-License-Identifier: Apache-2.0 */
/* policy_text.c - see policy_text.h. */
#include "cedar/policy_text.h"

#include "cedar/expr_text.h"
#include "cedar/quote.h"

static void
put_scope_entity(zta_buf *out, zta_expr_var var, const zta_scope_text *scope)
{
	if (scope->slot) {
		zta_buf__text(out, zta_slot_names[var]);
	} else {
		zta_quote__uid(
		    out, scope->entities[0].type, scope->entities[0].id);
	}
}

static void
put_action_set(zta_buf *out, const zta_scope_text *scope)
{
	uint32_t i;

	zta_buf__text(out, " in [");
	for (i = 0; i < scope->count; i++) {
		zta_buf__text(out, i > 0 ? ", " : "");
		zta_quote__uid(
		    out, scope->entities[i].type, scope->entities[i].id);
	}
	zta_buf__byte(out, ']');
}

static void
put_scope(zta_buf *out, zta_expr_var var, const zta_scope_text *scope)
{
	zta_buf__text(out, zta_expr_vars[var]);
	if (scope->type.len > 0) {
		zta_buf__text(out, " is ");
		zta_buf__put(out, scope->type);
	}
	if (scope->op == ZTA_SCOPE_IN_SET) {
		put_action_set(out, scope);
	} else if (scope->op == ZTA_SCOPE_EQ) {
		zta_buf__text(out, " == ");
		put_scope_entity(out, var, scope);
	} else if (scope->op == ZTA_SCOPE_IN || scope->op == ZTA_SCOPE_IS_IN) {
		zta_buf__text(out, " in ");
		put_scope_entity(out, var, scope);
	}
}

static void
put_annotations(zta_buf *out, const zta_policy_text *policy)
{
	const zta_annotation *annotation = policy->annotations;
	uint32_t i;

	for (i = 0; i < policy->annotation_count; i++, annotation++) {
		zta_buf__byte(out, '@');
		zta_buf__put(out, annotation->key);
		if (annotation->given) {
			zta_buf__byte(out, '(');
			zta_quote__string(out, annotation->value);
			zta_buf__byte(out, ')');
		}
		zta_buf__byte(out, '\n');
	}
}

void
zta_policy_text__put(zta_buf *out, const zta_policy_text *policy)
{
	zta_expr_var var;
	uint32_t i;

	put_annotations(out, policy);
	zta_buf__text(out, policy->forbid ? "forbid (" : "permit (");
	for (var = 0; var < ZTA_SCOPES; var++) {
		zta_buf__text(out, var > 0 ? ", " : "");
		put_scope(out, var, &policy->scope[var]);
	}
	zta_buf__byte(out, ')');
	for (i = 0; i < policy->condition_count; i++) {
		zta_buf__text(out,
		    policy->conditions[i].unless ? " unless { " : " when { ");
		zta_expr_text__put(out, policy->conditions[i].body);
		zta_buf__text(out, " }");
	}
	zta_buf__text(out, ";\n");
}
