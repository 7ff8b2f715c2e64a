/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entities.h - what is known of entities: attributes, tags, ancestors.
 *
 * The store is an array indexed by uid. Ancestors are closed transitively when
 * the store is sealed, sorted, and shared between entities that have the same.
 */
#ifndef ZTA_CEDAR_ENTITIES_H
#define ZTA_CEDAR_ENTITIES_H

#include "cedar/names.h"
#include "cedar/value.h"

typedef struct zta_entity {
	const zta_record *attrs;   /* NULL: the entity is not in the store */
	const zta_record *tags;    /* NULL: none */
	const uint32_t *ancestors; /* uids, ascending; parents until sealed */
	uint32_t ancestor_count;
	uint32_t type; /* symbol; only of an entity in the store */
} zta_entity;

typedef struct zta_entities {
	zta_arena *arena;
	zta_arena parents; /* lists of them, until the store is sealed */
	const zta_names *names;
	zta_entity *list; /* by uid */
	uint32_t room;
	uint32_t count;   /* of entities that are there */
	uint32_t culprit; /* whom sealing failed for */
} zta_entities;

void zta_entities__init(
    zta_entities *entities, zta_arena *arena, const zta_names *names);

/* The entity, or NULL if the store has none of this uid. */
static inline const zta_entity *
zta_entities__get(const zta_entities *entities, uint32_t uid)
{
	return uid < entities->room && entities->list[uid].attrs != NULL ?
	    &entities->list[uid] :
	    NULL;
}

/* What only loading needs; the rest goes with the arena. */
void zta_entities__release(zta_entities *entities);

/*
 * Put one entity with its parents (any order, duplicates allowed; copied) into
 * the store. One that is there already must be equal, or ZTA_EEXIST.
 */
ZTA_MUST_USE zta_status zta_entities__add(zta_entities *entities, uint32_t uid,
    const zta_entity *entity, zta_error *err);

/*
 * Put an entity into a sealed store, which must not have it, with ancestors
 * that live as long as the store.
 */
ZTA_MUST_USE zta_status zta_entities__add_sealed(zta_entities *entities,
    uint32_t uid, const zta_entity *entity, zta_error *err);

/*
 * Replace parents by all ancestors. ZTA_EINVALID names an entity that would be
 * its own ancestor. `seed` keys a hash table.
 */
ZTA_MUST_USE zta_status zta_entities__seal(
    zta_entities *entities, uint64_t seed, zta_error *err);

/* ZTA_EINVALID or ZTA_EEXIST about one entity: `Type::"id" <what>`. */
zta_status zta_entities__fail(const zta_entities *entities, uint32_t uid,
    zta_status status, const char *what, zta_error *err);

/* Does `list`, ascending, hold `uid`? */
bool zta_uids__has(const uint32_t *list, uint32_t count, uint32_t uid);

/* Sort and drop duplicates; the new count. */
uint32_t zta_uids__seal(uint32_t *list, uint32_t count);

#endif
