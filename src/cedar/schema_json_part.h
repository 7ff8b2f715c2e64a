/* SPDX-License-Identifier: Apache-2.0 */
/* schema_json_part.h - what the files share that read schemas in JSON. */
#ifndef ZTA_CEDAR_SCHEMA_JSON_PART_H
#define ZTA_CEDAR_SCHEMA_JSON_PART_H

#include "base/json.h"
#include "cedar/schema_text.h"

typedef struct zta_schema_reader {
	zta_arena *arena;
	zta_json_doc doc;
	zta_error *err;
} zta_schema_reader;

#define ZTA_SCHEMA_FAIL(r, node, ...) \
	zta_json__fail(&(r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

zta_status zta_schema_part__no_room(zta_schema_reader *r);

/* Read one element of an array, or one member of an object by its name. */
typedef zta_status zta_schema_item(
    zta_schema_reader *r, const zta_json *node, void *item);

/*
 * All of an array, or of an object; no `node` is nothing. Items have `size`
 * bytes, zeroed, and `*items` is set to a list of them.
 */
ZTA_MUST_USE zta_status zta_schema_part__all(zta_schema_reader *r,
    const zta_json *node, zta_json_type type, zta_schema_item *item,
    size_t size, void *items, uint32_t *count);

/* A name, normalized, that may be qualified; an item of an array. */
ZTA_MUST_USE zta_status zta_schema_part__ref(
    zta_schema_reader *r, const zta_json *node, void *item);

/* The member `annotations` of an object. */
ZTA_MUST_USE zta_status zta_schema_part__annotations(
    zta_schema_reader *r, const zta_json *object, zta_annotations *out);

/* Where a type stands decides what else may stand beside it. */
typedef enum zta_type_place {
	ZTA_PLACE_INSIDE,
	ZTA_PLACE_COMMON,   /* `annotations` */
	ZTA_PLACE_ATTRIBUTE /* `annotations`, `required` */
} zta_type_place;

ZTA_MUST_USE zta_status zta_schema_part__type(zta_schema_reader *r,
    const zta_json *node, zta_type_place place, const zta_type_text **out);

#endif
