/* SPDX-License-Identifier: Apache-2.0 */
/* index.c - see index.h. All edges of the tree are in one hash table. */
#include "cedar/index.h"

#include "base/error.h"
#include "cedar/entities.h"

#define ROOM_MIN 16u

static uint32_t
hash_of(uint32_t parent, zta_index_key key)
{
	uint64_t mixed = ((uint64_t)parent << 32 | key.name) +
	    key.kind * UINT64_C(0x2545f4914f6cdd1d);

	mixed *= UINT64_C(0x9e3779b97f4a7c15);
	mixed ^= mixed >> 32;
	mixed *= UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(mixed >> 32);
}

/* The edge from `parent` over `key`, or the free slot where it belongs. */
static zta_index_edge *
find_edge(const zta_index *index, uint32_t parent, zta_index_key key)
{
	uint32_t at = hash_of(parent, key) & index->edge_mask;
	zta_index_edge *edge;

	for (;; at = (at + 1) & index->edge_mask) {
		edge = &index->edges[at];
		if (edge->child == 0 ||
		    (edge->parent == parent && edge->key.kind == key.kind &&
			edge->key.name == key.name)) {
			return edge;
		}
	}
}

static bool
grow_edges(zta_index *index)
{
	zta_index bigger = *index;
	uint32_t i, slots = index->edges == NULL ? 0 : index->edge_mask + 1;
	const zta_index_edge *edge;

	bigger.edge_mask = (slots == 0 ? 2 * ROOM_MIN : 2 * slots) - 1;
	bigger.edges = zta_arena__zalloc(
	    index->arena, (size_t)bigger.edge_mask + 1, sizeof(*bigger.edges));
	if (bigger.edges == NULL) {
		return false;
	}
	for (i = 0; i < slots; i++) {
		edge = &index->edges[i];
		if (edge->child != 0) {
			*find_edge(&bigger, edge->parent, edge->key) = *edge;
		}
	}
	*index = bigger;
	return true;
}

/* Room for one more in an array of the index. */
static bool
reserve(
    zta_index *index, void **list, uint32_t count, uint32_t *room, size_t size)
{
	uint32_t more = *room == 0 ? ROOM_MIN : *room * 2;
	void *bigger;

	if (count < *room) {
		return true;
	}
	bigger = zta_arena__grow(index->arena, *list, count, more, size);
	if (bigger == NULL) {
		return false;
	}
	*list = bigger;
	*room = more;
	return true;
}

static bool
add_node(zta_index *index, uint32_t *out)
{
	void *nodes = index->nodes;

	if (!reserve(index, &nodes, index->node_count, &index->node_room,
		sizeof(zta_index_node))) {
		return false;
	}
	index->nodes = nodes;
	index->nodes[index->node_count] = (zta_index_node){ 0, 0 };
	*out = index->node_count++;
	return true;
}

zta_status
zta_index__init(zta_index *index, zta_arena *arena, zta_error *err)
{
	uint32_t root;

	*index = (zta_index){ .arena = arena };
	if (!grow_edges(index) || !add_node(index, &root)) {
		return zta_arena__failed(arena, err);
	}
	return ZTA_OK;
}

/* Follow `key` down from `node`, making the way if there is none. */
static bool
descend(zta_index *index, uint32_t *node, zta_index_key key)
{
	zta_index_edge *edge;
	uint32_t child;

	if (index->edge_count >= index->edge_mask / 2 && !grow_edges(index)) {
		return false;
	}
	edge = find_edge(index, *node, key);
	if (edge->child == 0) {
		if (!add_node(index, &child)) {
			return false;
		}
		*edge = (zta_index_edge){ *node, key, child };
		index->edge_count++;
		index->nodes[*node].kinds |= 1u << key.kind;
	}
	*node = edge->child;
	return true;
}

zta_status
zta_index__add(zta_index *index, const zta_index_key keys[ZTA_INDEX_LEVELS],
    uint32_t policy, zta_error *err)
{
	void *entries = index->entries;
	uint32_t node = 0;
	int level;

	for (level = 0; level < ZTA_INDEX_LEVELS; level++) {
		if (!descend(index, &node, keys[level])) {
			return zta_arena__failed(index->arena, err);
		}
	}
	if (!reserve(index, &entries, index->entry_count, &index->entry_room,
		sizeof(zta_index_entry))) {
		return zta_arena__failed(index->arena, err);
	}
	index->entries = entries;
	index->entries[index->entry_count] =
	    (zta_index_entry){ policy, index->nodes[node].first };
	index->nodes[node].first = ++index->entry_count;
	return ZTA_OK;
}

/* --- finding */

typedef struct finder {
	const zta_index *index;
	const zta_index_probe *probes;
	zta_arena *arena;
	uint32_t *list;
	uint32_t count, room;
} finder;

static bool
collect(finder *f, uint32_t node)
{
	const zta_index_entry *entry;
	uint32_t at = f->index->nodes[node].first;
	uint32_t more = f->room == 0 ? ROOM_MIN : f->room * 2;

	for (; at != 0; at = entry->next) {
		entry = &f->index->entries[at - 1];
		if (f->count == f->room) {
			f->list = zta_arena__grow(f->arena, f->list, f->count,
			    more, sizeof(uint32_t));
			if (f->list == NULL) {
				return false;
			}
			f->room = more;
			more *= 2;
		}
		f->list[f->count++] = entry->policy;
	}
	return true;
}

static bool follow(finder *f, uint32_t node, uint32_t level);

static bool
follow_key(finder *f, uint32_t node, uint32_t level, zta_index_kind kind,
    uint32_t name)
{
	zta_index_key key = { kind, name };
	uint32_t child;

	if ((f->index->nodes[node].kinds & 1u << kind) == 0) {
		return true;
	}
	child = find_edge(f->index, node, key)->child;
	return child == 0 || follow(f, child, level + 1);
}

static bool
follow(finder *f, uint32_t node, uint32_t level)
{
	const zta_index_probe *probe = &f->probes[level];
	uint32_t i;

	if (level == ZTA_INDEX_LEVELS) {
		return collect(f, node);
	}
	if (!follow_key(f, node, level, ZTA_INDEX_ANY, 0) ||
	    !follow_key(f, node, level, ZTA_INDEX_IS, probe->type) ||
	    !follow_key(f, node, level, ZTA_INDEX_EQ, probe->uid) ||
	    !follow_key(f, node, level, ZTA_INDEX_IN, probe->uid)) {
		return false;
	}
	if ((f->index->nodes[node].kinds & 1u << ZTA_INDEX_IN) == 0) {
		return true;
	}
	for (i = 0; i < probe->ancestor_count; i++) {
		if (!follow_key(
			f, node, level, ZTA_INDEX_IN, probe->ancestors[i])) {
			return false;
		}
	}
	return true;
}

zta_status
zta_index__find(const zta_index *index,
    const zta_index_probe probes[ZTA_INDEX_LEVELS], zta_arena *arena,
    uint32_t **list, uint32_t *count, zta_error *err)
{
	finder f = { .index = index, .probes = probes, .arena = arena };

	if (!follow(&f, 0, 0)) {
		return zta_arena__failed(arena, err);
	}
	*list = f.list;
	*count = zta_uids__seal(f.list, f.count);
	return ZTA_OK;
}
