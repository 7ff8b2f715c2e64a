/* SPDX-License-Identifier: Apache-2.0 */
/* policy_json_node.c - see policy_json_node.h. */
#include "cedar/policy_json_node.h"

#include "base/limits.h"

zta_status
zta_policy_node__make(zta_policy_reader *r, zta_expr_op op,
    const zta_json *node, zta_expr **kids, uint32_t count, zta_expr **out)
{
	*out = zta_expr__new(r->arena, op, node->at, kids, count);
	if (*out == NULL) {
		return zta_policy_part__no_room(r);
	}
	return (*out)->height <= ZTA_CEDAR_DEPTH_MAX ?
	    ZTA_OK :
	    zta_json__fail(r->doc, node, r->err, ZTA_ELIMIT,
		"nested deeper than %d", ZTA_CEDAR_DEPTH_MAX);
}

zta_status
zta_policy_node__named(zta_policy_reader *r, zta_expr_op op,
    const zta_json *node, zta_expr **kids, uint32_t count, uint32_t names,
    zta_expr **out)
{
	zta_status status =
	    zta_policy_node__make(r, op, node, kids, count, out);

	if (status != ZTA_OK) {
		return status;
	}
	(*out)->names =
	    zta_arena__zalloc(r->arena, names + 1, sizeof((*out)->names[0]));
	(*out)->name_count = names;
	return (*out)->names == NULL ? zta_policy_part__no_room(r) : ZTA_OK;
}

zta_expr **
zta_policy_node__kids(zta_policy_reader *r, uint32_t count)
{
	return zta_arena__zalloc(r->arena, count + 1, sizeof(zta_expr *));
}

zta_status
zta_policy_node__number(zta_policy_reader *r, zta_expr_op op,
    const zta_json *node, int64_t number, zta_expr **out)
{
	zta_status status = zta_policy_node__make(r, op, node, NULL, 0, out);

	if (status == ZTA_OK) {
		(*out)->number = number;
	}
	return status;
}

zta_status
zta_policy_node__call(zta_policy_reader *r, zta_ext_fn fn, const zta_json *node,
    zta_expr **kids, uint32_t count, zta_expr **out)
{
	zta_status status =
	    zta_policy_node__make(r, ZTA_EXPR_CALL, node, kids, count, out);

	if (status == ZTA_OK) {
		(*out)->number = fn;
	}
	return status;
}

zta_status
zta_policy_node__elements(zta_policy_reader *r, const zta_json *item,
    uint32_t count, zta_policy_read *read, zta_expr ***kids)
{
	zta_status status = ZTA_OK;
	uint32_t i;

	*kids = zta_policy_node__kids(r, count);
	if (*kids == NULL) {
		return zta_policy_part__no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = read(r, item, &(*kids)[i]);
		item = zta_json__after(item);
	}
	return status;
}

zta_status
zta_policy_node__set(zta_policy_reader *r, const zta_json *node,
    zta_policy_read *read, zta_expr **out)
{
	zta_expr **kids;
	zta_status status;

	if (node->type != ZTA_JSON_ARRAY) {
		return ZTA_POLICY_FAIL(r, node, "expected an array");
	}
	status = zta_policy_node__elements(
	    r, zta_json__first(node), node->count, read, &kids);
	return status != ZTA_OK ? status :
				  zta_policy_node__make(r, ZTA_EXPR_SET, node,
				      kids, node->count, out);
}

zta_status
zta_policy_node__record(zta_policy_reader *r, const zta_json *node,
    zta_policy_read *read, zta_expr **out)
{
	const zta_json *name = zta_json__first(node);
	zta_expr **kids;
	zta_status status = ZTA_OK;
	uint32_t i;

	if (node->type != ZTA_JSON_OBJECT) {
		return ZTA_POLICY_FAIL(r, node, "expected an object");
	}
	kids = zta_policy_node__kids(r, node->count);
	if (kids == NULL) {
		return zta_policy_part__no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		status = read(r, zta_json__after(name), &kids[i]);
		name = zta_json__after(zta_json__after(name));
	}
	if (status == ZTA_OK) {
		status = zta_policy_node__named(r, ZTA_EXPR_RECORD, node, kids,
		    node->count, node->count, out);
	}
	name = zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		(*out)->names[i] = zta_json__str(name);
		name = zta_json__after(zta_json__after(name));
	}
	return status;
}

zta_status
zta_policy_node__deeper(zta_policy_reader *r, const zta_json *node,
    zta_policy_read *read, zta_expr **out)
{
	zta_status status;

	if (r->depth == ZTA_CEDAR_DEPTH_MAX) {
		return zta_json__fail(r->doc, node, r->err, ZTA_ELIMIT,
		    "nested deeper than %d", ZTA_CEDAR_DEPTH_MAX);
	}
	r->depth++;
	status = read(r, node, out);
	r->depth--;
	return status;
}
