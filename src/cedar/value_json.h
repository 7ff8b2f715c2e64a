/* SPDX-License-Identifier: Apache-2.0 */
/* value_json.h - Cedar values and entity names from JSON. */
#ifndef ZTA_CEDAR_VALUE_JSON_H
#define ZTA_CEDAR_VALUE_JSON_H

#include "base/json.h"
#include "cedar/schema.h"

/*
 * Where values come from and go to. Into the names of a snapshot strings are
 * copied; into those of a request they stay in the text of the document.
 */
typedef struct zta_value_reader {
	zta_arena *arena;
	zta_names *names;
	const zta_schema *schema; /* NULL: none */
	const zta_json_doc *doc;
	zta_error *err;
	bool unchecked; /* types say how to read, and no more */
} zta_value_reader;

/*
 * The value of `node`. With a `type` the implicit forms of entities and
 * extension values are read too, and the value has that type, if the reader
 * checks it. Errors carry line, column and JSON pointer: ZTA_EINVALID,
 * ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_value_json__read(zta_value_reader *r,
    const zta_json *node, const zta_type *type, zta_value *out);

/* The record that `node`, an object, is; `type` NULL or a RECORD. */
ZTA_MUST_USE zta_status zta_value_json__record(zta_value_reader *r,
    const zta_json *node, const zta_type *type, const zta_record **out);

/* {"type":T,"id":I} or {"__entity":{...}} */
ZTA_MUST_USE zta_status zta_value_json__uid(
    zta_value_reader *r, const zta_json *node, uint32_t *uid);

/*
 * Is it the inside of {"__entity":...}, of {"__extn":...}? Members beyond those
 * that are needed do not matter. If not, it is an ordinary record.
 */
bool zta_value_json__is_entity(const zta_json *node);
bool zta_value_json__is_call(const zta_json *node, zta_str *name,
    const zta_json **first, uint32_t *count);

/* The object with type and id that `node` is, or has in `__entity`; or NULL. */
const zta_json *zta_value_json__entity(const zta_json *node);

/* The uid of a type and an id; the type must be a normalized name. */
ZTA_MUST_USE zta_status zta_value_json__uid_of(zta_value_reader *r,
    const zta_json *node, zta_str type, zta_str id, uint32_t *uid);

#endif
