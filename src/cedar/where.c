/* SPDX-License-Identifier: Apache-2.0 */
/* where.c - see where.h. Nothing is left out; what is too much costs time. */
#include "cedar/where.h"

void
zta_where__init(zta_unknown *u)
{
	u->never = (zta_where){ .kind = ZTA_WHERE_EVERYWHERE };
	u->everywhere = (zta_where){ .kind = ZTA_WHERE_EVERYWHERE,
		.list = u->all.list,
		.total = u->all.count,
		.leaves = 1 };
	u->always = u->everywhere;
	u->always.kind = ZTA_WHERE_ALWAYS;
}

static const zta_where *
keep(zta_unknown *u, zta_where where)
{
	zta_where *kept = zta_arena__alloc(u->arena, sizeof(*kept));

	if (kept == NULL) {
		u->failed = true;
		return &u->everywhere;
	}
	*kept = where;
	return kept;
}

static const zta_where *
leaf(zta_unknown *u, zta_where_kind kind, zta_uid_list list)
{
	if (list.count == 0) {
		return &u->never;
	}
	return keep(u,
	    (zta_where){ .kind = kind,
		.list = list.list,
		.total = list.count,
		.leaves = 1 });
}

/* Sets that join to as much as there is are not worth keeping apart. */
const zta_where *
zta_where__either(zta_unknown *u, const zta_where *a, const zta_where *b)
{
	if (a->total == 0 || b == &u->always) {
		return b;
	}
	if (b->total == 0 || a == &u->always) {
		return a;
	}
	if ((uint64_t)a->total + b->total >= u->all.count) {
		return &u->everywhere;
	}
	return keep(u,
	    (zta_where){ .total = a->total + b->total,
		.leaves = a->leaves + b->leaves,
		.left = a,
		.right = b });
}

const zta_where *
zta_where__both(const zta_unknown *u, const zta_where *a, const zta_where *b)
{
	if (a == &u->always) {
		return b;
	}
	return b == &u->always || a->total <= b->total ? a : b;
}

/* The entity as a list of the kind. */
static const zta_where *
one(zta_unknown *u, zta_where_kind kind, uint32_t uid)
{
	uint32_t low = 0, high = u->all.count, middle;
	zta_uid_list list = { NULL, 0 };

	while (low < high) {
		middle = low + (high - low) / 2;
		if (u->all.list[middle] < uid) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	if (low < u->all.count && u->all.list[low] == uid) {
		list = (zta_uid_list){ &u->all.list[low], 1 };
	}
	return leaf(u, kind, list);
}

const zta_where *
zta_where__one(zta_unknown *u, uint32_t uid)
{
	return one(u, ZTA_WHERE_ONE, uid);
}

/* Of entities that the request says more of, the index knows too little. */
static const zta_where *
with_extras(zta_unknown *u, zta_where_kind kind, const zta_where *where)
{
	uint32_t i;

	for (i = 0; i < u->x->extra_count; i++) {
		where = zta_where__either(
		    u, where, one(u, kind, u->x->extras[i].uid));
	}
	return where;
}

const zta_where *
zta_where__value(zta_unknown *u, zta_where_kind kind, const zta_path *path,
    const zta_value *value)
{
	zta_uid_list list;

	if ((path->count > 1 && u->x->extra_count > 0) ||
	    !zta_search_index__lookup(u->index, u->type, path, value, &list)) {
		return &u->everywhere;
	}
	return with_extras(u, kind, leaf(u, kind, list));
}

const zta_where *
zta_where__any_value(zta_unknown *u, zta_where_kind kind, const zta_path *path,
    const zta_value *values, uint32_t count)
{
	const zta_where *where = &u->never;
	uint32_t i;

	for (i = 0; where != &u->everywhere && i < count; i++) {
		where = zta_where__either(
		    u, where, zta_where__value(u, kind, path, &values[i]));
	}
	return where;
}

const zta_where *
zta_where__all_values(zta_unknown *u, zta_where_kind kind, const zta_path *path,
    const zta_value *values, uint32_t count)
{
	const zta_where *where = &u->everywhere;
	uint32_t i;

	for (i = 0; where->total > 0 && i < count; i++) {
		where = zta_where__both(
		    u, where, zta_where__value(u, kind, path, &values[i]));
	}
	return where;
}

const zta_where *
zta_where__below(zta_unknown *u, uint32_t uid)
{
	zta_uid_list groups = zta_buckets__get(&u->index->below, uid);
	const zta_where *where = one(u, ZTA_WHERE_BELOW, uid);
	uint32_t i;

	for (i = 0; i < groups.count; i++) {
		if (u->index->group_types[groups.list[i]] == u->type) {
			where = zta_where__either(u, where,
			    leaf(u, ZTA_WHERE_BELOW,
				zta_buckets__get(
				    &u->index->members, groups.list[i])));
		}
	}
	return with_extras(u, ZTA_WHERE_BELOW, where);
}

/*
 * Add where `path` leads to one of `uids`. To look up more of them than there
 * are entities of the type would be dearer than to try those.
 */
static const zta_where *
add_uids(zta_unknown *u, zta_where_kind kind, const zta_path *path,
    zta_uid_list uids, const zta_where *where)
{
	zta_value value;
	uint32_t i;

	if (uids.count > u->all.count) {
		return &u->everywhere;
	}
	for (i = 0; where != &u->everywhere && i < uids.count; i++) {
		value = zta_value__entity(uids.list[i]);
		where = zta_where__either(
		    u, where, zta_where__value(u, kind, path, &value));
	}
	return where;
}

const zta_where *
zta_where__reader(zta_unknown *u, uint32_t uid, const zta_path *path)
{
	const zta_entity *entity = zta_eval__entity(u->x, uid);
	const zta_where *where = add_uids(
	    u, ZTA_WHERE_READER, path, (zta_uid_list){ &uid, 1 }, &u->never);

	if (entity == NULL) {
		return where;
	}
	return add_uids(u, ZTA_WHERE_READER, path,
	    (zta_uid_list){ entity->ancestors, entity->ancestor_count }, where);
}

const zta_where *
zta_where__owner(zta_unknown *u, uint32_t uid, const zta_path *path)
{
	zta_uid_list groups = zta_buckets__get(&u->index->below, uid);
	const zta_where *where = add_uids(
	    u, ZTA_WHERE_OWNER, path, (zta_uid_list){ &uid, 1 }, &u->never);
	zta_uid_list members;
	uint64_t total = 0;
	uint32_t i;

	for (i = 0; i < groups.count; i++) {
		total +=
		    zta_buckets__get(&u->index->members, groups.list[i]).count;
	}
	if (total > u->all.count || u->x->extra_count > 0) {
		return &u->everywhere;
	}
	for (i = 0; i < groups.count; i++) {
		members = zta_buckets__get(&u->index->members, groups.list[i]);
		where = add_uids(u, ZTA_WHERE_OWNER, path, members, where);
	}
	return where;
}
