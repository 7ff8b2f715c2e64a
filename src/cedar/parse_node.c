/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_node.c - see parse_node.h. The height of the tree is bounded here, so
 * that whoever walks it may recurse without counting.
 */
#include "cedar/parse_node.h"

#include "base/limits.h"

zta_status
zta_parse_node__make(zta_parser *p, zta_expr_op op, uint32_t at,
    zta_expr **kids, uint32_t count, zta_expr **out)
{
	*out = zta_expr__new(p->arena, op, at, kids, count);
	if (*out == NULL) {
		return zta_parser__no_room(p);
	}
	if ((*out)->height > ZTA_CEDAR_DEPTH_MAX) {
		zta_parser__wrong(
		    p, at, "over %d levels of nesting", ZTA_CEDAR_DEPTH_MAX);
		return ZTA_ELIMIT;
	}
	return ZTA_OK;
}

zta_status
zta_parse_node__over(zta_parser *p, zta_expr_op op, uint32_t at, zta_expr *a,
    zta_expr *b, zta_expr *c, zta_expr **out)
{
	zta_expr **kids = zta_arena__alloc(p->arena, 3 * sizeof(zta_expr *));

	if (kids == NULL) {
		return zta_parser__no_room(p);
	}
	kids[0] = a;
	kids[1] = b;
	kids[2] = c;
	return zta_parse_node__make(p, op, at, kids,
	    b == NULL     ? 1 :
		c == NULL ? 2 :
			    3,
	    out);
}

zta_status
zta_parse_node__names(zta_parser *p, zta_expr *expr, uint32_t count)
{
	expr->names = zta_arena__zalloc(p->arena, count, sizeof(zta_str));
	expr->name_count = count;
	return expr->names == NULL ? zta_parser__no_room(p) : ZTA_OK;
}

zta_status
zta_parse_node__named(zta_parser *p, zta_expr_op op, uint32_t at, zta_expr *kid,
    zta_str name, zta_expr **out)
{
	zta_status status = kid == NULL ?
	    zta_parse_node__make(p, op, at, NULL, 0, out) :
	    zta_parse_node__over(p, op, at, kid, NULL, NULL, out);

	if (status == ZTA_OK) {
		status = zta_parse_node__names(p, *out, 1);
	}
	if (status == ZTA_OK) {
		(*out)->names[0] = name;
	}
	return status;
}

zta_status
zta_parse_node__number(
    zta_parser *p, zta_expr_op op, uint32_t at, int64_t number, zta_expr **out)
{
	zta_status status = zta_parse_node__make(p, op, at, NULL, 0, out);

	if (status == ZTA_OK) {
		(*out)->number = number;
	}
	return status;
}
