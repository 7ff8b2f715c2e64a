/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types.h - types of expressions: those of schemas, and the two of `true` and
 * `false` alone, which let the checker know what can never happen.
 */
#ifndef ZTA_CEDAR_TYPES_H
#define ZTA_CEDAR_TYPES_H

#include "cedar/schema.h"

extern const zta_type zta_type_bool, zta_type_true, zta_type_false;

/* The type of a kind that needs no more: LONG, STRING, the extension types. */
const zta_type *zta_type__plain(zta_value_kind kind);

static inline const zta_type *
zta_type__singleton(bool value)
{
	return value ? &zta_type_true : &zta_type_false;
}

/* The type of `!e` where `type` is that of `e`; NULL gives NULL. */
const zta_type *zta_type__not(const zta_type *type);

/*
 * The one type that both are, in strict mode; NULL: there is none. `*failed` is
 * set if memory ran out. NULL for a type that is not known fits everything.
 */
const zta_type *zta_type__join(
    zta_arena *arena, const zta_type *a, const zta_type *b, bool *failed);

#endif
