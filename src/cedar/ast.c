/* SPDX-License-Identifier: Apache-2.0 */
/* ast.c - see ast.h. */
#include "cedar/ast.h"

#include "base/str.h"

const char *const zta_expr_vars[] = { "principal", "action", "resource",
	"context" };
const char *const zta_slot_names[] = { "?principal", NULL, "?resource" };

const zta_method zta_methods[] = { { "contains", ZTA_EXPR_CONTAINS, 1 },
	{ "containsAll", ZTA_EXPR_CONTAINS_ALL, 1 },
	{ "containsAny", ZTA_EXPR_CONTAINS_ANY, 1 },
	{ "isEmpty", ZTA_EXPR_IS_EMPTY, 0 }, { "getTag", ZTA_EXPR_GET_TAG, 1 },
	{ "hasTag", ZTA_EXPR_HAS_TAG, 1 }, { NULL, ZTA_EXPR_BOOL, 0 } };

zta_expr *
zta_expr__new(zta_arena *arena, zta_expr_op op, uint32_t at, zta_expr **kids,
    uint32_t count)
{
	zta_expr *expr = zta_arena__zalloc(arena, 1, sizeof(*expr));
	uint32_t i;

	if (expr == NULL) {
		return NULL;
	}
	for (i = 0; i < count; i++) {
		if (kids[i]->height > expr->height) {
			expr->height = kids[i]->height;
		}
	}
	expr->height++;
	expr->op = (uint16_t)op;
	expr->at = at;
	expr->kids = kids;
	expr->kid_count = count;
	return expr;
}

bool
zta_ast__is_action_type(zta_str type)
{
	return zta_str__is(type, "Action") ||
	    zta_str__ends(type, ZTA_STR("::Action"));
}
