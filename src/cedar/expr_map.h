/* SPDX-License-Identifier: Apache-2.0 */
/* expr_map.h - from expressions, each where it stands, to numbers. */
#ifndef ZTA_CEDAR_EXPR_MAP_H
#define ZTA_CEDAR_EXPR_MAP_H

#include "base/map.h"
#include "cedar/ast.h"

/* The keys of the map are addresses. */
static inline uint32_t
zta_expr_map__get(const zta_map *map, const zta_expr *expr)
{
	return zta_map__get(
	    map, (zta_str){ (const char *)&expr, sizeof(const zta_expr *) });
}

/* ZTA_EEXIST, or no memory. */
ZTA_MUST_USE static inline zta_status
zta_expr_map__add(zta_map *map, const zta_expr *expr, uint32_t number)
{
	const zta_expr **key = zta_arena__alloc(map->arena, sizeof(*key));

	if (key == NULL) {
		return ZTA_ENOMEM;
	}
	*key = expr;
	return zta_map__add(
	    map, (zta_str){ (const char *)key, sizeof(*key) }, number, NULL);
}

#endif
