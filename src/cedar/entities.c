/* SPDX-License-Identifier: Apache-2.0 */
/* entities.c - see entities.h; ancestors.c closes the hierarchy. */
#include "cedar/entities.h"

#include "base/error.h"
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

zta_status
zta_entities__fail(const zta_entities *entities, uint32_t uid,
    zta_status status, const char *what, zta_error *err)
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
		    zta_entities__fail(entities, uid, ZTA_EEXIST,
			"stands twice with different content", err);
	}
	return zta_entities__add_sealed(entities, uid, &copy, err);
}
