/* SPDX-License-Identifier: Apache-2.0 */
/* type_notes.h - the types of the expressions that the type checker went over. */
#ifndef ZTA_CEDAR_TYPE_NOTES_H
#define ZTA_CEDAR_TYPE_NOTES_H

#include "base/map.h"
#include "cedar/ast.h"
#include "cedar/schema.h"

typedef struct zta_type_notes {
	zta_map numbers; /* by the address of the expression */
	const zta_type **types;
	uint32_t count, room;
} zta_type_notes;

void zta_type_notes__init(
    zta_type_notes *notes, zta_arena *arena, uint64_t seed);

/* False: no memory. */
ZTA_MUST_USE bool zta_type_notes__add(
    zta_type_notes *notes, const zta_expr *expr, const zta_type *type);

/* The type of `expr`; NULL: it is never evaluated. */
const zta_type *zta_type_notes__get(
    const zta_type_notes *notes, const zta_expr *expr);

#endif
