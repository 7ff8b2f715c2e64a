/* SPDX-License-Identifier: Apache-2.0 */
/* entities_json.h - fill the entity store from JSON files. */
#ifndef ZTA_CEDAR_ENTITIES_JSON_H
#define ZTA_CEDAR_ENTITIES_JSON_H

#include "base/error.h"
#include "cedar/entities.h"
#include "cedar/schema.h"

typedef struct zta_entities_loader {
	zta_entities *entities;
	zta_names *names;
	const zta_schema *schema; /* NULL: none */
	uint32_t *actions;        /* uids of the actions that files hold */
	uint32_t action_count, action_room;
	/* Told of each entity that is wrong, which is left out; NULL: the
	 * first one ends it. */
	zta_error_sink *sink;
} zta_entities_loader;

/*
 * Add the entities of one file, an array. Errors carry line, column, and the
 * file as their place: ZTA_ESYNTAX, ZTA_EINVALID, ZTA_EEXIST (two different
 * entities of one name), ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_entities_loader__add(
    zta_entities_loader *loader, zta_str file, zta_str text, zta_error *err);

/*
 * Close the hierarchy, check the actions, add those of the schema. ZTA_EINVALID
 * names `entities->culprit`.
 */
ZTA_MUST_USE zta_status zta_entities_loader__finish(
    zta_entities_loader *loader, zta_error *err);

/* Find the entity `uid` in a file: false if it is not there. */
bool zta_entities_loader__place(const zta_entities_loader *loader, zta_str text,
    uint32_t uid, uint32_t *line, uint32_t *column);

#endif
