/* SPDX-License-Identifier: Apache-2.0 */
/* policy_json_part.c - see policy_json_part.h. */
#include "cedar/policy_json_part.h"

#include "base/str.h"
#include "cedar/lex.h"
#include "cedar/value_json.h"

const zta_policy_form zta_policy_forms[] = {
	{ "!", ZTA_EXPR_NOT, { "arg" } },
	{ "neg", ZTA_EXPR_NEG, { "arg" } },
	{ "isEmpty", ZTA_EXPR_IS_EMPTY, { "arg" } },
	{ "==", ZTA_EXPR_EQ, { "left", "right" } },
	{ "!=", ZTA_EXPR_NE, { "left", "right" } },
	{ "<", ZTA_EXPR_LT, { "left", "right" } },
	{ "<=", ZTA_EXPR_LE, { "left", "right" } },
	{ ">", ZTA_EXPR_GT, { "left", "right" } },
	{ ">=", ZTA_EXPR_GE, { "left", "right" } },
	{ "in", ZTA_EXPR_IN, { "left", "right" } },
	{ "+", ZTA_EXPR_ADD, { "left", "right" } },
	{ "-", ZTA_EXPR_SUB, { "left", "right" } },
	{ "*", ZTA_EXPR_MUL, { "left", "right" } },
	{ "contains", ZTA_EXPR_CONTAINS, { "left", "right" } },
	{ "containsAll", ZTA_EXPR_CONTAINS_ALL, { "left", "right" } },
	{ "containsAny", ZTA_EXPR_CONTAINS_ANY, { "left", "right" } },
	{ "getTag", ZTA_EXPR_GET_TAG, { "left", "right" } },
	{ "hasTag", ZTA_EXPR_HAS_TAG, { "left", "right" } },
	{ "if-then-else", ZTA_EXPR_IF, { "if", "then", "else" } },
	{ NULL, ZTA_EXPR_BOOL, { NULL } },
};

zta_status
zta_policy_part__no_room(zta_policy_reader *r)
{
	return zta_arena__failed(r->arena, r->err);
}

zta_status
zta_policy_part__need(zta_policy_reader *r, const zta_json *object,
    const char *name, const zta_json **out)
{
	*out = zta_json__get(object, name);
	return *out != NULL ?
	    ZTA_OK :
	    ZTA_POLICY_FAIL(r, object, "`%s` is needed here", name);
}

zta_status
zta_policy_part__only(zta_policy_reader *r, const zta_json *node, const char *a,
    const char *b, const char *c)
{
	const char *const names[] = { a, b, c, NULL };

	return zta_json__only(r->doc, node, names, r->err);
}

const zta_json *
zta_policy_part__may(const zta_json *object, const char *name)
{
	const zta_json *member = zta_json__get(object, name);

	return member == NULL || member->type == ZTA_JSON_NULL ? NULL : member;
}

bool
zta_policy_part__is(const zta_json *node, const char *text)
{
	return zta_policy_part__is_string(node) &&
	    zta_str__is(zta_json__str(node), text);
}

zta_status
zta_policy_part__list(zta_policy_reader *r, const zta_json *node,
    zta_policy_item *read, size_t size, void **list, uint32_t *count)
{
	const zta_json *item = zta_json__first(node);
	zta_status status = ZTA_OK;
	char *to;
	uint32_t i;

	if (node->type != ZTA_JSON_ARRAY) {
		return ZTA_POLICY_FAIL(r, node, "expected an array");
	}
	to = zta_arena__zalloc(r->arena, node->count, size);
	if (to == NULL) {
		return zta_policy_part__no_room(r);
	}
	*list = to;
	*count = node->count;
	for (i = 0; status == ZTA_OK && i < node->count; i++, to += size) {
		status = read(r, item, to);
		item = zta_json__after(item);
	}
	return status;
}

zta_status
zta_policy_part__type(zta_policy_reader *r, const zta_json *node, zta_str *out)
{
	if (!zta_policy_part__is_string(node) ||
	    !zta_lex__is_name(zta_json__str(node))) {
		return ZTA_POLICY_FAIL(
		    r, node, "expected the name of an entity type");
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

zta_status
zta_policy_part__uid(
    zta_policy_reader *r, const zta_json *node, zta_uid_text *out)
{
	const zta_json *inner = zta_value_json__entity(node);

	if (inner == NULL) {
		return ZTA_POLICY_FAIL(r, node,
		    "expected an entity, {\"type\": ..., \"id\": ...}");
	}
	out->id = zta_json__str(zta_json__get(inner, "id"));
	out->at = inner->at;
	return zta_policy_part__type(
	    r, zta_json__get(inner, "type"), &out->type);
}
