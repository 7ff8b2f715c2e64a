/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entities.c - see entities.h.
 *
 * The closure is a depth-first walk with its own stack, because a hierarchy may
 * be deeper than the C stack: an entity is closed once all its parents are.
 */
#include "cedar/entities.h"

#include "base/error.h"
#include "base/map.h"
#include "base/sort.h"
#include "base/str.h"

#define ROOM_MIN 64u
/* Shorter lists are searched from the front. */
#define LINEAR_MAX 8u

void
zta_entities__init(
    zta_entities *entities, zta_arena *arena, const zta_names *names)
{
	*entities = (zta_entities){ .arena = arena, .names = names };
	zta_arena__init(&entities->parents, SIZE_MAX);
}

void
zta_entities__release(zta_entities *entities)
{
	zta_arena__release(&entities->parents);
}

bool
zta_uids__has(const uint32_t *list, uint32_t count, uint32_t uid)
{
	uint32_t low = 0, high = count, middle;

	while (high - low > LINEAR_MAX) {
		middle = low + (high - low) / 2;
		if (list[middle] <= uid) {
			low = middle;
		} else {
			high = middle;
		}
	}
	for (; low < high; low++) {
		if (list[low] == uid) {
			return true;
		}
	}
	return false;
}

static int
cmp_uids(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

uint32_t
zta_uids__seal(uint32_t *list, uint32_t count)
{
	uint32_t i, kept = 0;

	if (count > 1) {
		zta_sort__run(list, count, sizeof(list[0]), cmp_uids);
	}
	for (i = 0; i < count; i++) {
		if (kept == 0 || list[kept - 1] != list[i]) {
			list[kept++] = list[i];
		}
	}
	return kept;
}

static bool
make_room(zta_entities *entities, uint32_t uid)
{
	uint32_t more = entities->room == 0 ? ROOM_MIN : entities->room * 2;
	zta_entity *list;

	if (uid < entities->room) {
		return true;
	}
	more = more <= uid ? uid + 1 : more;
	list = zta_arena__grow(entities->arena, entities->list, entities->room,
	    more, sizeof(*list));
	if (list == NULL) {
		return false;
	}
	memset(
	    list + entities->room, 0, (more - entities->room) * sizeof(*list));
	entities->list = list;
	entities->room = more;
	return true;
}

static bool
same_records(const zta_record *a, const zta_record *b)
{
	zta_value x = { .kind = ZTA_VALUE_RECORD, .u.record = a };
	zta_value y = { .kind = ZTA_VALUE_RECORD, .u.record = b };
	bool a_empty = a == NULL || a->count == 0;
	bool b_empty = b == NULL || b->count == 0;

	return a_empty || b_empty ? a_empty == b_empty : zta_value__eq(&x, &y);
}

static bool
same_entities(const zta_entity *a, const zta_entity *b)
{
	return same_records(a->attrs, b->attrs) &&
	    same_records(a->tags, b->tags) &&
	    a->ancestor_count == b->ancestor_count &&
	    (a->ancestor_count == 0 ||
		memcmp(a->ancestors, b->ancestors,
		    a->ancestor_count * sizeof(a->ancestors[0])) == 0);
}

/* ZTA_EINVALID or ZTA_EEXIST about one entity: "`Type::"id"` <what>". */
static zta_status
fail(const zta_entities *entities, uint32_t uid, zta_status status,
    const char *what, zta_error *err)
{
	const zta_names *names = entities->names;

	return zta_error__set(err, status, "%.*s::\"%.*s\" %s",
	    ZTA_STR_ARG(zta_names__text(names, zta_names__type_of(names, uid))),
	    ZTA_STR_ARG(zta_names__id_of(names, uid)), what);
}

zta_status
zta_entities__add_sealed(zta_entities *entities, uint32_t uid,
    const zta_entity *entity, zta_error *err)
{
	if (!make_room(entities, uid)) {
		return zta_arena__failed(entities->arena, err);
	}
	entities->list[uid] = *entity;
	entities->list[uid].type = zta_names__type_of(entities->names, uid);
	entities->count++;
	return ZTA_OK;
}

zta_status
zta_entities__add(zta_entities *entities, uint32_t uid,
    const zta_entity *entity, zta_error *err)
{
	const zta_entity *there = zta_entities__get(entities, uid);
	zta_entity copy = *entity;
	uint32_t *parents;

	copy.ancestors = NULL;
	if (entity->ancestor_count > 0) {
		parents = zta_arena__grow(&entities->parents, entity->ancestors,
		    entity->ancestor_count, entity->ancestor_count,
		    sizeof(*parents));
		if (parents == NULL) {
			return zta_arena__failed(&entities->parents, err);
		}
		copy.ancestors = parents;
		copy.ancestor_count =
		    zta_uids__seal(parents, entity->ancestor_count);
	}
	if (there != NULL) {
		return same_entities(there, &copy) ?
		    ZTA_OK :
		    fail(entities, uid, ZTA_EEXIST,
			"stands twice with different content", err);
	}
	return zta_entities__add_sealed(entities, uid, &copy, err);
}

/* --- closure */

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

/* All parents of `uid` are closed: join their ancestors. */
static zta_status
close_entity(closure *x, uint32_t uid)
{
	zta_entity *entity = &x->entities->list[uid];
	const zta_entity *parent;
	size_t count = entity->ancestor_count, total = count;
	uint32_t i;

	for (i = 0; i < entity->ancestor_count; i++) {
		parent = zta_entities__get(x->entities, entity->ancestors[i]);
		total += parent == NULL ? 0 : parent->ancestor_count;
	}
	if (total > x->merged_room) {
		x->merged =
		    zta_arena__alloc(x->scratch, 2 * total * sizeof(uint32_t));
		if (x->merged == NULL) {
			return zta_arena__failed(x->scratch, x->err);
		}
		x->merged_room = 2 * total;
	}
	if (count > 0) {
		memcpy(x->merged, entity->ancestors, count * sizeof(uint32_t));
	}
	for (i = 0; i < entity->ancestor_count; i++) {
		parent = zta_entities__get(x->entities, entity->ancestors[i]);
		if (parent != NULL && parent->ancestor_count > 0) {
			memcpy(x->merged + count, parent->ancestors,
			    parent->ancestor_count * sizeof(uint32_t));
			count += parent->ancestor_count;
		}
	}
	x->state[uid] = CLOSED;
	return count == 0 ?
	    ZTA_OK :
	    share(x, entity, zta_uids__seal(x->merged, (uint32_t)count));
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
			return fail(x->entities, parent, ZTA_EINVALID,
			    "would be its own ancestor", x->err);
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
	return status;
}
