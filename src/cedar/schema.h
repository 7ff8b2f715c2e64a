/* SPDX-License-Identifier: Apache-2.0 */
/* schema.h - what a Cedar schema means: types, entity types, actions. */
#ifndef ZTA_CEDAR_SCHEMA_H
#define ZTA_CEDAR_SCHEMA_H

#include "cedar/names.h"
#include "cedar/schema_text.h"
#include "cedar/value.h"

typedef struct zta_type zta_type;

typedef struct zta_attr {
	uint32_t key; /* symbol */
	bool required;
	const zta_type *type;
} zta_attr;

struct zta_type {
	zta_value_kind kind;
	uint32_t entity;         /* symbol of the type of an ENTITY */
	const zta_type *element; /* of a SET */
	const zta_attr *attrs;   /* of a RECORD, ascending by key */
	uint32_t attr_count;
};

typedef struct zta_entity_type {
	uint32_t name;             /* symbol */
	const uint32_t *ancestors; /* symbols, ascending, transitive */
	uint32_t ancestor_count;
	const zta_type *shape;  /* a RECORD */
	const zta_type *tags;   /* NULL: no tags */
	const zta_str *choices; /* ids of an enum */
	uint32_t choice_count;  /* 0: no enum */
} zta_entity_type;

typedef struct zta_action {
	uint32_t uid;
	const uint32_t *ancestors; /* uids, ascending, transitive */
	uint32_t ancestor_count;
	const uint32_t *principals, *resources; /* symbols, ascending */
	uint32_t principal_count, resource_count;
	const zta_type *context; /* a RECORD */
} zta_action;

typedef struct zta_schema {
	zta_names *names;
	zta_entity_type *entities; /* ascending by name */
	uint32_t entity_count;
	zta_action *actions; /* ascending by uid */
	uint32_t action_count;
} zta_schema;

/*
 * Read the meaning of `text` (human syntax, or JSON) into `arena`. ZTA_ESYNTAX or
 * ZTA_EINVALID with line and column, ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_schema__read(zta_schema *schema, zta_names *names,
    zta_arena *arena, zta_str text, zta_error *err);

/* The same of a text that is parsed, and need not outlive the schema. */
ZTA_MUST_USE zta_status zta_schema__resolve(zta_schema *schema,
    zta_names *names, zta_arena *arena, const zta_schema_text *text,
    zta_error *err);

/* The declaration, or NULL. */
const zta_entity_type *zta_schema__entity(
    const zta_schema *schema, uint32_t name);
const zta_action *zta_schema__action(const zta_schema *schema, uint32_t uid);

/* The attribute of a record type, or NULL. */
const zta_attr *zta_type__attr(const zta_type *type, uint32_t key);

#endif
