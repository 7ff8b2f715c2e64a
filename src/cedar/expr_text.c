/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_text.c - see expr_text.h. Parentheses stand where the grammar needs them
 * to give the same tree, and nowhere else. Recursion is as deep as the tree is
 * high, which its maker limits.
 */
#include "cedar/expr_text.h"

#include <inttypes.h>

#include "cedar/lex.h"
#include "cedar/quote.h"

/* How tightly the operators of the grammar bind. */
enum { IF, OR, AND, RELATION, ADD, MUL, UNARY, MEMBER, PRIMARY, WRAPPED };

/* Operators between operands, which bind at least as `first` and `rest`. */
static const struct {
	const char *sign;
	int binding, first, rest;
} infix[ZTA_EXPR_CALL + 1] = {
	[ZTA_EXPR_OR] = { " || ", OR, AND, AND },
	[ZTA_EXPR_AND] = { " && ", AND, RELATION, RELATION },
	[ZTA_EXPR_EQ] = { " == ", RELATION, ADD, ADD },
	[ZTA_EXPR_NE] = { " != ", RELATION, ADD, ADD },
	[ZTA_EXPR_LT] = { " < ", RELATION, ADD, ADD },
	[ZTA_EXPR_LE] = { " <= ", RELATION, ADD, ADD },
	[ZTA_EXPR_GT] = { " > ", RELATION, ADD, ADD },
	[ZTA_EXPR_GE] = { " >= ", RELATION, ADD, ADD },
	[ZTA_EXPR_IN] = { " in ", RELATION, ADD, ADD },
	[ZTA_EXPR_ADD] = { " + ", ADD, ADD, MUL },
	[ZTA_EXPR_SUB] = { " - ", ADD, ADD, MUL },
	[ZTA_EXPR_MUL] = { " * ", MUL, MUL, UNARY },
};

static int
binding(const zta_expr *expr)
{
	switch ((zta_expr_op)expr->op) {
	case ZTA_EXPR_IF:
		return IF;
	case ZTA_EXPR_HAS:
	case ZTA_EXPR_LIKE:
	case ZTA_EXPR_IS:
		return RELATION;
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
		return infix[expr->op].sign != NULL ? infix[expr->op].binding :
						      MEMBER;
	}
}

static void put(zta_buf *out, const zta_expr *expr, int least);

static void
put_infix(zta_buf *out, const zta_expr *expr)
{
	uint32_t i;

	put(out, expr->kids[0], infix[expr->op].first);
	for (i = 1; i < expr->kid_count; i++) {
		zta_buf__text(out, infix[expr->op].sign);
		put(out, expr->kids[i], infix[expr->op].rest);
	}
}

static void
put_unary(zta_buf *out, const zta_expr *expr)
{
	const zta_expr *operand = expr->kids[0];

	/* -(2) is no number, and !!!!!x is not Cedar. */
	zta_buf__byte(out, expr->op == ZTA_EXPR_NOT ? '!' : '-');
	put(out, operand, operand->op == ZTA_EXPR_LONG ? WRAPPED : MEMBER);
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
	zta_quote__key(out, expr->names[0]);
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
		zta_quote__string(out, expr->names[0]);
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
		zta_quote__key(out, expr->names[i]);
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
		zta_quote__string(out, expr->names[0]);
		break;
	case ZTA_EXPR_ENTITY:
		zta_quote__uid(out, expr->names[0], expr->names[1]);
		break;
	case ZTA_EXPR_VAR:
		zta_buf__text(out, zta_expr_vars[expr->number]);
		break;
	case ZTA_EXPR_NOT:
	case ZTA_EXPR_NEG:
		put_unary(out, expr);
		break;
	case ZTA_EXPR_HAS:
		put_has(out, expr);
		break;
	case ZTA_EXPR_LIKE:
		put(out, expr->kids[0], ADD);
		zta_buf__text(out, " like ");
		zta_quote__pattern(out, expr->names[0]);
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
		if (infix[expr->op].sign != NULL) {
			put_infix(out, expr);
		} else {
			put_call(out, expr);
		}
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
zta_expr_text__put(zta_buf *out, const zta_expr *expr)
{
	put(out, expr, IF);
}
