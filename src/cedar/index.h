/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index.h - which policies can apply to a request, by their scopes.
 *
 * A tree of three levels: principal, resource, action. A step down is a key
 * such as "any", "is User" or "in Group::a"; where few policies are left the
 * tree ends early. A request follows the keys that it matches, so its cost
 * follows the policies that match, not those that there are. The index only
 * leaves out: whoever asks checks the scope of what it gives.
 */
#ifndef ZTA_CEDAR_INDEX_H
#define ZTA_CEDAR_INDEX_H

#include "base/arena.h"

typedef enum zta_index_kind {
	ZTA_INDEX_ANY,
	ZTA_INDEX_IS, /* of a type */
	ZTA_INDEX_EQ, /* an entity */
	ZTA_INDEX_IN  /* an entity, or below it */
} zta_index_kind;

#define ZTA_INDEX_LEVELS 3

/* A zta_index_kind, and the symbol of a type, or a uid; 0 for ANY. */
typedef uint32_t zta_index_key;

/* Names of an engine have so many bits at most: see names.c. */
#define ZTA_INDEX_NAME_BITS 29
#define ZTA_INDEX_NAME_MAX ((UINT32_C(1) << ZTA_INDEX_NAME_BITS) - 1)

static inline zta_index_key
zta_index__key(zta_index_kind kind, uint32_t name)
{
	return (uint32_t)kind << ZTA_INDEX_NAME_BITS |
	    (name & ZTA_INDEX_NAME_MAX);
}

/* Where a policy belongs; one that names several actions has several. */
typedef struct zta_index_entry {
	zta_index_key keys[ZTA_INDEX_LEVELS];
	uint32_t policy;
} zta_index_entry;

typedef struct zta_index_edge {
	uint32_t parent;
	zta_index_key key;
	uint32_t child; /* 0: a free slot */
} zta_index_edge;

typedef struct zta_index_node {
	uint64_t names; /* a bit for each name of a key below, by its hash */
	uint32_t kinds; /* bit set of the kinds of keys below; 0: a leaf */
	uint32_t first, count; /* the leaf's policies, in `list` */
} zta_index_node;

typedef struct zta_index {
	zta_arena *arena;
	zta_index_edge *edges; /* of the whole tree: a hash table */
	uint32_t edge_mask, edge_count;
	zta_index_node *nodes; /* the first is the root */
	uint32_t node_count, node_room;
	uint32_t *list;
	uint32_t list_count;
	uint32_t named; /* no key is `in` an entity from this uid on */
} zta_index;

/*
 * Build it of entries that are ascending by policy; they and `spare`, as many,
 * are used up. ZTA_ENOMEM, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_index__build(zta_index *index, zta_arena *arena,
    zta_index_entry *entries, zta_index_entry *spare, uint32_t count,
    zta_error *err);

/* What a request matches at one level. */
typedef struct zta_index_probe {
	uint32_t type;
	uint32_t uid;
	const uint32_t *ancestors; /* ascending */
	uint32_t ancestor_count;
} zta_index_probe;

/* Given policies in ascending order; false ends the visit. */
typedef bool zta_index_visit(
    void *context, const uint32_t *policies, uint32_t count);

/*
 * Visit the policies that the probes reach, group by group. One that names
 * several actions may come twice. False if a visit returned false.
 */
ZTA_MUST_USE bool zta_index__visit(const zta_index *index,
    const zta_index_probe probes[ZTA_INDEX_LEVELS], zta_index_visit *visit,
    void *context);

#endif
