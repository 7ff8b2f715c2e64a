/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_index.h - entities by their type, by what they are below, and by the
 * values that policies compare. Built over a sealed store, then immutable.
 */
#ifndef ZTA_CEDAR_SEARCH_INDEX_H
#define ZTA_CEDAR_SEARCH_INDEX_H

#include "cedar/buckets.h"
#include "cedar/code_reads.h"
#include "cedar/entities.h"

/*
 * Entities by what a path leads to from them, or by the elements of the set
 * that it leads to. Lists go by a hash of type and value, so one may hold
 * entities of another type or value, too.
 */
typedef struct zta_path_index {
	zta_path path;
	zta_buckets uids;
} zta_path_index;

typedef struct zta_search_index {
	zta_arena *arena;
	const zta_entities *entities;
	const zta_names *names;
	zta_buckets by_type; /* uids; list k is of the type with symbol k */
	/* A group is the entities of one type that have the same ancestors. */
	uint32_t *group_types; /* symbols, ascending */
	zta_buckets members;   /* uids, by group */
	zta_buckets below;     /* groups, by uid of an ancestor */
	zta_path_index *paths;
	uint32_t path_count;
} zta_search_index;

/* ZTA_ENOMEM, ZTA_ELIMIT. */
ZTA_MUST_USE zta_status zta_search_index__build(zta_search_index *index,
    zta_arena *arena, const zta_entities *entities, const zta_names *names,
    const zta_path *paths, uint32_t path_count, zta_error *err);

/*
 * A list that holds, of this type, all entities from which `path` leads to
 * `value` or to a set that has it. False: neither is indexed.
 */
bool zta_search_index__lookup(const zta_search_index *index, uint32_t type,
    const zta_path *path, const zta_value *value, zta_uid_list *out);

#endif
