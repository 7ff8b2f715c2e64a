/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_expr.c - operators, by recursive descent: one function a level of
 * precedence, from `if` down to signs.
 *
 * Recursion is bounded by ZTA_CEDAR_DEPTH_MAX here, and so is the height of
 * the tree, so that whoever walks it later may recurse without counting.
 */
#include "cedar/parse_expr.h"

#include "base/limits.h"
#include "cedar/escape.h"
#include "cedar/parse_node.h"

/* `!!!!x` is Cedar, `!!!!!x` is not. */
#define UNARY_MAX 4

static zta_status
parse_unary(zta_parser *p, zta_expr **out)
{
	uint32_t at = p->next->at, count = 0;
	zta_token_kind kind = p->next->kind;
	bool negative = kind == ZTA_TOKEN_MINUS;
	zta_status status;

	if (kind == ZTA_TOKEN_NOT || kind == ZTA_TOKEN_MINUS) {
		while (zta_parser__accept(p, kind)) {
			count++;
		}
	}
	if (count > UNARY_MAX) {
		return zta_parser__wrong(
		    p, at, "more than %d of one sign in a row", UNARY_MAX);
	}
	status = zta_parse_expr__operand(p, &negative, out);
	count -= negative;
	for (; status == ZTA_OK && count > 0; count--) {
		status = zta_parse_node__over(p,
		    kind == ZTA_TOKEN_NOT ? ZTA_EXPR_NOT : ZTA_EXPR_NEG, at,
		    *out, NULL, NULL, out);
	}
	return status;
}

/* The operator that comes next, and its right side: a node over both sides. */
static zta_status
parse_right(zta_parser *p, zta_expr_op op,
    zta_status (*side)(zta_parser *, zta_expr **), zta_expr **out)
{
	uint32_t at = p->next->at;
	zta_expr *right;
	zta_status status;

	p->next++;
	status = side(p, &right);
	return status != ZTA_OK ?
	    status :
	    zta_parse_node__over(p, op, at, *out, right, NULL, out);
}

static zta_status
parse_mul(zta_parser *p, zta_expr **out)
{
	zta_status status = parse_unary(p, out);

	while (status == ZTA_OK && zta_parser__is(p, ZTA_TOKEN_STAR)) {
		status = parse_right(p, ZTA_EXPR_MUL, parse_unary, out);
	}
	if (status == ZTA_OK &&
	    (zta_parser__is(p, ZTA_TOKEN_SLASH) ||
		zta_parser__is(p, ZTA_TOKEN_PERCENT))) {
		return zta_parser__wrong(
		    p, p->next->at, "Cedar has neither `/` nor `%%`");
	}
	return status;
}

static zta_status
parse_add(zta_parser *p, zta_expr **out)
{
	zta_status status = parse_mul(p, out);

	while (status == ZTA_OK &&
	    (zta_parser__is(p, ZTA_TOKEN_PLUS) ||
		zta_parser__is(p, ZTA_TOKEN_MINUS))) {
		status = parse_right(p,
		    zta_parser__is(p, ZTA_TOKEN_PLUS) ? ZTA_EXPR_ADD :
							ZTA_EXPR_SUB,
		    parse_mul, out);
	}
	return status;
}

/* `x has "a b"`, or `x has a.b.c`. */
static zta_status
parse_has(zta_parser *p, uint32_t at, zta_expr **expr)
{
	zta_parser_list path = { 0 };
	zta_str *name;
	bool more = !zta_parser__is(p, ZTA_TOKEN_STRING);
	zta_status status;

	do {
		name = zta_parser__push(p, &path, sizeof(*name));
		if (name == NULL) {
			return zta_parser__no_room(p);
		}
		status = zta_parser__key(p, name);
		if (status != ZTA_OK) {
			return status;
		}
		more = more && zta_parser__accept(p, ZTA_TOKEN_DOT);
		if (more && !zta_parser__is(p, ZTA_TOKEN_IDENT)) {
			return zta_parser__fail(p, p->next, "expected a name");
		}
	} while (more);
	status =
	    zta_parse_node__over(p, ZTA_EXPR_HAS, at, *expr, NULL, NULL, expr);
	if (status == ZTA_OK) {
		(*expr)->names = path.items;
		(*expr)->name_count = path.count;
	}
	return status;
}

static zta_status
parse_like(zta_parser *p, uint32_t at, zta_expr **expr)
{
	const zta_token *token = p->next;
	zta_str raw = zta_lex__str(&p->tokens, token), pattern;
	size_t bad = 0;
	zta_status status = zta_parser__expect(
	    p, ZTA_TOKEN_STRING, "a pattern in quotes after `like`");

	if (status != ZTA_OK) {
		return status;
	}
	raw = (zta_str){ raw.ptr + 1, raw.len - 2 };
	status = zta_escape__read(p->arena, raw, true, &pattern, &bad, p->err);
	if (status == ZTA_ESYNTAX) {
		return zta_parser__wrong(p, token->at + 1 + (uint32_t)bad,
		    "an escape that Cedar does not have");
	}
	return status != ZTA_OK ?
	    status :
	    zta_parse_node__named(p, ZTA_EXPR_LIKE, at, *expr, pattern, expr);
}

/* `x is T`, or `x is T in y`. */
static zta_status
parse_is(zta_parser *p, uint32_t at, zta_expr **expr)
{
	zta_expr *right = NULL;
	zta_str type;
	zta_status status = zta_parser__name(p, &type);

	if (status == ZTA_OK && zta_parser__accept_word(p, "in")) {
		status = parse_add(p, &right);
	}
	if (status == ZTA_OK) {
		status = zta_parse_node__over(
		    p, ZTA_EXPR_IS, at, *expr, right, NULL, expr);
	}
	if (status == ZTA_OK) {
		status = zta_parse_node__names(p, *expr, 1);
	}
	if (status == ZTA_OK) {
		(*expr)->names[0] = type;
	}
	return status;
}

/* The relation that the next token stands for; false: none. */
static bool
relation(const zta_parser *p, zta_expr_op *op)
{
	static const struct {
		zta_token_kind kind;
		zta_expr_op op;
	} marks[] = { { ZTA_TOKEN_EQ, ZTA_EXPR_EQ },
		{ ZTA_TOKEN_NE, ZTA_EXPR_NE }, { ZTA_TOKEN_LT, ZTA_EXPR_LT },
		{ ZTA_TOKEN_LE, ZTA_EXPR_LE }, { ZTA_TOKEN_GT, ZTA_EXPR_GT },
		{ ZTA_TOKEN_GE, ZTA_EXPR_GE } };
	size_t i;

	*op = ZTA_EXPR_IN;
	if (zta_parser__is_word(p, "in")) {
		return true;
	}
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (zta_parser__is(p, marks[i].kind)) {
			*op = marks[i].op;
			return true;
		}
	}
	return false;
}

static zta_status
parse_relation(zta_parser *p, zta_expr **out)
{
	zta_status status = parse_add(p, out);
	uint32_t at = p->next->at;
	zta_expr_op op;

	if (status != ZTA_OK) {
		return status;
	}
	if (zta_parser__accept_word(p, "has")) {
		status = parse_has(p, at, out);
	} else if (zta_parser__accept_word(p, "like")) {
		status = parse_like(p, at, out);
	} else if (zta_parser__accept_word(p, "is")) {
		status = parse_is(p, at, out);
	} else if (relation(p, &op)) {
		status = parse_right(p, op, parse_add, out);
	} else {
		return ZTA_OK;
	}
	if (status == ZTA_OK && relation(p, &op)) {
		return zta_parser__wrong(p, p->next->at,
		    "relations do not chain: use `&&` or parentheses");
	}
	return status;
}

/* One node for a whole chain, so that long ones do not nest. */
static zta_status
parse_chain(zta_parser *p, zta_token_kind kind, zta_expr_op op,
    zta_status (*part)(zta_parser *, zta_expr **), zta_expr **out)
{
	zta_parser_list list = { 0 };
	zta_expr **item;
	uint32_t at = p->next->at;
	zta_status status = part(p, out);

	if (status != ZTA_OK || !zta_parser__is(p, kind)) {
		return status;
	}
	do {
		item = zta_parser__push(p, &list, sizeof(zta_expr *));
		if (item == NULL) {
			return zta_parser__no_room(p);
		}
		*item = *out;
		if (!zta_parser__accept(p, kind)) {
			break;
		}
		status = part(p, out);
	} while (status == ZTA_OK);
	return status != ZTA_OK ?
	    status :
	    zta_parse_node__make(p, op, at, list.items, list.count, out);
}

static zta_status
parse_and(zta_parser *p, zta_expr **out)
{
	return parse_chain(p, ZTA_TOKEN_AND, ZTA_EXPR_AND, parse_relation, out);
}

static zta_status
parse_if(zta_parser *p, uint32_t at, zta_expr **out)
{
	zta_expr *guard, *yes = NULL, *no = NULL;
	zta_status status = zta_parser__expr(p, &guard);

	if (status == ZTA_OK && !zta_parser__accept_word(p, "then")) {
		return zta_parser__fail(p, p->next, "expected `then`");
	}
	if (status == ZTA_OK) {
		status = zta_parser__expr(p, &yes);
	}
	if (status == ZTA_OK && !zta_parser__accept_word(p, "else")) {
		return zta_parser__fail(p, p->next, "expected `else`");
	}
	if (status == ZTA_OK) {
		status = zta_parser__expr(p, &no);
	}
	return status != ZTA_OK ?
	    status :
	    zta_parse_node__over(p, ZTA_EXPR_IF, at, guard, yes, no, out);
}

zta_status
zta_parser__expr(zta_parser *p, zta_expr **out)
{
	uint32_t at = p->next->at;
	zta_status status;

	if (p->depth == ZTA_CEDAR_DEPTH_MAX) {
		zta_parser__wrong(
		    p, at, "over %d levels of nesting", ZTA_CEDAR_DEPTH_MAX);
		return ZTA_ELIMIT;
	}
	p->depth++;
	if (zta_parser__accept_word(p, "if")) {
		status = parse_if(p, at, out);
	} else {
		status =
		    parse_chain(p, ZTA_TOKEN_OR, ZTA_EXPR_OR, parse_and, out);
	}
	p->depth--;
	return status;
}

zta_status
zta_parse__expr(zta_arena *arena, zta_str text, zta_expr **out, zta_error *err)
{
	zta_parser p;
	zta_status status = zta_parser__init(&p, arena, text, err);

	if (status == ZTA_OK) {
		status = zta_parser__expr(&p, out);
	}
	if (status == ZTA_OK && !zta_parser__is(&p, ZTA_TOKEN_END)) {
		return zta_parser__fail(
		    &p, p.next, "expected an operator or the end");
	}
	return status;
}
