/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_expr.c - expressions, by recursive descent: one function a level of
 * precedence, from `if` down to literals.
 *
 * Recursion is bounded by ZTA_CEDAR_DEPTH_MAX here, and so is the height of
 * the tree, so that whoever walks it later may recurse without counting.
 */
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "cedar/escape.h"
#include "cedar/parse.h"

/* `!!!!x` is Cedar, `!!!!!x` is not. */
#define UNARY_MAX 4

/* A node over `count` kids; its names are filled in by the caller. */
static zta_status
make(zta_parser *p, zta_expr_op op, uint32_t at, zta_expr **kids,
    uint32_t count, zta_expr **out)
{
	zta_expr *expr = zta_arena__zalloc(p->arena, 1, sizeof(*expr));
	uint32_t i, height = 0;

	if (expr == NULL) {
		return zta_parser__no_room(p);
	}
	for (i = 0; i < count; i++) {
		height = kids[i]->height > height ? kids[i]->height : height;
	}
	if (height >= ZTA_CEDAR_DEPTH_MAX) {
		zta_parser__wrong(
		    p, at, "over %d levels of nesting", ZTA_CEDAR_DEPTH_MAX);
		return ZTA_ELIMIT;
	}
	expr->op = (uint16_t)op;
	expr->height = (uint16_t)(height + 1);
	expr->at = at;
	expr->kids = kids;
	expr->kid_count = count;
	*out = expr;
	return ZTA_OK;
}

/* A node over one, two or three kids (NULL: fewer). */
static zta_status
make_over(zta_parser *p, zta_expr_op op, uint32_t at, zta_expr *a, zta_expr *b,
    zta_expr *c, zta_expr **out)
{
	zta_expr **kids = zta_arena__alloc(p->arena, 3 * sizeof(zta_expr *));

	if (kids == NULL) {
		return zta_parser__no_room(p);
	}
	kids[0] = a;
	kids[1] = b;
	kids[2] = c;
	return make(p, op, at, kids, b == NULL ? 1 : c == NULL ? 2 : 3, out);
}

/* Give `expr` room for names. */
static zta_status
add_names(zta_parser *p, zta_expr *expr, uint32_t count)
{
	expr->names = zta_arena__zalloc(p->arena, count, sizeof(zta_str));
	expr->name_count = count;
	return expr->names == NULL ? zta_parser__no_room(p) : ZTA_OK;
}

static zta_status
make_named(zta_parser *p, zta_expr_op op, uint32_t at, zta_expr *kid,
    zta_str name, zta_expr **out)
{
	zta_status status = kid == NULL ?
	    make(p, op, at, NULL, 0, out) :
	    make_over(p, op, at, kid, NULL, NULL, out);

	if (status == ZTA_OK) {
		status = add_names(p, *out, 1);
	}
	if (status == ZTA_OK) {
		(*out)->names[0] = name;
	}
	return status;
}

static zta_status
make_number(
    zta_parser *p, zta_expr_op op, uint32_t at, int64_t number, zta_expr **out)
{
	zta_status status = make(p, op, at, NULL, 0, out);

	if (status == ZTA_OK) {
		(*out)->number = number;
	}
	return status;
}

/* Expressions up to `close`, which is eaten; a comma may trail. */
static zta_status
parse_list(zta_parser *p, zta_token_kind close, const char *what,
    zta_parser_list *list)
{
	zta_expr **item, *expr;
	zta_status status;

	while (!zta_parser__is(p, close)) {
		status = zta_parser__expr(p, &expr);
		if (status != ZTA_OK) {
			return status;
		}
		item = zta_parser__push(p, list, sizeof(zta_expr *));
		if (item == NULL) {
			return zta_parser__no_room(p);
		}
		*item = expr;
		if (!zta_parser__accept(p, ZTA_TOKEN_COMMA)) {
			break;
		}
	}
	return zta_parser__expect(p, close, what);
}

static zta_status
parse_key(zta_parser *p, zta_str *out)
{
	return zta_parser__is(p, ZTA_TOKEN_STRING) ?
	    zta_parser__string(p, out) :
	    zta_parser__ident(p, out);
}

static zta_status
check_key(zta_parser *p, const zta_parser_list *keys, uint32_t at)
{
	const zta_str *names = keys->items;
	zta_str key = names[keys->count - 1];
	uint32_t i;

	for (i = 0; i + 1 < keys->count; i++) {
		if (zta_str__eq(names[i], key)) {
			return zta_parser__wrong(p, at,
			    "key `%.*s` stands twice in the record",
			    ZTA_STR_ARG(key));
		}
	}
	return ZTA_OK;
}

static zta_status
parse_record(zta_parser *p, uint32_t at, zta_expr **out)
{
	zta_parser_list keys = { 0 }, kids = { 0 };
	zta_expr **kid;
	zta_str *key;
	zta_status status = ZTA_OK;
	uint32_t key_at;

	while (!zta_parser__is(p, ZTA_TOKEN_RBRACE)) {
		key_at = p->next->at;
		key = zta_parser__push(p, &keys, sizeof(*key));
		kid = zta_parser__push(p, &kids, sizeof(zta_expr *));
		if (key == NULL || kid == NULL) {
			return zta_parser__no_room(p);
		}
		status = parse_key(p, key);
		if (status == ZTA_OK) {
			status = check_key(p, &keys, key_at);
		}
		if (status == ZTA_OK) {
			status = zta_parser__expect(p, ZTA_TOKEN_COLON, "`:`");
		}
		if (status == ZTA_OK) {
			status = zta_parser__expr(p, kid);
		}
		if (status != ZTA_OK) {
			return status;
		}
		if (!zta_parser__accept(p, ZTA_TOKEN_COMMA)) {
			break;
		}
	}
	status = zta_parser__expect(p, ZTA_TOKEN_RBRACE, "`,` or `}`");
	if (status == ZTA_OK) {
		status =
		    make(p, ZTA_EXPR_RECORD, at, kids.items, kids.count, out);
	}
	if (status == ZTA_OK) {
		(*out)->names = keys.items;
		(*out)->name_count = keys.count;
	}
	return status;
}

/* A number; only under a minus may it be 2^63. */
static zta_status
parse_number(zta_parser *p, bool negative, zta_expr **out)
{
	const zta_token *token = p->next++;
	zta_str digits = zta_lex__str(&p->tokens, token);
	int64_t number = 0;
	size_t i;

	for (i = 0; i < digits.len; i++) {
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_sub_overflow(
			number, digits.ptr[i] - '0', &number)) {
			return zta_parser__wrong(
			    p, token->at, "the number does not fit 64 bits");
		}
	}
	if (!negative && number == INT64_MIN) {
		return zta_parser__wrong(
		    p, token->at, "the number does not fit 64 bits");
	}
	return make_number(
	    p, ZTA_EXPR_LONG, token->at, negative ? number : -number, out);
}

/* `name(...)`: the constructor of an extension type. */
static zta_status
parse_call(zta_parser *p, zta_expr **out)
{
	const zta_token *token = p->next;
	zta_parser_list args = { 0 };
	zta_ext_fn fn;
	zta_str name;
	zta_status status = zta_parser__name(p, &name);

	if (status != ZTA_OK) {
		return status;
	}
	if (!zta_parser__accept(p, ZTA_TOKEN_LPAREN)) {
		return zta_parser__wrong(p, token->at,
		    "`%.*s` is no variable: there are `principal`, `action`, "
		    "`resource` and `context`",
		    ZTA_STR_ARG(name));
	}
	fn = zta_ext__find(name);
	if (fn == ZTA_EXT_FN_COUNT) {
		return zta_parser__wrong(p, token->at,
		    "there is no function `%.*s`", ZTA_STR_ARG(name));
	}
	if (zta_ext__info(fn)->method) {
		return zta_parser__wrong(p, token->at,
		    "`%.*s` is a method: write `x.%.*s()`", ZTA_STR_ARG(name),
		    ZTA_STR_ARG(name));
	}
	status = parse_list(p, ZTA_TOKEN_RPAREN, "`,` or `)`", &args);
	if (status == ZTA_OK) {
		status = make(
		    p, ZTA_EXPR_CALL, token->at, args.items, args.count, out);
	}
	if (status == ZTA_OK) {
		(*out)->number = fn;
	}
	return status;
}

static zta_status
parse_entity(zta_parser *p, zta_expr **out)
{
	zta_uid_text uid;
	zta_status status = zta_parser__uid(p, &uid);

	if (status == ZTA_OK) {
		status = make(p, ZTA_EXPR_ENTITY, uid.at, NULL, 0, out);
	}
	if (status == ZTA_OK) {
		status = add_names(p, *out, 2);
	}
	if (status == ZTA_OK) {
		(*out)->names[0] = uid.type;
		(*out)->names[1] = uid.id;
	}
	return status;
}

/* An identifier: literal, variable, entity or call. */
static zta_status
parse_word(zta_parser *p, zta_expr **out)
{
	static const char *const vars[] = { "principal", "action", "resource",
		"context" };
	const zta_token *token = p->next;
	zta_str word = zta_lex__str(&p->tokens, token);
	int64_t i;

	if (zta_parser__at_uid(p)) {
		return parse_entity(p, out);
	}
	if (zta_str__is(word, "true") || zta_str__is(word, "false")) {
		p->next++;
		return make_number(p, ZTA_EXPR_BOOL, token->at,
		    zta_str__is(word, "true"), out);
	}
	if (zta_str__is(word, "if")) {
		return zta_parser__wrong(
		    p, token->at, "`if` inside an operator needs parentheses");
	}
	for (i = 0; i < 4; i++) {
		if (zta_str__is(word, vars[i]) &&
		    token[1].kind != ZTA_TOKEN_PATH &&
		    token[1].kind != ZTA_TOKEN_LPAREN) {
			p->next++;
			return make_number(p, ZTA_EXPR_VAR, token->at, i, out);
		}
	}
	return parse_call(p, out);
}

static zta_status
parse_primary(zta_parser *p, bool negative, zta_expr **out)
{
	const zta_token *token = p->next;
	zta_parser_list list = { 0 };
	zta_str text;
	zta_status status;

	switch (token->kind) {
	case ZTA_TOKEN_NUMBER:
		return parse_number(p, negative, out);
	case ZTA_TOKEN_STRING:
		status = zta_parser__string(p, &text);
		return status != ZTA_OK ?
		    status :
		    make_named(p, ZTA_EXPR_STRING, token->at, NULL, text, out);
	case ZTA_TOKEN_IDENT:
		return parse_word(p, out);
	case ZTA_TOKEN_LPAREN:
		p->next++;
		status = zta_parser__expr(p, out);
		return status != ZTA_OK ?
		    status :
		    zta_parser__expect(
			p, ZTA_TOKEN_RPAREN, "an operator or `)`");
	case ZTA_TOKEN_LBRACKET:
		p->next++;
		status = parse_list(p, ZTA_TOKEN_RBRACKET, "`,` or `]`", &list);
		return status != ZTA_OK ? status :
					  make(p, ZTA_EXPR_SET, token->at,
					      list.items, list.count, out);
	case ZTA_TOKEN_LBRACE:
		p->next++;
		return parse_record(p, token->at, out);
	case ZTA_TOKEN_SLOT:
		return zta_parser__wrong(
		    p, token->at, "a slot can stand only in the scope");
	default:
		return zta_parser__fail(p, token, "expected an expression");
	}
}

static const struct {
	const char *name;
	zta_expr_op op;
	uint32_t args;
} methods[] = { { "contains", ZTA_EXPR_CONTAINS, 1 },
	{ "containsAll", ZTA_EXPR_CONTAINS_ALL, 1 },
	{ "containsAny", ZTA_EXPR_CONTAINS_ANY, 1 },
	{ "isEmpty", ZTA_EXPR_IS_EMPTY, 0 }, { "getTag", ZTA_EXPR_GET_TAG, 1 },
	{ "hasTag", ZTA_EXPR_HAS_TAG, 1 } };

/* The receiver becomes the first of the arguments. */
static zta_status
make_call(zta_parser *p, uint32_t at, zta_str name, const zta_parser_list *list,
    zta_expr **out)
{
	zta_ext_fn fn;
	zta_status status;
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!zta_str__is(name, methods[i].name)) {
			continue;
		}
		if (list->count != methods[i].args + 1) {
			return zta_parser__wrong(p, at,
			    "`%s` takes %u argument%s", methods[i].name,
			    methods[i].args, methods[i].args == 1 ? "" : "s");
		}
		return make(
		    p, methods[i].op, at, list->items, list->count, out);
	}
	fn = zta_ext__find(name);
	if (fn == ZTA_EXT_FN_COUNT) {
		return zta_parser__wrong(
		    p, at, "there is no method `%.*s`", ZTA_STR_ARG(name));
	}
	if (!zta_ext__info(fn)->method) {
		return zta_parser__wrong(p, at,
		    "`%.*s` is a function: write `%.*s(...)`",
		    ZTA_STR_ARG(name), ZTA_STR_ARG(name));
	}
	/* A wrong number of arguments is an error of evaluation here. */
	status = make(p, ZTA_EXPR_CALL, at, list->items, list->count, out);
	if (status == ZTA_OK) {
		(*out)->number = fn;
	}
	return status;
}

/* After the dot: an attribute or a method. */
static zta_status
parse_dot(zta_parser *p, zta_expr **expr)
{
	uint32_t at = p->next->at;
	zta_parser_list list = { 0 };
	zta_expr **receiver;
	zta_str name;
	zta_status status = zta_parser__ident(p, &name);

	if (status != ZTA_OK) {
		return status;
	}
	if (!zta_parser__accept(p, ZTA_TOKEN_LPAREN)) {
		return make_named(p, ZTA_EXPR_GET, at, *expr, name, expr);
	}
	receiver = zta_parser__push(p, &list, sizeof(zta_expr *));
	if (receiver == NULL) {
		return zta_parser__no_room(p);
	}
	*receiver = *expr;
	status = parse_list(p, ZTA_TOKEN_RPAREN, "`,` or `)`", &list);
	return status != ZTA_OK ? status : make_call(p, at, name, &list, expr);
}

/* `negative` tells that a minus stands before; it is cleared when used up. */
static zta_status
parse_member(zta_parser *p, bool *negative, zta_expr **out)
{
	uint32_t at;
	zta_str name;
	zta_status status;

	/* -1.a is -(1.a), so only a bare number takes the minus. */
	*negative = *negative && zta_parser__is(p, ZTA_TOKEN_NUMBER) &&
	    p->next[1].kind != ZTA_TOKEN_DOT &&
	    p->next[1].kind != ZTA_TOKEN_LBRACKET;
	status = parse_primary(p, *negative, out);
	while (status == ZTA_OK) {
		at = p->next->at;
		if (zta_parser__accept(p, ZTA_TOKEN_DOT)) {
			status = parse_dot(p, out);
		} else if (zta_parser__accept(p, ZTA_TOKEN_LBRACKET)) {
			status = zta_parser__string(p, &name);
			if (status == ZTA_OK) {
				status = zta_parser__expect(
				    p, ZTA_TOKEN_RBRACKET, "`]`");
			}
			if (status == ZTA_OK) {
				status = make_named(
				    p, ZTA_EXPR_GET, at, *out, name, out);
			}
		} else {
			break;
		}
	}
	return status;
}

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
	status = parse_member(p, &negative, out);
	count -= negative;
	for (; status == ZTA_OK && count > 0; count--) {
		status = make_over(p,
		    kind == ZTA_TOKEN_NOT ? ZTA_EXPR_NOT : ZTA_EXPR_NEG, at,
		    *out, NULL, NULL, out);
	}
	return status;
}

static zta_status
parse_mul(zta_parser *p, zta_expr **out)
{
	zta_status status = parse_unary(p, out);
	zta_expr *right;
	uint32_t at;

	while (status == ZTA_OK) {
		at = p->next->at;
		if (zta_parser__is(p, ZTA_TOKEN_SLASH) ||
		    zta_parser__is(p, ZTA_TOKEN_PERCENT)) {
			return zta_parser__wrong(
			    p, at, "Cedar has neither `/` nor `%%`");
		}
		if (!zta_parser__accept(p, ZTA_TOKEN_STAR)) {
			break;
		}
		status = parse_unary(p, &right);
		if (status == ZTA_OK) {
			status = make_over(
			    p, ZTA_EXPR_MUL, at, *out, right, NULL, out);
		}
	}
	return status;
}

static zta_status
parse_add(zta_parser *p, zta_expr **out)
{
	zta_status status = parse_mul(p, out);
	zta_expr *right;
	zta_expr_op op;
	uint32_t at;

	while (status == ZTA_OK &&
	    (zta_parser__is(p, ZTA_TOKEN_PLUS) ||
		zta_parser__is(p, ZTA_TOKEN_MINUS))) {
		op = zta_parser__is(p, ZTA_TOKEN_PLUS) ? ZTA_EXPR_ADD :
							 ZTA_EXPR_SUB;
		at = p->next->at;
		p->next++;
		status = parse_mul(p, &right);
		if (status == ZTA_OK) {
			status = make_over(p, op, at, *out, right, NULL, out);
		}
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
		status = parse_key(p, name);
		if (status != ZTA_OK) {
			return status;
		}
		more = more && zta_parser__accept(p, ZTA_TOKEN_DOT);
		if (more && !zta_parser__is(p, ZTA_TOKEN_IDENT)) {
			return zta_parser__fail(p, p->next, "expected a name");
		}
	} while (more);
	status = make_over(p, ZTA_EXPR_HAS, at, *expr, NULL, NULL, expr);
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
	    make_named(p, ZTA_EXPR_LIKE, at, *expr, pattern, expr);
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
		status =
		    make_over(p, ZTA_EXPR_IS, at, *expr, right, NULL, expr);
	}
	if (status == ZTA_OK) {
		status = add_names(p, *expr, 1);
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
	zta_expr *right;
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
		p->next++;
		status = parse_add(p, &right);
		if (status == ZTA_OK) {
			status = make_over(p, op, at, *out, right, NULL, out);
		}
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
	return status != ZTA_OK ? status :
				  make(p, op, at, list.items, list.count, out);
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
	    make_over(p, ZTA_EXPR_IF, at, guard, yes, no, out);
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
