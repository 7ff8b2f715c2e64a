/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_lineage.c - close the hierarchies of types and of actions.
 *
 * From each node, in ascending order, everything below it is visited, and the
 * node is appended to the ancestors of what is visited: so each list grows in
 * order, and the work is the size of the result. A first round counts, a second
 * one writes.
 */
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "cedar/schema_resolve.h"

typedef struct closure {
	const zta_lineage *list;
	uint32_t count;
	uint32_t *first;  /* below[first[i]] to below[first[i + 1]]: */
	uint32_t *below;  /* positions directly below the one at i */
	uint32_t *seen;   /* by position: the visit that saw it last */
	uint32_t *queue;  /* of a visit */
	uint32_t *counts; /* ancestors of each */
	uint32_t **above; /* ancestors of each; NULL: they are counted */
	size_t total;     /* ancestors of all */
} closure;

static uint32_t
find(const closure *x, uint32_t name)
{
	uint32_t low = 0, high = x->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (x->list[middle].name < name) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* Turn lists of parents into lists of what is below. */
static zta_status
turn(closure *x, zta_arena *scratch, zta_error *err)
{
	const zta_lineage *node;
	uint32_t i, j;
	size_t edges = 0;

	for (i = 0; i < x->count; i++) {
		node = &x->list[i];
		edges += *node->count;
		for (j = 0; j < *node->count; j++) {
			x->first[find(x, (*node->ancestors)[j])]++;
		}
	}
	x->below = zta_arena__alloc(scratch, (edges + 1) * sizeof(uint32_t));
	if (x->below == NULL) {
		return zta_arena__failed(scratch, err);
	}
	/* From how many to where they end; filling moves that to the start. */
	for (i = 1; i <= x->count; i++) {
		x->first[i] += x->first[i - 1];
	}
	for (i = 0; i < x->count; i++) {
		node = &x->list[i];
		for (j = 0; j < *node->count; j++) {
			x->below[--x->first[find(x, (*node->ancestors)[j])]] =
			    i;
		}
	}
	return ZTA_OK;
}

/* Everything below the node at `start` has it as an ancestor. */
static void
visit(closure *x, uint32_t start, uint32_t mark)
{
	uint32_t head = 0, tail = 0, at = start, i, down;

	for (;;) {
		for (i = x->first[at]; i < x->first[at + 1]; i++) {
			down = x->below[i];
			if (x->seen[down] == mark) {
				continue;
			}
			x->seen[down] = mark;
			x->queue[tail++] = down;
			if (x->above != NULL) {
				x->above[down][x->counts[down]] =
				    x->list[start].name;
			}
			x->counts[down]++;
		}
		if (head == tail) {
			break;
		}
		at = x->queue[head++];
	}
	x->total += tail;
}

/* Room for the ancestors of each, as they were counted. */
static zta_status
make_room(closure *x, zta_arena *arena, zta_arena *scratch, zta_error *err)
{
	uint32_t *room =
	    zta_arena__alloc(arena, (x->total + 1) * sizeof(*room));
	uint32_t i;

	x->above =
	    zta_arena__alloc(scratch, (x->count + 1) * sizeof(*x->above));
	if (room == NULL || x->above == NULL) {
		return zta_arena__failed(room == NULL ? arena : scratch, err);
	}
	for (i = 0; i < x->count; i++) {
		x->above[i] = room;
		*x->list[i].ancestors = room;
		*x->list[i].count = x->counts[i];
		room += x->counts[i];
	}
	memset(x->counts, 0, x->count * sizeof(*x->counts));
	return ZTA_OK;
}

static zta_status
close_all(closure *x, zta_arena *arena, zta_arena *scratch, zta_error *err)
{
	size_t room = (size_t)x->count + 1;
	zta_status status;
	uint32_t i;

	x->first = zta_arena__zalloc(scratch, room, sizeof(uint32_t));
	x->seen = zta_arena__zalloc(scratch, room, sizeof(uint32_t));
	x->queue = zta_arena__zalloc(scratch, room, sizeof(uint32_t));
	x->counts = zta_arena__zalloc(scratch, room, sizeof(uint32_t));
	if (x->first == NULL || x->seen == NULL || x->queue == NULL ||
	    x->counts == NULL) {
		return zta_arena__failed(scratch, err);
	}
	status = turn(x, scratch, err);
	for (i = 0; status == ZTA_OK && i < x->count; i++) {
		visit(x, i, i + 1);
		if (x->total > ZTA_CEDAR_ANCESTORS_MAX) {
			return zta_error__set(err, ZTA_ELIMIT,
			    "the hierarchies of the schema have over %u "
			    "ancestors",
			    ZTA_CEDAR_ANCESTORS_MAX);
		}
	}
	if (status == ZTA_OK) {
		status = make_room(x, arena, scratch, err);
	}
	for (i = 0; status == ZTA_OK && i < x->count; i++) {
		visit(x, i, x->count + i + 1);
	}
	return status;
}

zta_status
zta_lineage__close(
    const zta_lineage *list, uint32_t count, zta_arena *arena, zta_error *err)
{
	closure x = { .list = list, .count = count };
	zta_arena scratch;
	zta_status status;

	zta_arena__init(&scratch, SIZE_MAX);
	status = close_all(&x, arena, &scratch, err);
	zta_arena__release(&scratch);
	return status;
}
