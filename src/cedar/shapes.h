/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shapes.h - expressions that are written the same have the same number.
 *
 * Where they stand does not count, nor how an attribute is written: e.a and
 * e["a"] are one shape. Two expressions that mean the same and are written
 * otherwise are two.
 */
#ifndef ZTA_CEDAR_SHAPES_H
#define ZTA_CEDAR_SHAPES_H

#include "base/map.h"
#include "cedar/ast.h"

/* No number: memory ran out. */
#define ZTA_SHAPE_NONE ZTA_MAP_NONE

typedef struct zta_shapes {
	zta_map exprs; /* the numbers of expressions, each looked at once */
	zta_map forms; /* of an operator with the numbers of its operands */
} zta_shapes;

/* Numbers count from 0. The expressions must outlive the arena. */
void zta_shapes__init(zta_shapes *shapes, zta_arena *arena, uint64_t seed);

uint32_t zta_shapes__of(zta_shapes *shapes, const zta_expr *expr);

/* Of `e.attr`, where `e` has the shape `on`. */
uint32_t zta_shapes__of_get(zta_shapes *shapes, uint32_t on, zta_str attr);

/* Of `e.getTag(k)`, where `e` and `k` have these shapes. */
uint32_t zta_shapes__of_tag(zta_shapes *shapes, uint32_t on, uint32_t key);

#endif
