/* SPDX-License-Identifier: Apache-2.0 */
/* type_notes.c - see type_notes.h. */
#include "cedar/type_notes.h"

#include "cedar/expr_map.h"

void
zta_type_notes__init(zta_type_notes *notes, zta_arena *arena, uint64_t seed)
{
	*notes = (zta_type_notes){ 0 };
	zta_map__init(&notes->numbers, arena, seed);
}

bool
zta_type_notes__add(
    zta_type_notes *notes, const zta_expr *expr, const zta_type *type)
{
	uint32_t more = notes->room * 2 + 64;
	const zta_type **bigger;

	if (notes->count == notes->room) {
		bigger = zta_arena__grow(notes->numbers.arena, notes->types,
		    notes->count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return false;
		}
		notes->types = bigger;
		notes->room = more;
	}
	notes->types[notes->count] = type;
	return zta_expr_map__add(&notes->numbers, expr, notes->count++) ==
	    ZTA_OK;
}

const zta_type *
zta_type_notes__get(const zta_type_notes *notes, const zta_expr *expr)
{
	uint32_t number = zta_expr_map__get(&notes->numbers, expr);

	return number == ZTA_MAP_NONE ? NULL : notes->types[number];
}
