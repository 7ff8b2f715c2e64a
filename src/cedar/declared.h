/* SPDX-License-Identifier: Apache-2.0 */
/*
 * declared.h - what a schema declares, asked by the validator: which names it
 * knows, what may be below what, and what can be read.
 */
#ifndef ZTA_CEDAR_DECLARED_H
#define ZTA_CEDAR_DECLARED_H

#include "cedar/schema.h"

/* The uid of an entity literal, ZTA_NAME_NONE if no name of the schema. */
uint32_t zta_declared__uid(const zta_schema *schema, zta_str type, zta_str id);

/* Is `name` an entity type that is declared, or the type of an action? */
bool zta_declared__is_type(const zta_schema *schema, uint32_t name);

/* May an entity of type `type` be of type `ancestor`, or below one? */
bool zta_declared__type_is_in(
    const zta_schema *schema, uint32_t type, uint32_t ancestor);

/* Is the action `uid` equal to `ancestor`, or below it? */
bool zta_declared__action_is_in(
    const zta_schema *schema, uint32_t uid, uint32_t ancestor);

/* What `name` is in an entity or a record of type `type`; NULL: nothing. */
const zta_attr *zta_declared__attr(
    const zta_schema *schema, const zta_type *type, zta_str name);

/* The type of the tags of an entity of this type, or NULL: it has none. */
const zta_type *zta_declared__tags(
    const zta_schema *schema, const zta_type *type);

#endif
