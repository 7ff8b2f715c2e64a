/* SPDX-License-Identifier: Apache-2.0 */
/* schema_text.h - a Cedar schema as it was written; schema.h is its meaning. */
#ifndef ZTA_CEDAR_SCHEMA_TEXT_H
#define ZTA_CEDAR_SCHEMA_TEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "cedar/ast.h"

typedef struct zta_name_ref {
	zta_str name; /* normalized; "A::B" is absolute, "B" is looked up */
	uint32_t at;  /* byte offset */
} zta_name_ref;

/* @key("value"); each key once. SPEC: cedar rfc48 */
typedef struct zta_annotations {
	zta_annotation *list;
	uint32_t count;
} zta_annotations;

typedef enum zta_type_form {
	ZTA_TYPE_NAME, /* of a common type, an entity type or a builtin */
	ZTA_TYPE_SET,
	ZTA_TYPE_RECORD
} zta_type_form;

/* What a name may stand for; in the human syntax anything. */
typedef enum zta_only {
	ZTA_ONLY_ANY,
	ZTA_ONLY_COMMON,
	ZTA_ONLY_ENTITY
} zta_only;

typedef struct zta_type_text zta_type_text;

typedef struct zta_attr_text {
	zta_str name;
	bool optional;
	const zta_type_text *type;
	zta_annotations annotations;
} zta_attr_text;

struct zta_type_text {
	zta_type_form form;
	zta_only only;                /* of NAME */
	zta_name_ref name;            /* of NAME; `at` serves every form */
	const zta_type_text *element; /* of SET */
	const zta_attr_text *attrs;   /* of RECORD; each name once */
	uint32_t attr_count;
};

typedef struct zta_entity_text {
	zta_name_ref name; /* unqualified */
	const zta_name_ref *parents;
	uint32_t parent_count;
	const zta_type_text *shape; /* NULL: no attributes */
	const zta_type_text *tags;  /* NULL: no tags */
	const zta_str *choices;     /* of an enum */
	uint32_t choice_count;      /* 0: no enum */
	zta_annotations annotations;
} zta_entity_text;

typedef struct zta_action_ref {
	zta_str type; /* empty: looked up */
	zta_str id;
	uint32_t at;
} zta_action_ref;

typedef struct zta_action_text {
	zta_name_ref name;
	const zta_action_ref *parents;
	uint32_t parent_count;
	const zta_name_ref *principals, *resources;
	uint32_t principal_count, resource_count;
	const zta_type_text *context; /* NULL: an empty record */
	zta_annotations annotations;
} zta_action_text;

typedef struct zta_common_text {
	zta_name_ref name;
	const zta_type_text *type;
	zta_annotations annotations;
} zta_common_text;

typedef struct zta_namespace_text {
	zta_name_ref name; /* empty: the one of what stands in no namespace */
	zta_entity_text *entities;
	zta_action_text *actions;
	zta_common_text *commons;
	uint32_t entity_count, action_count, common_count;
	zta_annotations annotations;
} zta_namespace_text;

typedef struct zta_schema_text {
	zta_str text;
	zta_namespace_text *spaces; /* the first is the empty one */
	uint32_t count;
} zta_schema_text;

/* A record without attributes, or no type at all. */
static inline bool
zta_type_text__is_empty(const zta_type_text *type)
{
	return type == NULL ||
	    (type->form == ZTA_TYPE_RECORD && type->attr_count == 0);
}

/*
 * Parse a schema in the human syntax, or in JSON, which begins with a brace.
 * The result points into `text` and `arena`. Errors have line and column:
 * ZTA_ESYNTAX, ZTA_EINVALID, ZTA_EEXIST, ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_schema_text__parse(
    zta_arena *arena, zta_str text, zta_schema_text *out, zta_error *err);

/* The same of JSON alone. */
ZTA_MUST_USE zta_status zta_schema_json__read(
    zta_arena *arena, zta_str text, zta_schema_text *out, zta_error *err);

/* Write a schema as JSON. Failures stick in the buffer. */
void zta_schema_json__write(zta_buf *buf, const zta_schema_text *text);

#endif
