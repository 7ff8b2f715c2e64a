/* SPDX-License-Identifier: Apache-2.0 */
/* typecheck_expr.h - expressions; for the files of the type checker alone. */
#ifndef ZTA_CEDAR_TYPECHECK_EXPR_H
#define ZTA_CEDAR_TYPECHECK_EXPR_H

#include "cedar/caps.h"
#include "cedar/typecheck.h"

/*
 * The type of `e` where `prior` holds, and what holds where it is true. NULL:
 * reported.
 */
const zta_type *zta_typecheck__expr(zta_typecheck *k, const zta_expr *e,
    const zta_caps *prior, const zta_caps **caps);

/* Is the action `uid` equal to `ancestor`, or below it? */
bool zta_typecheck__action_is_in(
    const zta_typecheck *k, uint32_t uid, uint32_t ancestor);

/* May an entity of type `t` be of type `ancestor`, or below one? */
bool zta_typecheck__type_is_in(
    const zta_typecheck *k, uint32_t t, uint32_t ancestor);

#endif
