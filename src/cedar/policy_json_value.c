/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_json_value.c - values of the JSON policy format: literals of Bool,
 * Long, String, entities, sets, records and extension types.
 */
#include "base/str.h"
#include "cedar/policy_json_node.h"
#include "cedar/value_json.h"

static zta_status
read_string(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	zta_status status =
	    zta_policy_node__named(r, ZTA_EXPR_STRING, node, NULL, 0, 1, out);

	if (status == ZTA_OK) {
		(*out)->names[0] = zta_json__str(node);
	}
	return status;
}

static zta_status
read_entity(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	zta_uid_text uid;
	zta_status status = zta_policy_part__uid(r, node, &uid);

	if (status == ZTA_OK) {
		status = zta_policy_node__named(
		    r, ZTA_EXPR_ENTITY, node, NULL, 0, 2, out);
	}
	if (status == ZTA_OK) {
		(*out)->names[0] = uid.type;
		(*out)->names[1] = uid.id;
	}
	return status;
}

/* A value of an extension type: `fn` of `count` arguments from `first`. */
static zta_status
read_extension(zta_policy_reader *r, const zta_json *node, zta_str name,
    const zta_json *first, uint32_t count, zta_expr **out)
{
	zta_ext_fn fn = zta_ext__find(name);
	zta_expr **kids;
	zta_status status;

	if (fn == ZTA_EXT_FN_COUNT) {
		return ZTA_POLICY_FAIL(
		    r, node, "there is no function `%.*s`", ZTA_STR_ARG(name));
	}
	status = zta_policy_node__elements(
	    r, first, count, zta_policy_part__value, &kids);
	if (status == ZTA_OK && zta_ext__info(fn)->method && count == 0) {
		return ZTA_POLICY_FAIL(
		    r, node, "%s needs a receiver", zta_ext__info(fn)->name);
	}
	return status != ZTA_OK ?
	    status :
	    zta_policy_node__call(r, fn, node, kids, count, out);
}

static zta_status
read_object(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	const zta_json *name = zta_json__first(node), *inner, *first;
	zta_str fn;
	uint32_t count;

	if (node->count == 1) {
		inner = zta_json__after(name);
		if (zta_str__is(zta_json__str(name), "__entity") &&
		    zta_value_json__is_entity(inner)) {
			return read_entity(r, inner, out);
		}
		if (zta_str__is(zta_json__str(name), "__extn") &&
		    zta_value_json__is_call(inner, &fn, &first, &count)) {
			return read_extension(r, inner, fn, first, count, out);
		}
	}
	return zta_policy_node__record(r, node, zta_policy_part__value, out);
}

static zta_status
read_value_of_type(zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	switch ((zta_json_type)node->type) {
	case ZTA_JSON_FALSE:
	case ZTA_JSON_TRUE:
		return zta_policy_node__number(
		    r, ZTA_EXPR_BOOL, node, node->type == ZTA_JSON_TRUE, out);
	case ZTA_JSON_INTEGER:
		return zta_policy_node__number(
		    r, ZTA_EXPR_LONG, node, node->u.integer, out);
	case ZTA_JSON_STRING:
		return read_string(r, node, out);
	case ZTA_JSON_ARRAY:
		return zta_policy_node__set(
		    r, node, zta_policy_part__value, out);
	case ZTA_JSON_OBJECT:
		return read_object(r, node, out);
	case ZTA_JSON_NULL:
	case ZTA_JSON_NUMBER:
		break;
	}
	return ZTA_POLICY_FAIL(
	    r, node, "Cedar has no value for %s", zta_json__type_name(node));
}

zta_status
zta_policy_part__value(
    zta_policy_reader *r, const zta_json *node, zta_expr **out)
{
	return zta_policy_node__deeper(r, node, read_value_of_type, out);
}
