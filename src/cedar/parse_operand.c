/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_operand.c - what stands between operators: literals, variables, sets,
 * records, calls, and what follows them after dots and in brackets.
 */
#include "base/str.h"
#include "cedar/parse_expr.h"
#include "cedar/parse_node.h"

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

/* Fields up to the brace, which is eaten; a comma may trail. */
static zta_status
parse_fields(zta_parser *p, zta_parser_list *keys, zta_parser_list *values)
{
	zta_parser_key *key, read;
	zta_expr **value;
	zta_status status;

	while (!zta_parser__is(p, ZTA_TOKEN_RBRACE)) {
		read.at = p->next->at;
		status = zta_parser__key(p, &read.name);
		if (status != ZTA_OK) {
			return status;
		}
		key = zta_parser__push(p, keys, sizeof(*key));
		value = zta_parser__push(p, values, sizeof(zta_expr *));
		if (key == NULL || value == NULL) {
			return zta_parser__no_room(p);
		}
		*key = read;
		status = zta_parser__expect(p, ZTA_TOKEN_COLON, "`:`");
		if (status == ZTA_OK) {
			status = zta_parser__expr(p, value);
		}
		if (status != ZTA_OK) {
			return status;
		}
		if (!zta_parser__accept(p, ZTA_TOKEN_COMMA)) {
			break;
		}
	}
	return zta_parser__expect(p, ZTA_TOKEN_RBRACE, "`,` or `}`");
}

static zta_status
parse_record(zta_parser *p, uint32_t at, zta_expr **out)
{
	zta_parser_list keys = { 0 }, values = { 0 };
	zta_status status = parse_fields(p, &keys, &values);
	uint32_t i;

	status = zta_parser__unique(
	    p, &keys, sizeof(zta_parser_key), status, "key", " in the record");
	if (status == ZTA_OK) {
		status = zta_parse_node__make(
		    p, ZTA_EXPR_RECORD, at, values.items, values.count, out);
	}
	if (status == ZTA_OK) {
		status = zta_parse_node__names(p, *out, keys.count);
	}
	for (i = 0; status == ZTA_OK && i < keys.count; i++) {
		(*out)->names[i] = ((zta_parser_key *)keys.items)[i].name;
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
	return zta_parse_node__number(
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
		status = zta_parse_node__make(
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
		status = zta_parse_node__make(
		    p, ZTA_EXPR_ENTITY, uid.at, NULL, 0, out);
	}
	if (status == ZTA_OK) {
		status = zta_parse_node__names(p, *out, 2);
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
	const zta_token *token = p->next;
	zta_str word = zta_lex__str(&p->tokens, token);
	int64_t i;

	if (zta_parser__at_uid(p)) {
		return parse_entity(p, out);
	}
	if (zta_str__is(word, "true") || zta_str__is(word, "false")) {
		p->next++;
		return zta_parse_node__number(p, ZTA_EXPR_BOOL, token->at,
		    zta_str__is(word, "true"), out);
	}
	if (zta_str__is(word, "if")) {
		return zta_parser__wrong(
		    p, token->at, "`if` inside an operator needs parentheses");
	}
	for (i = 0; i < 4; i++) {
		if (zta_str__is(word, zta_expr_vars[i]) &&
		    token[1].kind != ZTA_TOKEN_PATH &&
		    token[1].kind != ZTA_TOKEN_LPAREN) {
			p->next++;
			return zta_parse_node__number(
			    p, ZTA_EXPR_VAR, token->at, i, out);
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
		    zta_parse_node__named(
			p, ZTA_EXPR_STRING, token->at, NULL, text, out);
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
		return status != ZTA_OK ?
		    status :
		    zta_parse_node__make(p, ZTA_EXPR_SET, token->at, list.items,
			list.count, out);
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

/* The receiver becomes the first of the arguments. */
static zta_status
make_call(zta_parser *p, uint32_t at, zta_str name, const zta_parser_list *list,
    zta_expr **out)
{
	zta_ext_fn fn;
	zta_status status;
	const zta_method *method;

	for (method = zta_methods; method->name != NULL; method++) {
		if (!zta_str__is(name, method->name)) {
			continue;
		}
		if (list->count != method->args + 1) {
			return zta_parser__wrong(p, at,
			    "`%s` takes %u argument%s", method->name,
			    method->args, method->args == 1 ? "" : "s");
		}
		return zta_parse_node__make(
		    p, method->op, at, list->items, list->count, out);
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
	status = zta_parse_node__make(
	    p, ZTA_EXPR_CALL, at, list->items, list->count, out);
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
		return zta_parse_node__named(
		    p, ZTA_EXPR_GET, at, *expr, name, expr);
	}
	receiver = zta_parser__push(p, &list, sizeof(zta_expr *));
	if (receiver == NULL) {
		return zta_parser__no_room(p);
	}
	*receiver = *expr;
	status = parse_list(p, ZTA_TOKEN_RPAREN, "`,` or `)`", &list);
	return status != ZTA_OK ? status : make_call(p, at, name, &list, expr);
}

zta_status
zta_parse_expr__operand(zta_parser *p, bool *negative, zta_expr **out)
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
				status = zta_parse_node__named(
				    p, ZTA_EXPR_GET, at, *out, name, out);
			}
		} else {
			break;
		}
	}
	return status;
}
