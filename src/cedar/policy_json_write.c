/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_json_write.c - from ast.h to the JSON policy format.
 *
 * Recursion is as deep as the tree is high, which its maker limits. Chains are
 * written in a loop: their JSON nests once for each operand.
 */
#include <stdio.h>

#include "base/json_write.h"
#include "base/utf8.h"
#include "cedar/escape.h"
#include "cedar/policy_json.h"
#include "cedar/policy_json_part.h"

static void put_expr(zta_json_out *out, const zta_expr *expr);

/* {"<key>": */
static void
open_node(zta_json_out *out, const char *key)
{
	zta_json_out__open(out, '{');
	zta_json_out__name(out, key);
}

/* {"<key>":{ */
static void
open_form(zta_json_out *out, const char *key)
{
	open_node(out, key);
	zta_json_out__open(out, '{');
}

static void
close_form(zta_json_out *out)
{
	zta_json_out__close(out, '}');
	zta_json_out__close(out, '}');
}

static void
put_operand(zta_json_out *out, const char *name, const zta_expr *expr)
{
	zta_json_out__name(out, name);
	put_expr(out, expr);
}

static void
put_uid(zta_json_out *out, zta_str type, zta_str id)
{
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "type");
	zta_json_out__str(out, type);
	zta_json_out__name(out, "id");
	zta_json_out__str(out, id);
	zta_json_out__close(out, '}');
}

/* --- expressions */

static void
put_entity(zta_json_out *out, const zta_expr *expr)
{
	open_form(out, "Value");
	zta_json_out__name(out, "__entity");
	put_uid(out, expr->names[0], expr->names[1]);
	close_form(out);
}

/* a && b && c is {"&&":{"left":{"&&":{"left":a,"right":b}},"right":c}}. */
static void
put_chain(zta_json_out *out, const zta_expr *expr, const char *key)
{
	uint32_t i;

	for (i = 1; i < expr->kid_count; i++) {
		open_form(out, key);
		zta_json_out__name(out, "left");
	}
	put_expr(out, expr->kids[0]);
	for (i = 1; i < expr->kid_count; i++) {
		put_operand(out, "right", expr->kids[i]);
		close_form(out);
	}
}

/* base.names[0].names[1] ..., `count` of them. */
static void
put_path(zta_json_out *out, const zta_expr *base, const zta_str *names,
    uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		open_form(out, ".");
		zta_json_out__name(out, "left");
	}
	put_expr(out, base);
	for (i = 0; i < count; i++) {
		zta_json_out__name(out, "attr");
		zta_json_out__str(out, names[i]);
		close_form(out);
	}
}

static bool
has_path_within(const zta_expr *expr)
{
	uint32_t i;

	if (expr->op == ZTA_EXPR_HAS && expr->name_count > 1) {
		return true;
	}
	for (i = 0; i < expr->kid_count; i++) {
		if (has_path_within(expr->kids[i])) {
			return true;
		}
	}
	return false;
}

/*
 * x has a.b is x has a && x.a has b, as the reference writes it. That repeats
 * x, so where x does the same in turn, the newer form with an array stands.
 */
static void
put_has(zta_json_out *out, const zta_expr *expr)
{
	const zta_expr *base = expr->kids[0];
	uint32_t i, last = expr->name_count - 1;

	if (last > 0 && has_path_within(base)) {
		open_form(out, "has");
		put_operand(out, "left", base);
		zta_json_out__name(out, "attr");
		zta_json_out__open(out, '[');
		for (i = 0; i <= last; i++) {
			zta_json_out__str(out, expr->names[i]);
		}
		zta_json_out__close(out, ']');
		close_form(out);
		return;
	}
	for (i = 0; i < last; i++) {
		open_form(out, "&&");
		zta_json_out__name(out, "left");
	}
	for (i = 0; i <= last; i++) {
		if (i > 0) {
			zta_json_out__name(out, "right");
		}
		open_form(out, "has");
		zta_json_out__name(out, "left");
		put_path(out, base, expr->names, i);
		zta_json_out__name(out, "attr");
		zta_json_out__str(out, expr->names[i]);
		close_form(out);
		if (i > 0) {
			close_form(out);
		}
	}
}

/* One literal a character, as the reference writes it. */
static void
put_pattern(zta_json_out *out, zta_str pattern)
{
	size_t len;
	uint32_t code;

	zta_json_out__open(out, '[');
	while (pattern.len > 0) {
		if (*pattern.ptr == ZTA_PATTERN_ANY) {
			len = 1;
			zta_json_out__text(out, "Wildcard");
		} else {
			len = zta_utf8__decode(pattern, &code);
			open_node(out, "Literal");
			zta_json_out__str(out, (zta_str){ pattern.ptr, len });
			zta_json_out__close(out, '}');
		}
		pattern.ptr += len;
		pattern.len -= len;
	}
	zta_json_out__close(out, ']');
}

static void
put_like(zta_json_out *out, const zta_expr *expr)
{
	open_form(out, "like");
	put_operand(out, "left", expr->kids[0]);
	zta_json_out__name(out, "pattern");
	put_pattern(out, expr->names[0]);
	close_form(out);
}

static void
put_is(zta_json_out *out, const zta_expr *expr)
{
	open_form(out, "is");
	put_operand(out, "left", expr->kids[0]);
	zta_json_out__name(out, "entity_type");
	zta_json_out__str(out, expr->names[0]);
	if (expr->kid_count > 1) {
		put_operand(out, "in", expr->kids[1]);
	}
	close_form(out);
}

/* {"<key>":[...]}: a set, or a call. */
static void
put_list(zta_json_out *out, const char *key, const zta_expr *expr)
{
	uint32_t i;

	open_node(out, key);
	zta_json_out__open(out, '[');
	for (i = 0; i < expr->kid_count; i++) {
		put_expr(out, expr->kids[i]);
	}
	zta_json_out__close(out, ']');
	zta_json_out__close(out, '}');
}

static void
put_record(zta_json_out *out, const zta_expr *expr)
{
	uint32_t i;

	open_form(out, "Record");
	for (i = 0; i < expr->kid_count; i++) {
		zta_json_out__name_str(out, expr->names[i]);
		put_expr(out, expr->kids[i]);
	}
	close_form(out);
}

static void
put_form(zta_json_out *out, const zta_expr *expr)
{
	const zta_policy_form *form = zta_policy_forms;
	uint32_t i;

	while (form->op != (zta_expr_op)expr->op) {
		form++;
	}
	open_form(out, form->key);
	for (i = 0; i < expr->kid_count; i++) {
		put_operand(out, form->operands[i], expr->kids[i]);
	}
	close_form(out);
}

/* {"Value":V} and the like: a leaf is open for its one member. */
static void
put_leaf(zta_json_out *out, const zta_expr *expr)
{
	open_node(out, expr->op == ZTA_EXPR_VAR ? "Var" : "Value");
	switch ((zta_expr_op)expr->op) {
	case ZTA_EXPR_BOOL:
		zta_json_out__bool(out, expr->number != 0);
		break;
	case ZTA_EXPR_LONG:
		zta_json_out__int(out, expr->number);
		break;
	case ZTA_EXPR_VAR:
		zta_json_out__text(out, zta_expr_vars[expr->number]);
		break;
	default:
		zta_json_out__str(out, expr->names[0]);
	}
	zta_json_out__close(out, '}');
}

static void
put_expr(zta_json_out *out, const zta_expr *expr)
{
	switch ((zta_expr_op)expr->op) {
	case ZTA_EXPR_BOOL:
	case ZTA_EXPR_LONG:
	case ZTA_EXPR_STRING:
	case ZTA_EXPR_VAR:
		put_leaf(out, expr);
		break;
	case ZTA_EXPR_ENTITY:
		put_entity(out, expr);
		break;
	case ZTA_EXPR_OR:
		put_chain(out, expr, "||");
		break;
	case ZTA_EXPR_AND:
		put_chain(out, expr, "&&");
		break;
	case ZTA_EXPR_HAS:
		put_has(out, expr);
		break;
	case ZTA_EXPR_LIKE:
		put_like(out, expr);
		break;
	case ZTA_EXPR_IS:
		put_is(out, expr);
		break;
	case ZTA_EXPR_GET:
		put_path(out, expr->kids[0], expr->names, 1);
		break;
	case ZTA_EXPR_SET:
		put_list(out, "Set", expr);
		break;
	case ZTA_EXPR_RECORD:
		put_record(out, expr);
		break;
	case ZTA_EXPR_CALL:
		put_list(
		    out, zta_ext__info((zta_ext_fn)expr->number)->name, expr);
		break;
	default:
		put_form(out, expr);
	}
}

/* --- policies */

/* "entity":U or "slot":S */
static void
put_scope_entity(
    zta_json_out *out, zta_expr_var var, const zta_scope_text *scope)
{
	if (scope->slot) {
		zta_json_out__name(out, "slot");
		zta_json_out__text(out, zta_slot_names[var]);
	} else {
		zta_json_out__name(out, "entity");
		put_uid(out, scope->entities[0].type, scope->entities[0].id);
	}
}

static void
put_action_set(zta_json_out *out, const zta_scope_text *scope)
{
	uint32_t i;

	zta_json_out__name(out, "entities");
	zta_json_out__open(out, '[');
	for (i = 0; i < scope->count; i++) {
		put_uid(out, scope->entities[i].type, scope->entities[i].id);
	}
	zta_json_out__close(out, ']');
}

static void
put_scope(zta_json_out *out, zta_expr_var var, const zta_scope_text *scope)
{
	static const char *const ops[] = { [ZTA_SCOPE_ANY] = "All",
		[ZTA_SCOPE_EQ] = "==",
		[ZTA_SCOPE_IN] = "in",
		[ZTA_SCOPE_IN_SET] = "in",
		[ZTA_SCOPE_IS] = "is",
		[ZTA_SCOPE_IS_IN] = "is" };

	zta_json_out__name(out, zta_expr_vars[var]);
	open_node(out, "op");
	zta_json_out__text(out, ops[scope->op]);
	if (scope->type.len > 0) {
		zta_json_out__name(out, "entity_type");
		zta_json_out__str(out, scope->type);
	}
	if (scope->op == ZTA_SCOPE_EQ || scope->op == ZTA_SCOPE_IN ||
	    (scope->op == ZTA_SCOPE_IN_SET && scope->count == 1)) {
		put_scope_entity(out, var, scope);
	} else if (scope->op == ZTA_SCOPE_IN_SET) {
		put_action_set(out, scope);
	} else if (scope->op == ZTA_SCOPE_IS_IN) {
		zta_json_out__name(out, "in");
		zta_json_out__open(out, '{');
		put_scope_entity(out, var, scope);
		zta_json_out__close(out, '}');
	}
	zta_json_out__close(out, '}');
}

static void
put_conditions(zta_json_out *out, const zta_policy_text *policy)
{
	uint32_t i;

	zta_json_out__name(out, "conditions");
	zta_json_out__open(out, '[');
	for (i = 0; i < policy->condition_count; i++) {
		open_node(out, "kind");
		zta_json_out__text(
		    out, policy->conditions[i].unless ? "unless" : "when");
		put_operand(out, "body", policy->conditions[i].body);
		zta_json_out__close(out, '}');
	}
	zta_json_out__close(out, ']');
}

static void
put_annotations(zta_json_out *out, const zta_policy_text *policy)
{
	uint32_t i;

	if (policy->annotation_count == 0) {
		return;
	}
	zta_json_out__name(out, "annotations");
	zta_json_out__open(out, '{');
	for (i = 0; i < policy->annotation_count; i++) {
		zta_json_out__name_str(out, policy->annotations[i].key);
		if (policy->annotations[i].given) {
			zta_json_out__str(out, policy->annotations[i].value);
		} else {
			zta_json_out__null(out);
		}
	}
	zta_json_out__close(out, '}');
}

static void
put_policy(zta_json_out *out, const zta_policy_text *policy)
{
	zta_expr_var var;

	open_node(out, "effect");
	zta_json_out__text(out, policy->forbid ? "forbid" : "permit");
	for (var = 0; var < ZTA_SCOPES; var++) {
		put_scope(out, var, &policy->scope[var]);
	}
	put_conditions(out, policy);
	put_annotations(out, policy);
	zta_json_out__close(out, '}');
}

static void
put_policies(zta_json_out *out, const zta_policy_texts *texts, bool templates)
{
	char made[32];
	const zta_policy_text *policy;
	uint32_t i;

	zta_json_out__open(out, '{');
	for (i = 0; i < texts->count; i++) {
		policy = &texts->list[i];
		if (zta_policy_text__is_template(policy) != templates) {
			continue;
		}
		(void)snprintf(made, sizeof(made), "policy%u", i);
		zta_json_out__name_str(out,
		    policy->id.ptr == NULL ? zta_str_of(made) : policy->id);
		put_policy(out, policy);
	}
	zta_json_out__close(out, '}');
}

static void
put_link(zta_json_out *out, const zta_link_text *link)
{
	zta_expr_var var;

	open_node(out, "templateId");
	zta_json_out__str(out, link->template_id);
	zta_json_out__name(out, "newId");
	zta_json_out__str(out, link->id);
	zta_json_out__name(out, "values");
	zta_json_out__open(out, '{');
	for (var = 0; var < ZTA_SCOPES; var++) {
		if (link->filled[var]) {
			zta_json_out__name(out, zta_slot_names[var]);
			put_uid(
			    out, link->slots[var].type, link->slots[var].id);
		}
	}
	zta_json_out__close(out, '}');
	zta_json_out__close(out, '}');
}

static void
put_links(zta_json_out *out, const zta_policy_texts *texts)
{
	uint32_t i;

	zta_json_out__open(out, '[');
	for (i = 0; i < texts->link_count; i++) {
		put_link(out, &texts->links[i]);
	}
	zta_json_out__close(out, ']');
}

void
zta_policy_json__write_links(zta_buf *buf, const zta_policy_texts *texts)
{
	zta_json_out out = { buf, false };

	put_links(&out, texts);
}

void
zta_policy_json__write(zta_buf *buf, const zta_policy_texts *texts)
{
	zta_json_out out = { buf, false };

	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "staticPolicies");
	put_policies(&out, texts, false);
	zta_json_out__name(&out, "templates");
	put_policies(&out, texts, true);
	zta_json_out__name(&out, "templateLinks");
	put_links(&out, texts);
	zta_json_out__close(&out, '}');
}
