/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_text.c - see policy_text.h. Parentheses stand where the grammar needs
 * them to give the same tree, and nowhere else.
 */
#include "cedar/policy_text.h"

#include <inttypes.h>

#include "base/str.h"
#include "cedar/escape.h"
#include "cedar/lex.h"

/* How tightly the operators of the grammar bind. */
enum { IF, OR, AND, RELATION, ADD, MUL, UNARY, MEMBER, PRIMARY };

static void put(zta_buf *out, const zta_expr *expr, int least);

/* --- strings and names */

/* The letter after the backslash; 0: the character stands for itself. */
static char
escape_of(char c)
{
	switch (c) {
	case '"':
	case '\\':
		return c;
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

static void
put_char(zta_buf *out, char c, bool pattern)
{
	if (pattern && (c == ZTA_PATTERN_ANY || c == '*')) {
		zta_buf__text(out, c == '*' ? "\\*" : "*");
	} else if (escape_of(c) != 0) {
		zta_buf__byte(out, '\\');
		zta_buf__byte(out, escape_of(c));
	} else if ((unsigned char)c < 0x20 || c == 0x7f) {
		zta_buf__printf(out, "\\u{%x}", (unsigned char)c);
	} else {
		zta_buf__byte(out, c);
	}
}

static void
put_quoted(zta_buf *out, zta_str text, bool pattern)
{
	size_t i;

	zta_buf__byte(out, '"');
	for (i = 0; i < text.len; i++) {
		put_char(out, text.ptr[i], pattern);
	}
	zta_buf__byte(out, '"');
}

void
zta_policy_text__put_string(zta_buf *out, zta_str text)
{
	put_quoted(out, text, false);
}

void
zta_policy_text__put_uid(zta_buf *out, zta_str type, zta_str id)
{
	zta_buf__put(out, type);
	zta_buf__text(out, "::");
	put_quoted(out, id, false);
}

void
zta_policy_text__put_key(zta_buf *out, zta_str key)
{
	if (zta_lex__is_key(key)) {
		zta_buf__put(out, key);
	} else {
		put_quoted(out, key, false);
	}
}

/* --- expressions */

static int
binding(const zta_expr *expr)
{
	switch ((zta_expr_op)expr->op) {
	case ZTA_EXPR_IF:
		return IF;
	case ZTA_EXPR_OR:
		return OR;
	case ZTA_EXPR_AND:
		return AND;
	case ZTA_EXPR_EQ:
	case ZTA_EXPR_NE:
	case ZTA_EXPR_LT:
	case ZTA_EXPR_LE:
	case ZTA_EXPR_GT:
	case ZTA_EXPR_GE:
	case ZTA_EXPR_IN:
	case ZTA_EXPR_HAS:
	case ZTA_EXPR_LIKE:
	case ZTA_EXPR_IS:
		return RELATION;
	case ZTA_EXPR_ADD:
	case ZTA_EXPR_SUB:
		return ADD;
	case ZTA_EXPR_MUL:
		return MUL;
	case ZTA_EXPR_NOT:
	case ZTA_EXPR_NEG:
		return UNARY;
	case ZTA_EXPR_LONG:
		return expr->number < 0 ? UNARY : PRIMARY;
	case ZTA_EXPR_BOOL:
	case ZTA_EXPR_STRING:
	case ZTA_EXPR_ENTITY:
	case ZTA_EXPR_VAR:
	case ZTA_EXPR_SET:
	case ZTA_EXPR_RECORD:
		return PRIMARY;
	default:
		return MEMBER;
	}
}

/* Operands with `sign` between them; the others bind at least as `rest`. */
static void
put_operands(
    zta_buf *out, const zta_expr *expr, const char *sign, int first, int rest)
{
	uint32_t i;

	put(out, expr->kids[0], first);
	for (i = 1; i < expr->kid_count; i++) {
		zta_buf__text(out, sign);
		put(out, expr->kids[i], rest);
	}
}

static void
put_unary(zta_buf *out, const zta_expr *expr)
{
	const zta_expr *operand = expr->kids[0];

	/* -(2) is no number, and !!!!!x is not Cedar. */
	zta_buf__byte(out, expr->op == ZTA_EXPR_NOT ? '!' : '-');
	put(out, operand, operand->op == ZTA_EXPR_LONG ? PRIMARY + 1 : MEMBER);
}

static void
put_if(zta_buf *out, const zta_expr *expr)
{
	zta_buf__text(out, "if ");
	put(out, expr->kids[0], IF);
	zta_buf__text(out, " then ");
	put(out, expr->kids[1], IF);
	zta_buf__text(out, " else ");
	put(out, expr->kids[2], IF);
}

static void
put_has(zta_buf *out, const zta_expr *expr)
{
	uint32_t i;

	put(out, expr->kids[0], ADD);
	zta_buf__text(out, " has ");
	zta_policy_text__put_key(out, expr->names[0]);
	for (i = 1; i < expr->name_count; i++) {
		zta_buf__byte(out, '.');
		zta_buf__put(out, expr->names[i]);
	}
}

static void
put_is(zta_buf *out, const zta_expr *expr)
{
	put(out, expr->kids[0], ADD);
	zta_buf__text(out, " is ");
	zta_buf__put(out, expr->names[0]);
	if (expr->kid_count > 1) {
		zta_buf__text(out, " in ");
		put(out, expr->kids[1], ADD);
	}
}

static void
put_get(zta_buf *out, const zta_expr *expr)
{
	put(out, expr->kids[0], MEMBER);
	if (zta_lex__is_key(expr->names[0])) {
		zta_buf__byte(out, '.');
		zta_buf__put(out, expr->names[0]);
	} else {
		zta_buf__byte(out, '[');
		put_quoted(out, expr->names[0], false);
		zta_buf__byte(out, ']');
	}
}

/* Kids from `from` on, in brackets. */
static void
put_list(
    zta_buf *out, const zta_expr *expr, uint32_t from, const char *brackets)
{
	uint32_t i;

	zta_buf__byte(out, brackets[0]);
	for (i = from; i < expr->kid_count; i++) {
		zta_buf__text(out, i > from ? ", " : "");
		put(out, expr->kids[i], IF);
	}
	zta_buf__byte(out, brackets[1]);
}

static void
put_record(zta_buf *out, const zta_expr *expr)
{
	uint32_t i;

	zta_buf__byte(out, '{');
	for (i = 0; i < expr->kid_count; i++) {
		zta_buf__text(out, i > 0 ? ", " : "");
		zta_policy_text__put_key(out, expr->names[i]);
		zta_buf__text(out, ": ");
		put(out, expr->kids[i], IF);
	}
	zta_buf__byte(out, '}');
}

static void
put_method(zta_buf *out, const zta_expr *expr, const char *name)
{
	put(out, expr->kids[0], MEMBER);
	zta_buf__printf(out, ".%s", name);
	put_list(out, expr, 1, "()");
}

static void
put_call(zta_buf *out, const zta_expr *expr)
{
	const zta_ext_info *info = zta_ext__info((zta_ext_fn)expr->number);
	const zta_method *method;

	if (expr->op == ZTA_EXPR_CALL && info->method) {
		put_method(out, expr, info->name);
		return;
	}
	if (expr->op == ZTA_EXPR_CALL) {
		zta_buf__text(out, info->name);
		put_list(out, expr, 0, "()");
		return;
	}
	for (method = zta_methods; method->name != NULL; method++) {
		if (method->op == (zta_expr_op)expr->op) {
			put_method(out, expr, method->name);
		}
	}
}

static void
put_relation(zta_buf *out, const zta_expr *expr)
{
	static const char *const signs[] = { [ZTA_EXPR_EQ] = " == ",
		[ZTA_EXPR_NE] = " != ",
		[ZTA_EXPR_LT] = " < ",
		[ZTA_EXPR_LE] = " <= ",
		[ZTA_EXPR_GT] = " > ",
		[ZTA_EXPR_GE] = " >= ",
		[ZTA_EXPR_IN] = " in " };

	put_operands(out, expr, signs[expr->op], ADD, ADD);
}

static void
put_bare(zta_buf *out, const zta_expr *expr)
{
	switch ((zta_expr_op)expr->op) {
	case ZTA_EXPR_BOOL:
		zta_buf__text(out, expr->number != 0 ? "true" : "false");
		break;
	case ZTA_EXPR_LONG:
		zta_buf__printf(out, "%" PRId64, expr->number);
		break;
	case ZTA_EXPR_STRING:
		put_quoted(out, expr->names[0], false);
		break;
	case ZTA_EXPR_ENTITY:
		zta_policy_text__put_uid(out, expr->names[0], expr->names[1]);
		break;
	case ZTA_EXPR_VAR:
		zta_buf__text(out, zta_expr_vars[expr->number]);
		break;
	case ZTA_EXPR_OR:
		put_operands(out, expr, " || ", AND, AND);
		break;
	case ZTA_EXPR_AND:
		put_operands(out, expr, " && ", RELATION, RELATION);
		break;
	case ZTA_EXPR_NOT:
	case ZTA_EXPR_NEG:
		put_unary(out, expr);
		break;
	case ZTA_EXPR_EQ:
	case ZTA_EXPR_NE:
	case ZTA_EXPR_LT:
	case ZTA_EXPR_LE:
	case ZTA_EXPR_GT:
	case ZTA_EXPR_GE:
	case ZTA_EXPR_IN:
		put_relation(out, expr);
		break;
	case ZTA_EXPR_ADD:
		put_operands(out, expr, " + ", ADD, MUL);
		break;
	case ZTA_EXPR_SUB:
		put_operands(out, expr, " - ", ADD, MUL);
		break;
	case ZTA_EXPR_MUL:
		put_operands(out, expr, " * ", MUL, UNARY);
		break;
	case ZTA_EXPR_HAS:
		put_has(out, expr);
		break;
	case ZTA_EXPR_LIKE:
		put(out, expr->kids[0], ADD);
		zta_buf__text(out, " like ");
		put_quoted(out, expr->names[0], true);
		break;
	case ZTA_EXPR_IS:
		put_is(out, expr);
		break;
	case ZTA_EXPR_IF:
		put_if(out, expr);
		break;
	case ZTA_EXPR_GET:
		put_get(out, expr);
		break;
	case ZTA_EXPR_SET:
		put_list(out, expr, 0, "[]");
		break;
	case ZTA_EXPR_RECORD:
		put_record(out, expr);
		break;
	default:
		put_call(out, expr);
	}
}

/* In parentheses unless it binds at least as `least`. */
static void
put(zta_buf *out, const zta_expr *expr, int least)
{
	bool wrapped = binding(expr) < least;

	if (wrapped) {
		zta_buf__byte(out, '(');
	}
	put_bare(out, expr);
	if (wrapped) {
		zta_buf__byte(out, ')');
	}
}

void
zta_policy_text__put_expr(zta_buf *out, const zta_expr *expr)
{
	put(out, expr, IF);
}

/* --- policies */

static void
put_scope_entity(zta_buf *out, zta_expr_var var, const zta_scope_text *scope)
{
	if (scope->slot) {
		zta_buf__text(out, zta_slot_names[var]);
	} else {
		zta_policy_text__put_uid(
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
		zta_policy_text__put_uid(
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
			put_quoted(out, annotation->value, false);
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
		put(out, policy->conditions[i].body, IF);
		zta_buf__text(out, " }");
	}
	zta_buf__text(out, ";\n");
}
