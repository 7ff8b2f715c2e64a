/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shapes.c - see shapes.h.
 *
 * A form spells an expression of which the operands are numbers already: the
 * operator, the numbers, the names. Equal bytes are equal shapes, so that each
 * expression is looked at once, however deep it is nested.
 */
#include "cedar/shapes.h"

#include <string.h>

#include "cedar/expr_map.h"

typedef struct form_head {
	int64_t number; /* of the node */
	uint32_t op;
	uint32_t kid_count;
} form_head;

void
zta_shapes__init(zta_shapes *shapes, zta_arena *arena, uint64_t seed)
{
	zta_map__init(&shapes->exprs, arena, seed);
	zta_map__init(&shapes->forms, arena, seed);
}

static char *
append(char *to, const void *from, size_t size)
{
	if (size > 0) {
		memcpy(to, from, size);
	}
	return to + size;
}

/* The form of a node whose operands have the shapes `kids`; NULL: no memory. */
static zta_str
spell(zta_arena *arena, form_head head, const uint32_t *kids,
    const zta_str *names, uint32_t name_count)
{
	size_t size = sizeof(head) + sizeof(*kids) * head.kid_count;
	uint32_t i, len;
	char *form, *to;

	for (i = 0; i < name_count; i++) {
		size += sizeof(len) + names[i].len;
	}
	form = to = zta_arena__alloc(arena, size);
	if (form == NULL) {
		return (zta_str){ NULL, 0 };
	}
	to = append(to, &head, sizeof(head));
	to = append(to, kids, sizeof(*kids) * head.kid_count);
	for (i = 0; i < name_count; i++) {
		len = (uint32_t)names[i].len;
		to = append(to, &len, sizeof(len));
		to = append(to, names[i].ptr, names[i].len);
	}
	return (zta_str){ form, size };
}

static uint32_t
number_of(zta_shapes *shapes, form_head head, const uint32_t *kids,
    const zta_str *names, uint32_t name_count)
{
	zta_map *forms = &shapes->forms;
	zta_str form = spell(forms->arena, head, kids, names, name_count);
	uint32_t next = forms->count;

	switch (form.ptr == NULL ? ZTA_ENOMEM :
				   zta_map__add(forms, form, next, NULL)) {
	case ZTA_OK:
		return next;
	case ZTA_EEXIST:
		return zta_map__get(forms, form);
	default:
		return ZTA_SHAPE_NONE;
	}
}

uint32_t
zta_shapes__of_get(zta_shapes *shapes, uint32_t on, zta_str attr)
{
	return on == ZTA_SHAPE_NONE ?
	    ZTA_SHAPE_NONE :
	    number_of(shapes, (form_head){ 0, ZTA_EXPR_GET, 1 }, &on, &attr, 1);
}

uint32_t
zta_shapes__of_tag(zta_shapes *shapes, uint32_t on, uint32_t key)
{
	uint32_t kids[] = { on, key };

	return on == ZTA_SHAPE_NONE || key == ZTA_SHAPE_NONE ?
	    ZTA_SHAPE_NONE :
	    number_of(
		shapes, (form_head){ 0, ZTA_EXPR_GET_TAG, 2 }, kids, NULL, 0);
}

/* Recursion is as deep as the tree is high. */
uint32_t
zta_shapes__of(zta_shapes *shapes, const zta_expr *expr)
{
	uint32_t shape = zta_expr_map__get(&shapes->exprs, expr);
	uint32_t *kids, i;

	if (shape != ZTA_MAP_NONE) {
		return shape;
	}
	kids = zta_arena__alloc(
	    shapes->exprs.arena, sizeof(*kids) * expr->kid_count);
	if (kids == NULL) {
		return ZTA_SHAPE_NONE;
	}
	for (i = 0; i < expr->kid_count; i++) {
		kids[i] = zta_shapes__of(shapes, expr->kids[i]);
		if (kids[i] == ZTA_SHAPE_NONE) {
			return ZTA_SHAPE_NONE;
		}
	}
	shape = number_of(shapes,
	    (form_head){ expr->number, expr->op, expr->kid_count }, kids,
	    expr->names, expr->name_count);
	return shape != ZTA_SHAPE_NONE &&
		zta_expr_map__add(&shapes->exprs, expr, shape) == ZTA_OK ?
	    shape :
	    ZTA_SHAPE_NONE;
}
