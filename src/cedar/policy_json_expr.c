/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_json_expr.c - expressions of the JSON policy format: an object with
 * one member, whose name is the operator.
 *
 * Chains of `&&` and `||` lean left without bound and are read in a loop; all
 * other recursion is bounded as in parse_expr.c.
 */
#include "base/str.h"
#include "cedar/escape.h"
#include "cedar/lex.h"
#include "cedar/policy_json_node.h"

static zta_status
read_form(zta_policy_reader *r, const zta_json *node, const zta_policy_form *f,
    zta_expr **out)
{
	const zta_json *operand;
	zta_expr **kids = zta_policy_node__kids(r, 3);
	zta_status status = zta_policy_part__only(
	    r, node, f->operands[0], f->operands[1], f->operands[2]);
	uint32_t i;

	if (kids == NULL) {
		return zta_policy_part__no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < 3 && f->operands[i] != NULL; i++) {
		status =
		    zta_policy_part__need(r, node, f->operands[i], &operand);
		if (status == ZTA_OK) {
			status = zta_policy_part__expr(r, operand, &kids[i]);
		}
	}
	return status != ZTA_OK ?
	    status :
	    zta_policy_node__make(r, f->op, node, kids, i, out);
}

/* The operands of `left`, if it is the operator `key` again. */
static const zta_json *
same_again(const zta_json *left, const char *key)
{
	return left->type == ZTA_JSON_OBJECT && left->count == 1 ?
	    zta_json__get(left, key) :
	    NULL;
}

/*
 * {"left":X,"right":Y} of `key`, where X may be the same again, and so on: one
 * node with all the operands. How many there are is counted first.
 */
static zta_status
read_chain(zta_policy_reader *r, const zta_json *node, zta_expr_op op,
    const char *key, zta_expr **out)
{
	const zta_json *left, *right, *at;
	zta_expr **kids;
	uint32_t count = 1, i;
	zta_status status = ZTA_OK;

	for (at = node; at != NULL; at = same_again(left, key)) {
		status = zta_policy_part__only(r, at, "left", "right", NULL);
		if (status == ZTA_OK) {
			status = zta_policy_part__need(r, at, "left", &left);
		}
		if (status == ZTA_OK) {
			status = zta_policy_part__need(r, at, "right", &right);
		}
		if (status != ZTA_OK) {
			return status;
		}
		count++;
	}
	kids = zta_policy_node__kids(r, count);
	if (kids == NULL) {
		return zta_policy_part__no_room(r);
	}
	at = node;
	for (i = count - 1; status == ZTA_OK && i > 0; i--) {
		left = zta_json__get(at, "left");
		status = zta_policy_part__expr(
		    r, zta_json__get(at, "right"), &kids[i]);
		at = i > 1 ? zta_json__get(left, key) : left;
	}
	if (status == ZTA_OK) {
		status = zta_policy_part__expr(r, at, &kids[0]);
	}
	return status != ZTA_OK ?
	    status :
	    zta_policy_node__make(r, op, node, kids, count, out);
}

static zta_status
read_and(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	return read_chain(r, node, ZTA_EXPR_AND, "&&", out);
}

static zta_status
read_or(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	return read_chain(r, node, ZTA_EXPR_OR, "||", out);
}

/* The operand `left` with names to be filled in. */
static zta_status
read_left(zta_policy_reader *r, const zta_json *node, zta_expr_op op,
    uint32_t names, zta_expr **out)
{
	const zta_json *left;
	zta_expr **kids = zta_policy_node__kids(r, 2);
	zta_status status = zta_policy_part__need(r, node, "left", &left);

	if (kids == NULL) {
		return zta_policy_part__no_room(r);
	}
	if (status == ZTA_OK) {
		status = zta_policy_part__expr(r, left, &kids[0]);
	}
	return status != ZTA_OK ?
	    status :
	    zta_policy_node__named(r, op, node, kids, 1, names, out);
}

static zta_status
read_get(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	const zta_json *attr = zta_json__get(node, "attr");
	zta_status status =
	    zta_policy_part__only(r, node, "left", "attr", NULL);

	if (status == ZTA_OK && !zta_policy_part__is_string(attr)) {
		return ZTA_POLICY_FAIL(r, node, "`attr` must be a string");
	}
	if (status == ZTA_OK) {
		status = read_left(r, node, ZTA_EXPR_GET, 1, out);
	}
	if (status == ZTA_OK) {
		(*out)->names[0] = zta_json__str(attr);
	}
	return status;
}

/* "attr" is a name or, for `has a.b`, an array of names. */
static zta_status
read_has(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	const zta_json *attr = zta_json__get(node, "attr"), *item = attr;
	uint32_t count = 1, i;
	zta_status status =
	    zta_policy_part__only(r, node, "left", "attr", NULL);

	if (status == ZTA_OK) {
		status = zta_policy_part__need(r, node, "attr", &attr);
	}
	if (status == ZTA_OK && attr->type == ZTA_JSON_ARRAY) {
		count = attr->count;
		item = zta_json__first(attr);
	}
	if (status == ZTA_OK) {
		status = read_left(r, node, ZTA_EXPR_HAS, count, out);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		if (!zta_policy_part__is_string(item)) {
			return ZTA_POLICY_FAIL(r, item, "expected a string");
		}
		(*out)->names[i] = zta_json__str(item);
		if (count > 1 && !zta_lex__is_key((*out)->names[i])) {
			return ZTA_POLICY_FAIL(
			    r, item, "a path is made of identifiers");
		}
		item = zta_json__after(item);
	}
	if (status == ZTA_OK && count == 0) {
		return ZTA_POLICY_FAIL(r, attr, "expected a name");
	}
	return status;
}

/* ["Wildcard", {"Literal":"text"}, ...] as escape.h has patterns. */
static zta_status
read_pattern(zta_policy_reader *r, const zta_json *node, zta_str *out)
{
	const zta_json *item = zta_json__first(node), *literal;
	char *to;
	size_t room = 0;
	uint32_t i;

	if (node->type != ZTA_JSON_ARRAY) {
		return ZTA_POLICY_FAIL(r, node, "expected an array");
	}
	for (i = 0; i < node->count; i++, item = zta_json__after(item)) {
		literal = zta_json__get(item, "Literal");
		if (zta_policy_part__is_string(literal) && item->count == 1) {
			room += literal->count;
		} else if (zta_policy_part__is(item, "Wildcard")) {
			room++;
		} else {
			return ZTA_POLICY_FAIL(r, item,
			    "expected \"Wildcard\" or {\"Literal\": ...}");
		}
	}
	to = zta_arena__alloc(r->arena, room + 1);
	if (to == NULL) {
		return zta_policy_part__no_room(r);
	}
	*out = (zta_str){ to, room };
	item = zta_json__first(node);
	for (i = 0; i < node->count; i++, item = zta_json__after(item)) {
		literal = zta_json__get(item, "Literal");
		if (literal == NULL) {
			*to++ = ZTA_PATTERN_ANY;
			continue;
		}
		memcpy(to, literal->u.text, literal->count);
		to += literal->count;
	}
	return ZTA_OK;
}

static zta_status
read_like(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	const zta_json *pattern;
	zta_status status =
	    zta_policy_part__only(r, node, "left", "pattern", NULL);

	if (status == ZTA_OK) {
		status = zta_policy_part__need(r, node, "pattern", &pattern);
	}
	if (status == ZTA_OK) {
		status = read_left(r, node, ZTA_EXPR_LIKE, 1, out);
	}
	return status != ZTA_OK ? status :
				  read_pattern(r, pattern, &(*out)->names[0]);
}

static zta_status
read_is(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	const zta_json *type, *left, *in = zta_policy_part__may(node, "in");
	zta_expr **kids = zta_policy_node__kids(r, 2);
	zta_status status =
	    zta_policy_part__only(r, node, "left", "entity_type", "in");

	if (kids == NULL) {
		return zta_policy_part__no_room(r);
	}
	if (status == ZTA_OK) {
		status = zta_policy_part__need(r, node, "entity_type", &type);
	}
	if (status == ZTA_OK) {
		status = zta_policy_part__need(r, node, "left", &left);
	}
	if (status == ZTA_OK) {
		status = zta_policy_part__expr(r, left, &kids[0]);
	}
	if (status == ZTA_OK && in != NULL) {
		status = zta_policy_part__expr(r, in, &kids[1]);
	}
	if (status == ZTA_OK) {
		status = zta_policy_node__named(
		    r, ZTA_EXPR_IS, node, kids, in == NULL ? 1 : 2, 1, out);
	}
	return status != ZTA_OK ?
	    status :
	    zta_policy_part__type(r, type, &(*out)->names[0]);
}

static zta_status
read_var(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	int64_t i;

	for (i = 0; i < 4; i++) {
		if (zta_policy_part__is(node, zta_expr_vars[i])) {
			return zta_policy_node__number(
			    r, ZTA_EXPR_VAR, node, i, out);
		}
	}
	return ZTA_POLICY_FAIL(r, node,
	    "a variable is `principal`, `action`, `resource` or `context`");
}

static zta_status
read_slot(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	*out = NULL;
	return ZTA_POLICY_FAIL(r, node, "a slot can stand only in the scope");
}

static zta_status
read_expr_set(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	return zta_policy_node__set(r, node, zta_policy_part__expr, out);
}

static zta_status
read_expr_record(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	return zta_policy_node__record(r, node, zta_policy_part__expr, out);
}

/* {F:[...]}: a function of an extension type; a method's receiver first. */
static zta_status
read_call(zta_policy_reader *r, const zta_json *name, zta_expr **out)
{
	const zta_json *args = zta_json__after(name);
	zta_ext_fn fn = zta_ext__find(zta_json__str(name));
	zta_expr **kids;
	zta_status status;

	if (fn == ZTA_EXT_FN_COUNT) {
		return ZTA_POLICY_FAIL(r, name,
		    "there is no operator or function `%.*s`",
		    ZTA_STR_ARG(zta_json__str(name)));
	}
	if (args->type != ZTA_JSON_ARRAY ||
	    (args->count == 0 && zta_ext__info(fn)->method)) {
		return ZTA_POLICY_FAIL(
		    r, args, "expected an array of arguments");
	}
	status = zta_policy_node__elements(r, zta_json__first(args),
	    args->count, zta_policy_part__expr, &kids);
	return status != ZTA_OK ?
	    status :
	    zta_policy_node__call(r, fn, args, kids, args->count, out);
}

static zta_status
read_expr_by_key(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	static const struct {
		const char *key;
		zta_policy_read *read;
	} special[] = { { "Value", zta_policy_part__value },
		{ "Var", read_var }, { "Slot", read_slot }, { "&&", read_and },
		{ "||", read_or }, { ".", read_get }, { "has", read_has },
		{ "like", read_like }, { "is", read_is },
		{ "Set", read_expr_set }, { "Record", read_expr_record } };
	const zta_json *name = zta_json__first(node), *body;
	const zta_policy_form *form;
	zta_str key;
	size_t i;

	if (node->type != ZTA_JSON_OBJECT || node->count != 1) {
		return ZTA_POLICY_FAIL(r, node,
		    "an expression is an object with exactly one member");
	}
	key = zta_json__str(name);
	body = zta_json__after(name);
	for (i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		if (zta_str__is(key, special[i].key)) {
			return special[i].read(r, body, out);
		}
	}
	for (form = zta_policy_forms; form->key != NULL; form++) {
		if (zta_str__is(key, form->key)) {
			return read_form(r, body, form, out);
		}
	}
	return read_call(r, name, out);
}

zta_status
zta_policy_part__expr(
    zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	return zta_policy_node__deeper(r, node, read_expr_by_key, out);
}
