/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index.h - which policies can apply to a request, by their scopes.
 *
 * A tree of three levels: principal, resource, action. A step down is a key
 * such as "any", "is User" or "in Group::a"; a policy hangs at the end of its
 * three keys. A request follows the keys that it matches, so its cost follows
 * the policies that match, not those that there are. The index only leaves out:
 * whoever asks checks the scope of what it gives.
 */
#ifndef ZTA_CEDAR_INDEX_H
#define ZTA_CEDAR_INDEX_H

#include "base/arena.h"

typedef enum zta_index_kind {
	ZTA_INDEX_ANY,
	ZTA_INDEX_IS, /* of a type */
	ZTA_INDEX_EQ, /* an entity */
	ZTA_INDEX_IN, /* an entity, or below it */
	ZTA_INDEX_KINDS
} zta_index_kind;

typedef struct zta_index_key {
	uint32_t kind; /* zta_index_kind */
	uint32_t name; /* symbol of a type, or uid; 0 for ANY */
} zta_index_key;

typedef struct zta_index_edge {
	uint32_t parent;
	zta_index_key key;
	uint32_t child; /* 0: a free slot */
} zta_index_edge;

typedef struct zta_index_node {
	uint32_t kinds; /* bit set of the kinds of keys below */
	uint32_t first; /* entry + 1 at the last level; 0: none */
} zta_index_node;

typedef struct zta_index_entry {
	uint32_t policy;
	uint32_t next; /* entry + 1; 0: the last */
} zta_index_entry;

typedef struct zta_index {
	zta_arena *arena;
	zta_index_edge *edges;
	uint32_t edge_mask, edge_count;
	zta_index_node *nodes; /* the first is the root */
	uint32_t node_count, node_room;
	zta_index_entry *entries;
	uint32_t entry_count, entry_room;
} zta_index;

#define ZTA_INDEX_LEVELS 3

/* ZTA_ENOMEM, ZTA_ELIMIT. */
ZTA_MUST_USE zta_status zta_index__init(
    zta_index *index, zta_arena *arena, zta_error *err);
ZTA_MUST_USE zta_status zta_index__add(zta_index *index,
    const zta_index_key keys[ZTA_INDEX_LEVELS], uint32_t policy,
    zta_error *err);

/* What a request matches at one level. */
typedef struct zta_index_probe {
	uint32_t type;
	uint32_t uid;
	const uint32_t *ancestors; /* ascending */
	uint32_t ancestor_count;   /* those that policies can name */
} zta_index_probe;

/*
 * The policies that the probes reach, ascending, without duplicates, in
 * `arena`. ZTA_ENOMEM, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_index__find(const zta_index *index,
    const zta_index_probe probes[ZTA_INDEX_LEVELS], zta_arena *arena,
    uint32_t **list, uint32_t *count, zta_error *err);

#endif
