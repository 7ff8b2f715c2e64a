/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index.c - see index.h.
 *
 * Entries are sorted by their keys, so that what belongs below one node is one
 * run of them; digit by digit, because there can be hundreds of thousands. All
 * edges of the tree are in one hash table.
 */
#include "cedar/index.h"

#include "base/error.h"
#include "cedar/entities.h"

#define ROOM_MIN 16u

/* To check so many scopes costs no more than to find out which to check. */
#define LEAF_MAX 8u

static uint32_t
hash_of(uint32_t parent, zta_index_key key)
{
	uint64_t mixed = (uint64_t)parent << 32 | key;

	mixed *= UINT64_C(0x9e3779b97f4a7c15);
	mixed ^= mixed >> 32;
	mixed *= UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(mixed >> 32);
}

static zta_index_kind
kind_of(zta_index_key key)
{
	return (zta_index_kind)(key >> ZTA_INDEX_NAME_BITS);
}

/* The bit that a key sets in a node, so that most misses need no search. */
static uint64_t
bit_of(zta_index_key key)
{
	return UINT64_C(1) << ((key * UINT32_C(0x9e3779b9)) >> 26);
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
		    (edge->parent == parent && edge->key == key)) {
			return edge;
		}
	}
}

/* --- building */

typedef struct builder {
	zta_index *index;
	const zta_index_entry *entries;
} builder;

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
	zta_arena__drop(index->arena, index->edges, slots * sizeof(*edge));
	*index = bigger;
	return true;
}

static bool
add_node(zta_index *index, uint32_t *out)
{
	uint32_t more = index->node_room == 0 ? ROOM_MIN : index->node_room * 2;
	zta_index_node *bigger;

	if (index->node_count == index->node_room) {
		bigger = zta_arena__grow(index->arena, index->nodes,
		    index->node_count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return false;
		}
		index->nodes = bigger;
		index->node_room = more;
	}
	index->nodes[index->node_count] = (zta_index_node){ 0 };
	*out = index->node_count++;
	return true;
}

/* A new child of `node`. */
static bool
add_child(zta_index *index, uint32_t node, zta_index_key key, uint32_t *child)
{
	uint32_t name;

	if (index->edge_count >= index->edge_mask / 2 && !grow_edges(index)) {
		return false;
	}
	if (!add_node(index, child)) {
		return false;
	}
	*find_edge(index, node, key) = (zta_index_edge){ node, key, *child };
	index->edge_count++;
	index->nodes[node].kinds |= 1u << kind_of(key);
	index->nodes[node].names |= bit_of(key);
	name = key & ZTA_INDEX_NAME_MAX;
	if (kind_of(key) == ZTA_INDEX_IN && name >= index->named) {
		index->named = name + 1;
	}
	return true;
}

/* A key is sorted by so many bits at a time. */
#define DIGIT_BITS 11u
#define DIGITS 3u

static uint32_t
digit_of(const zta_index_entry *entry, uint32_t level, uint32_t digit)
{
	return entry->keys[level] >> digit * DIGIT_BITS &
	    ((1u << DIGIT_BITS) - 1);
}

/* Into `to` by one digit; false: all have the same. */
static bool
sort_by_digit(const zta_index_entry *from, zta_index_entry *to, uint32_t count,
    uint32_t level, uint32_t digit)
{
	uint32_t places[1u << DIGIT_BITS] = { 0 }, i, here, next = 0;

	for (i = 0; i < count; i++) {
		places[digit_of(&from[i], level, digit)]++;
	}
	if (count == 0 || places[digit_of(&from[0], level, digit)] == count) {
		return false;
	}
	for (i = 0; i < 1u << DIGIT_BITS; i++) {
		here = places[i];
		places[i] = next;
		next += here;
	}
	for (i = 0; i < count; i++) {
		to[places[digit_of(&from[i], level, digit)]++] = from[i];
	}
	return true;
}

/* Those of one key stay in their order, which is that of policies. */
static const zta_index_entry *
sort_entries(zta_index_entry *entries, zta_index_entry *spare, uint32_t count)
{
	zta_index_entry *sorted;
	uint32_t level, digit;

	for (level = ZTA_INDEX_LEVELS; level-- > 0;) {
		for (digit = 0; digit < DIGITS; digit++) {
			if (sort_by_digit(
				entries, spare, count, level, digit)) {
				sorted = spare;
				spare = entries;
				entries = sorted;
			}
		}
	}
	return entries;
}

static void
make_leaf(builder *b, uint32_t node, uint32_t from, uint32_t to)
{
	zta_index *index = b->index;
	uint32_t *list = &index->list[index->list_count], i;

	for (i = from; i < to; i++) {
		list[i - from] = b->entries[i].policy;
	}
	index->nodes[node].first = index->list_count;
	index->nodes[node].count = zta_uids__seal(list, to - from);
	index->list_count += index->nodes[node].count;
}

/* Hang entries[from .. to), which are not few, below `node`. */
static bool
split(builder *b, uint32_t node, uint32_t from, uint32_t to, uint32_t level)
{
	zta_index_key key;
	uint32_t end, child;

	for (; from < to; from = end) {
		key = b->entries[from].keys[level];
		for (end = from + 1;
		     end < to && b->entries[end].keys[level] == key; end++) {
		}
		if (!add_child(b->index, node, key, &child)) {
			return false;
		}
		if (end - from <= LEAF_MAX || level + 1 == ZTA_INDEX_LEVELS) {
			make_leaf(b, child, from, end);
		} else if (!split(b, child, from, end, level + 1)) {
			return false;
		}
	}
	return true;
}

zta_status
zta_index__build(zta_index *index, zta_arena *arena, zta_index_entry *entries,
    zta_index_entry *spare, uint32_t count, zta_error *err)
{
	builder b = { .index = index };
	uint32_t root;

	*index = (zta_index){ .arena = arena };
	index->list =
	    zta_arena__alloc(arena, ((size_t)count + 1) * sizeof(uint32_t));
	if (index->list == NULL || !grow_edges(index) ||
	    !add_node(index, &root)) {
		return zta_arena__failed(arena, err);
	}
	b.entries = sort_entries(entries, spare, count);
	if (count <= LEAF_MAX) {
		make_leaf(&b, root, 0, count);
	} else if (!split(&b, root, 0, count, 0)) {
		return zta_arena__failed(arena, err);
	}
	return ZTA_OK;
}

/* --- visiting */

typedef struct visitor {
	const zta_index *index;
	const zta_index_probe *probes;
	zta_index_visit *visit;
	void *context;
} visitor;

static bool follow(const visitor *v, uint32_t node, uint32_t level);

static bool
follow_key(const visitor *v, uint32_t node, uint32_t level, zta_index_kind kind,
    uint32_t name)
{
	zta_index_key key = zta_index__key(kind, name);
	uint32_t child;

	if ((v->index->nodes[node].names & bit_of(key)) == 0) {
		return true;
	}
	child = find_edge(v->index, node, key)->child;
	return child == 0 || follow(v, child, level + 1);
}

static bool
follow_ancestors(const visitor *v, uint32_t node, uint32_t level)
{
	const zta_index_probe *probe = &v->probes[level];
	uint32_t named = v->index->named, i;

	if (!follow_key(v, node, level, ZTA_INDEX_IN, probe->uid)) {
		return false;
	}
	for (i = 0; i < probe->ancestor_count && probe->ancestors[i] < named;
	     i++) {
		if (!follow_key(
			v, node, level, ZTA_INDEX_IN, probe->ancestors[i])) {
			return false;
		}
	}
	return true;
}

static bool
follow(const visitor *v, uint32_t node, uint32_t level)
{
	const zta_index_node *n = &v->index->nodes[node];
	const zta_index_probe *probe = &v->probes[level];

	if (n->kinds == 0) {
		return v->visit(
		    v->context, &v->index->list[n->first], n->count);
	}
	if ((n->kinds & 1u << ZTA_INDEX_ANY) != 0 &&
	    !follow_key(v, node, level, ZTA_INDEX_ANY, 0)) {
		return false;
	}
	if ((n->kinds & 1u << ZTA_INDEX_IS) != 0 &&
	    !follow_key(v, node, level, ZTA_INDEX_IS, probe->type)) {
		return false;
	}
	if ((n->kinds & 1u << ZTA_INDEX_EQ) != 0 &&
	    !follow_key(v, node, level, ZTA_INDEX_EQ, probe->uid)) {
		return false;
	}
	return (n->kinds & 1u << ZTA_INDEX_IN) == 0 ||
	    follow_ancestors(v, node, level);
}

bool
zta_index__visit(const zta_index *index,
    const zta_index_probe probes[ZTA_INDEX_LEVELS], zta_index_visit *visit,
    void *context)
{
	visitor v = { index, probes, visit, context };

	return follow(&v, 0, 0);
}
