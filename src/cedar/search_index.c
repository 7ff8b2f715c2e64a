/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_index.c - see search_index.h. Every part is made in two rounds over
 * the entities: one counts, one puts.
 */
#include "cedar/search_index.h"

#include "base/error.h"
#include "base/map.h"
#include "base/str.h"

/* --- entities by type */

static zta_status
index_types(zta_search_index *index, zta_error *err)
{
	const zta_entities *entities = index->entities;
	uint32_t uid;
	zta_status status;

	if (!zta_buckets__open(
		&index->by_type, index->arena, index->names->symbols.count)) {
		return zta_arena__failed(index->arena, err);
	}
	for (uid = 0; uid < entities->room; uid++) {
		if (zta_entities__get(entities, uid) != NULL) {
			zta_buckets__count(&index->by_type,
			    zta_names__type_of(index->names, uid));
		}
	}
	status = zta_buckets__room(&index->by_type, index->arena, err);
	for (uid = 0; status == ZTA_OK && uid < entities->room; uid++) {
		if (zta_entities__get(entities, uid) != NULL) {
			zta_buckets__put(&index->by_type,
			    zta_names__type_of(index->names, uid), uid);
		}
	}
	return status;
}

/* --- groups */

/* Groups while they are found; arrays have room for all entities. */
typedef struct grouping {
	zta_arena scratch;
	zta_arena map_arena;    /* of the groups of one type */
	uint32_t *group_of;     /* by place in by_type.items */
	const zta_entity **one; /* by group: one of its entities */
	uint32_t *types;
	uint32_t count;
} grouping;

/* Group the entities of `type`, which are items[first ..] of by_type. */
static zta_status
group_type(const zta_search_index *index, grouping *g, uint32_t type,
    uint32_t first, uint32_t end, zta_error *err)
{
	zta_map map;
	const zta_entity *entity;
	zta_str key;
	uint32_t i, group = ZTA_MAP_NONE;
	zta_status status = ZTA_OK;

	zta_arena__reset(&g->map_arena);
	zta_map__init(&map, &g->map_arena, index->names->seed);
	for (i = first; status == ZTA_OK && i < end; i++) {
		entity =
		    zta_entities__get(index->entities, index->by_type.items[i]);
		g->group_of[i] = ZTA_MAP_NONE;
		if (entity->ancestor_count == 0) {
			continue;
		}
		/* Neighbours often share a list. */
		if (group == ZTA_MAP_NONE ||
		    g->one[group]->ancestors != entity->ancestors) {
			key.ptr = (const char *)entity->ancestors;
			key.len = entity->ancestor_count * sizeof(uint32_t);
			group = zta_map__get(&map, key);
			if (group == ZTA_MAP_NONE) {
				group = g->count++;
				g->one[group] = entity;
				g->types[group] = type;
				status = zta_map__add(&map, key, group, err);
			}
		}
		g->group_of[i] = group;
	}
	return status;
}

static zta_status
find_groups(const zta_search_index *index, grouping *g, zta_error *err)
{
	size_t room = (size_t)index->by_type.total;
	uint32_t type, first = 0, end;
	zta_status status = ZTA_OK;

	g->group_of = zta_arena__alloc(&g->scratch, room * sizeof(uint32_t));
	g->types = zta_arena__alloc(&g->scratch, room * sizeof(uint32_t));
	g->one = zta_arena__alloc(&g->scratch, room * sizeof(g->one[0]));
	if (g->group_of == NULL || g->types == NULL || g->one == NULL) {
		return zta_arena__failed(&g->scratch, err);
	}
	for (type = 0; status == ZTA_OK && type < index->by_type.count;
	     type++) {
		end = index->by_type.ends[type];
		if (end > first) {
			status = group_type(index, g, type, first, end, err);
		}
		first = end;
	}
	return status;
}

static zta_status
put_members(zta_search_index *index, const grouping *g, zta_error *err)
{
	uint32_t i, total = (uint32_t)index->by_type.total;
	zta_status status;

	index->group_types =
	    zta_arena__alloc(index->arena, g->count * sizeof(uint32_t));
	if (index->group_types == NULL ||
	    !zta_buckets__open(&index->members, index->arena, g->count)) {
		return zta_arena__failed(index->arena, err);
	}
	if (g->count > 0) {
		memcpy(
		    index->group_types, g->types, g->count * sizeof(uint32_t));
	}
	for (i = 0; i < total; i++) {
		if (g->group_of[i] != ZTA_MAP_NONE) {
			zta_buckets__count(&index->members, g->group_of[i]);
		}
	}
	status = zta_buckets__room(&index->members, index->arena, err);
	for (i = 0; status == ZTA_OK && i < total; i++) {
		if (g->group_of[i] != ZTA_MAP_NONE) {
			zta_buckets__put(&index->members, g->group_of[i],
			    index->by_type.items[i]);
		}
	}
	return status;
}

static zta_status
put_below(zta_search_index *index, const grouping *g, zta_error *err)
{
	uint32_t group, i;
	zta_status status;

	if (!zta_buckets__open(&index->below, index->arena,
		zta_names__uid_count(index->names))) {
		return zta_arena__failed(index->arena, err);
	}
	for (group = 0; group < g->count; group++) {
		for (i = 0; i < g->one[group]->ancestor_count; i++) {
			zta_buckets__count(
			    &index->below, g->one[group]->ancestors[i]);
		}
	}
	status = zta_buckets__room(&index->below, index->arena, err);
	for (group = 0; status == ZTA_OK && group < g->count; group++) {
		for (i = 0; i < g->one[group]->ancestor_count; i++) {
			zta_buckets__put(
			    &index->below, g->one[group]->ancestors[i], group);
		}
	}
	return status;
}

static zta_status
index_groups(zta_search_index *index, zta_error *err)
{
	grouping g = { 0 };
	zta_status status;

	zta_arena__init(&g.scratch, SIZE_MAX);
	zta_arena__init(&g.map_arena, SIZE_MAX);
	status = find_groups(index, &g, err);
	if (status == ZTA_OK) {
		status = put_members(index, &g, err);
	}
	if (status == ZTA_OK) {
		status = put_below(index, &g, err);
	}
	zta_arena__release(&g.map_arena);
	zta_arena__release(&g.scratch);
	return status;
}

/* --- paths */

/* What `path` leads to from the entity `uid`, or NULL. */
static const zta_value *
follow(const zta_search_index *index, const zta_path *path, uint32_t uid)
{
	const zta_entity *entity = zta_entities__get(index->entities, uid);
	const zta_record *record = entity == NULL ? NULL : entity->attrs;
	const zta_value *value = NULL;
	uint32_t i;

	for (i = 0; i < path->count; i++) {
		if (value != NULL && value->kind == ZTA_VALUE_ENTITY) {
			entity =
			    zta_entities__get(index->entities, value->u.entity);
			record = entity == NULL ? NULL : entity->attrs;
		} else if (value != NULL) {
			record = value->kind == ZTA_VALUE_RECORD ?
			    value->u.record :
			    NULL;
		}
		value = record == NULL ? NULL :
					 zta_record__get(record, path->keys[i]);
		if (value == NULL) {
			break;
		}
	}
	return value;
}

/* Equal values have equal hashes. False: the kind is not indexed. */
static bool
hash_value(const zta_search_index *index, uint32_t type, const zta_value *value,
    uint32_t *hash)
{
	struct {
		uint64_t number;
		uint32_t kind, type;
	} plain = { 0, value->kind, type };
	zta_str bytes = { (const char *)&plain, sizeof(plain) };
	uint64_t seed = index->names->seed;

	switch ((zta_value_kind)value->kind) {
	case ZTA_VALUE_BOOL:
		plain.number = value->u.boolean;
		break;
	case ZTA_VALUE_ENTITY:
		plain.number = value->u.entity;
		break;
	case ZTA_VALUE_LONG:
	case ZTA_VALUE_DECIMAL:
	case ZTA_VALUE_DATETIME:
	case ZTA_VALUE_DURATION:
		plain.number = (uint64_t)value->u.number;
		break;
	case ZTA_VALUE_STRING:
		plain.number = zta_str__hash(zta_value__text(value), seed);
		break;
	case ZTA_VALUE_SET:
	case ZTA_VALUE_RECORD:
	case ZTA_VALUE_IPADDR:
		return false;
	}
	*hash = (uint32_t)zta_str__hash(bytes, seed);
	return true;
}

/* Hand the buckets of entity `uid` to `take`: one, or one for each element. */
static void
each_bucket(const zta_search_index *index, zta_path_index *p, uint32_t uid,
    void (*take)(zta_buckets *buckets, uint32_t k, uint32_t uid))
{
	const zta_value *value = follow(index, &p->path, uid);
	uint32_t type = zta_names__type_of(index->names, uid), i, hash;
	uint32_t count = value == NULL ? 0 : 1;

	if (value != NULL && value->kind == ZTA_VALUE_SET) {
		count = value->u.set->count;
		value = value->u.set->items;
	}
	for (i = 0; i < count; i++) {
		if (hash_value(index, type, &value[i], &hash)) {
			take(&p->uids, hash & (p->uids.count - 1), uid);
		}
	}
}

static void
take_count(zta_buckets *buckets, uint32_t k, uint32_t uid)
{
	(void)uid;
	zta_buckets__count(buckets, k);
}

/* As many buckets as entities, a power of two. */
static uint32_t
bucket_count(uint32_t entities)
{
	uint32_t count = 16;

	while (count < entities && count < UINT32_C(1) << 31) {
		count *= 2;
	}
	return count;
}

static zta_status
index_path(zta_search_index *index, zta_path_index *p, const zta_path *path,
    zta_error *err)
{
	uint32_t uid, room = index->entities->room;
	zta_status status;

	p->path = *path;
	if (!zta_buckets__open(
		&p->uids, index->arena, bucket_count(index->entities->count))) {
		return zta_arena__failed(index->arena, err);
	}
	for (uid = 0; uid < room; uid++) {
		if (zta_entities__get(index->entities, uid) != NULL) {
			each_bucket(index, p, uid, take_count);
		}
	}
	status = zta_buckets__room(&p->uids, index->arena, err);
	for (uid = 0; status == ZTA_OK && uid < room; uid++) {
		if (zta_entities__get(index->entities, uid) != NULL) {
			each_bucket(index, p, uid, zta_buckets__put);
		}
	}
	return status;
}

bool
zta_search_index__lookup(const zta_search_index *index, uint32_t type,
    const zta_path *path, const zta_value *value, zta_uid_list *out)
{
	const zta_path_index *p = index->paths;
	uint32_t i, hash;

	for (i = 0; i < index->path_count; i++, p++) {
		if (zta_path__eq(&p->path, path)) {
			break;
		}
	}
	if (i == index->path_count || !hash_value(index, type, value, &hash)) {
		return false;
	}
	*out = zta_buckets__get(&p->uids, hash & (p->uids.count - 1));
	return true;
}

zta_status
zta_search_index__build(zta_search_index *index, zta_arena *arena,
    const zta_entities *entities, const zta_names *names, const zta_path *paths,
    uint32_t path_count, zta_error *err)
{
	zta_status status;

	*index = (zta_search_index){
		.arena = arena, .entities = entities, .names = names
	};
	index->paths = zta_arena__zalloc(
	    arena, path_count == 0 ? 1 : path_count, sizeof(*index->paths));
	if (index->paths == NULL) {
		return zta_arena__failed(arena, err);
	}
	status = index_types(index, err);
	if (status == ZTA_OK) {
		status = index_groups(index, err);
	}
	while (status == ZTA_OK && index->path_count < path_count) {
		status = index_path(index, &index->paths[index->path_count],
		    &paths[index->path_count], err);
		index->path_count++;
	}
	return status;
}
