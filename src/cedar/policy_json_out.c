/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_json_out.c - expressions in the JSON policy format, see
 * policy_json_out.h.
 *
 * Recursion is as deep as the tree is high, which its maker limits. Chains are
 * written in a loop: their JSON nests once for each operand.
 */
#include "cedar/policy_json_out.h"

#include "base/utf8.h"
#include "cedar/escape.h"
#include "cedar/policy_json_part.h"

/* Longest path of a `has` that is spelt out; it nests once for each name. */
#define SPELT_MAX 100

void
zta_policy_out__open(zta_json_out *out, const char *key)
{
	zta_json_out__open(out, '{');
	zta_json_out__name(out, key);
}

void
zta_policy_out__uid(zta_json_out *out, zta_str type, zta_str id)
{
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "type");
	zta_json_out__str(out, type);
	zta_json_out__name(out, "id");
	zta_json_out__str(out, id);
	zta_json_out__close(out, '}');
}

/* {"<key>":{ */
static void
open_form(zta_json_out *out, const char *key)
{
	zta_policy_out__open(out, key);
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
	zta_policy_out__expr(out, expr);
}

static void
put_entity(zta_json_out *out, const zta_expr *expr)
{
	open_form(out, "Value");
	zta_json_out__name(out, "__entity");
	zta_policy_out__uid(out, expr->names[0], expr->names[1]);
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
	zta_policy_out__expr(out, expr->kids[0]);
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
	zta_policy_out__expr(out, base);
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

/* x has a.b.c, in the newer form: the path is an array. */
static void
put_has_path(zta_json_out *out, const zta_expr *expr)
{
	uint32_t i;

	open_form(out, "has");
	put_operand(out, "left", expr->kids[0]);
	zta_json_out__name(out, "attr");
	zta_json_out__open(out, '[');
	for (i = 0; i < expr->name_count; i++) {
		zta_json_out__str(out, expr->names[i]);
	}
	zta_json_out__close(out, ']');
	close_form(out);
}

/*
 * x has a.b is x has a && x.a has b, as the reference writes it. That repeats
 * x for each name, so paths are not spelt out that are long, or where x has one
 * in turn.
 */
static void
put_has(zta_json_out *out, const zta_expr *expr)
{
	const zta_expr *base = expr->kids[0];
	uint32_t i, last = expr->name_count - 1;

	if (last > 0 && (last >= SPELT_MAX || has_path_within(base))) {
		put_has_path(out, expr);
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
			zta_policy_out__open(out, "Literal");
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

	zta_policy_out__open(out, key);
	zta_json_out__open(out, '[');
	for (i = 0; i < expr->kid_count; i++) {
		zta_policy_out__expr(out, expr->kids[i]);
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
		zta_policy_out__expr(out, expr->kids[i]);
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
	zta_policy_out__open(out, expr->op == ZTA_EXPR_VAR ? "Var" : "Value");
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

void
zta_policy_out__expr(zta_json_out *out, const zta_expr *expr)
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
