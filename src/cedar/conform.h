/* SPDX-License-Identifier: Apache-2.0 */
/* conform.h - do values, entities and requests follow the schema? */
#ifndef ZTA_CEDAR_CONFORM_H
#define ZTA_CEDAR_CONFORM_H

#include "cedar/authorize.h"
#include "cedar/schema.h"

/* Has `value` exactly this type? Sets that are empty have any set type. */
bool zta_conform__value(
    const zta_names *names, const zta_value *value, const zta_type *type);

/*
 * May this entity be spoken of? The id of an enum is one of its choices, an
 * action is declared. ZTA_EINVALID.
 */
ZTA_MUST_USE zta_status zta_conform__uid(const zta_schema *schema,
    const zta_names *names, uint32_t uid, zta_error *err);

/* The same for every entity inside `value`. */
ZTA_MUST_USE zta_status zta_conform__uids(const zta_schema *schema,
    const zta_names *names, const zta_value *value, zta_error *err);

/*
 * Is the question one that the schema knows: declared types, an action that
 * applies to them, a context of the action's type? ZTA_EINVALID; the place is
 * the JSON pointer of the wrong part.
 */
ZTA_MUST_USE zta_status zta_conform__question(
    const zta_schema *schema, const zta_question *question, zta_error *err);

/* The same when `open`, PRINCIPAL or RESOURCE, may be any entity of `type`. */
ZTA_MUST_USE zta_status zta_conform__open_question(const zta_schema *schema,
    const zta_question *question, zta_expr_var open, uint32_t type,
    zta_error *err);

#endif
