/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ancestors.c - from parents to all ancestors.
 *
 * A depth-first walk with its own stack, because a hierarchy may be deeper than
 * the C stack: an entity is closed once all its parents are.
 */
#include <string.h>

#include "base/error.h"
#include "base/map.h"
#include "cedar/entities.h"

enum { NEW, OPEN, CLOSED };

typedef struct closure {
	zta_entities *entities;
	zta_arena *scratch;
	uint8_t *state;  /* by uid */
	uint32_t *stack; /* entities that are open, and those to be looked at */
	uint32_t depth, room;
	uint32_t *merged; /* list under construction */
	size_t merged_room;
	zta_map lists;             /* bytes of a list that is in use */
	const zta_entity **owners; /* who has it */
	uint32_t owner_count, owner_room;
	zta_error *err;
} closure;

static bool
push(closure *x, uint32_t uid)
{
	uint32_t more = x->room == 0 ? 256 : x->room * 2;
	uint32_t *bigger;

	if (x->depth == x->room) {
		bigger = zta_arena__grow(
		    x->scratch, x->stack, x->depth, more, sizeof(uint32_t));
		if (bigger == NULL) {
			return false;
		}
		x->stack = bigger;
		x->room = more;
	}
	x->stack[x->depth++] = uid;
	return true;
}

/* Use the list of another entity that has the same one, or keep this one. */
static zta_status
share(closure *x, zta_entity *entity, uint32_t count)
{
	zta_str key = { (const char *)x->merged, count * sizeof(uint32_t) };
	uint32_t found = zta_map__get(&x->lists, key);
	const zta_entity **bigger;
	zta_str kept;
	uint32_t more = x->owner_room == 0 ? 64 : x->owner_room * 2;

	if (found != ZTA_MAP_NONE) {
		entity->ancestors = x->owners[found]->ancestors;
		entity->ancestor_count = count;
		return ZTA_OK;
	}
	kept = zta_arena__copy(x->entities->arena, key);
	if (kept.ptr == NULL) {
		return zta_arena__failed(x->entities->arena, x->err);
	}
	entity->ancestors = (const uint32_t *)(const void *)kept.ptr;
	entity->ancestor_count = count;
	if (x->owner_count == x->owner_room) {
		bigger = zta_arena__grow(x->scratch, x->owners, x->owner_count,
		    more, sizeof(*bigger));
		if (bigger == NULL) {
			return zta_arena__failed(x->scratch, x->err);
		}
		x->owners = bigger;
		x->owner_room = more;
	}
	x->owners[x->owner_count] = entity;
	return zta_map__add(&x->lists, kept, x->owner_count++, x->err);
}

/* Room for `count` uids in the list under construction. */
static bool
make_merged_room(closure *x, size_t count)
{
	if (count > x->merged_room) {
		x->merged =
		    zta_arena__alloc(x->scratch, 2 * count * sizeof(uint32_t));
		x->merged_room = 2 * count;
	}
	return x->merged != NULL;
}

/* The ancestors of an only parent, and it among them, where it belongs. */
static uint32_t
join_one(closure *x, uint32_t uid, const zta_entity *parent)
{
	const uint32_t *list = parent == NULL ? NULL : parent->ancestors;
	uint32_t count = parent == NULL ? 0 : parent->ancestor_count, i = 0, j;

	for (; i < count && list[i] < uid; i++) {
		x->merged[i] = list[i];
	}
	x->merged[i] = uid;
	for (j = i; j < count; j++) {
		x->merged[j + 1] = list[j];
	}
	return count + 1;
}

/* The parents and the ancestors of all of them. */
static uint32_t
join_all(closure *x, const zta_entity *entity)
{
	const zta_entity *parent;
	size_t count = entity->ancestor_count;
	uint32_t i;

	memcpy(x->merged, entity->ancestors, count * sizeof(uint32_t));
	for (i = 0; i < entity->ancestor_count; i++) {
		parent = zta_entities__get(x->entities, entity->ancestors[i]);
		if (parent != NULL && parent->ancestor_count > 0) {
			memcpy(x->merged + count, parent->ancestors,
			    parent->ancestor_count * sizeof(uint32_t));
			count += parent->ancestor_count;
		}
	}
	return zta_uids__seal(x->merged, (uint32_t)count);
}

/* All parents of `uid` are closed: join their ancestors. */
static zta_status
close_entity(closure *x, uint32_t uid)
{
	zta_entity *entity = &x->entities->list[uid];
	const zta_entity *parent = NULL;
	size_t total = entity->ancestor_count;
	uint32_t i;

	x->state[uid] = CLOSED;
	if (entity->ancestor_count == 0) {
		return ZTA_OK;
	}
	for (i = 0; i < entity->ancestor_count; i++) {
		parent = zta_entities__get(x->entities, entity->ancestors[i]);
		total += parent == NULL ? 0 : parent->ancestor_count;
	}
	if (!make_merged_room(x, total)) {
		return zta_arena__failed(x->scratch, x->err);
	}
	return share(x, entity,
	    entity->ancestor_count == 1 ?
		join_one(x, entity->ancestors[0], parent) :
		join_all(x, entity));
}

/* Look at the top of the stack: open it, or close it. */
static zta_status
step(closure *x)
{
	uint32_t uid = x->stack[x->depth - 1], i, parent;
	const zta_entity *entity = &x->entities->list[uid];

	if (x->state[uid] != NEW) {
		x->depth--;
		return x->state[uid] == OPEN ? close_entity(x, uid) : ZTA_OK;
	}
	x->state[uid] = OPEN;
	for (i = 0; i < entity->ancestor_count; i++) {
		parent = entity->ancestors[i];
		if (zta_entities__get(x->entities, parent) == NULL) {
			continue;
		}
		if (x->state[parent] == OPEN) {
			x->entities->culprit = parent;
			return zta_entities__fail(x->entities, parent,
			    ZTA_EINVALID, "would be its own ancestor", x->err);
		}
		if (x->state[parent] == NEW && !push(x, parent)) {
			return zta_arena__failed(x->scratch, x->err);
		}
	}
	return ZTA_OK;
}

static zta_status
close_all(closure *x)
{
	zta_entities *entities = x->entities;
	zta_status status = ZTA_OK;
	uint32_t uid;

	x->state = zta_arena__zalloc(x->scratch, entities->room + 1, 1);
	if (x->state == NULL) {
		return zta_arena__failed(x->scratch, x->err);
	}
	for (uid = 0; status == ZTA_OK && uid < entities->room; uid++) {
		if (entities->list[uid].attrs == NULL) {
			continue;
		}
		if (!push(x, uid)) {
			return zta_arena__failed(x->scratch, x->err);
		}
		while (status == ZTA_OK && x->depth > 0) {
			status = step(x);
		}
	}
	return status;
}

/* Give back the room for uids that there are not. */
static void
trim(zta_entities *entities)
{
	uint32_t count = zta_names__uid_count(entities->names);
	zta_entity *list;

	if (count < entities->room) {
		list = zta_arena__grow(entities->arena, entities->list, count,
		    count, sizeof(*list));
		if (list != NULL) {
			entities->list = list;
			entities->room = count;
		}
	}
}

zta_status
zta_entities__seal(zta_entities *entities, uint64_t seed, zta_error *err)
{
	zta_arena scratch;
	closure x = { .entities = entities, .scratch = &scratch, .err = err };
	zta_status status;

	zta_arena__init(&scratch, SIZE_MAX);
	zta_map__init(&x.lists, &scratch, seed);
	status = close_all(&x);
	zta_arena__release(&scratch);
	zta_arena__release(&entities->parents);
	trim(entities);
	return status;
}
