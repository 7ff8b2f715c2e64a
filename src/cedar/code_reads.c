/* SPDX-License-Identifier: Apache-2.0 */
/*
 * code_reads.c - see code_reads.h. Nodes of a kind that is not known here are
 * taken to read everything.
 */
#include "cedar/code_reads.h"

#include "base/str.h"

bool
zta_path__eq(const zta_path *a, const zta_path *b)
{
	return a->count == b->count &&
	    memcmp(a->keys, b->keys, a->count * sizeof(a->keys[0])) == 0;
}

bool
zta_code__path(
    const zta_code *code, uint32_t node, uint32_t *var, zta_path *path)
{
	const zta_node *n = &code->nodes[node], *end = n;
	uint32_t i;

	*path = (zta_path){ 0 };
	for (; end->op == ZTA_CODE_GET; end = &code->nodes[end->a]) {
		path->count++;
	}
	if (end->op != ZTA_CODE_VAR || path->count == 0 ||
	    path->count > ZTA_SEARCH_PATH_KEYS_MAX) {
		return false;
	}
	for (i = path->count; i > 0; i--) {
		path->keys[i - 1] = n->b;
		n = &code->nodes[n->a];
	}
	*var = end->a;
	return true;
}

/* Where the operands of a node stand. */
typedef enum shape {
	OPAQUE, /* not known here */
	LEAF,
	ONE,   /* a */
	TWO,   /* a, b */
	THREE, /* a, b, c */
	LIST,  /* operands[a .. a+b) */
	PAIRS  /* every second of operands[a .. a+2b) */
} shape;

static const uint8_t shapes[] = {
	[ZTA_CODE_CONST] = LEAF,
	[ZTA_CODE_VAR] = LEAF,
	[ZTA_CODE_ALL] = LIST,
	[ZTA_CODE_ANY] = LIST,
	[ZTA_CODE_NOT] = ONE,
	[ZTA_CODE_NEG] = ONE,
	[ZTA_CODE_ADD] = TWO,
	[ZTA_CODE_SUB] = TWO,
	[ZTA_CODE_MUL] = TWO,
	[ZTA_CODE_EQ] = TWO,
	[ZTA_CODE_NE] = TWO,
	[ZTA_CODE_LT] = TWO,
	[ZTA_CODE_LE] = TWO,
	[ZTA_CODE_GT] = TWO,
	[ZTA_CODE_GE] = TWO,
	[ZTA_CODE_IN] = TWO,
	[ZTA_CODE_HAS] = ONE,
	[ZTA_CODE_HAS_PATH] = ONE,
	[ZTA_CODE_GET] = ONE,
	[ZTA_CODE_LIKE] = ONE,
	[ZTA_CODE_IS] = ONE,
	[ZTA_CODE_IS_IN] = TWO,
	[ZTA_CODE_IF] = THREE,
	[ZTA_CODE_CONTAINS] = TWO,
	[ZTA_CODE_CONTAINS_ALL] = TWO,
	[ZTA_CODE_CONTAINS_ANY] = TWO,
	[ZTA_CODE_IS_EMPTY] = ONE,
	[ZTA_CODE_GET_TAG] = TWO,
	[ZTA_CODE_HAS_TAG] = TWO,
	[ZTA_CODE_SET] = LIST,
	[ZTA_CODE_RECORD] = PAIRS,
	[ZTA_CODE_CALL] = LIST,
};

static shape
shape_of(const zta_node *n)
{
	return n->op < sizeof(shapes) ? (shape)shapes[n->op] : OPAQUE;
}

/* The operand number `i` of the node, if it has so many. */
static bool
operand(const zta_code *code, const zta_node *n, uint32_t i, uint32_t *out)
{
	const uint32_t fields[] = { n->a, n->b, n->c };

	switch (shape_of(n)) {
	case OPAQUE:
	case LEAF:
		return false;
	case ONE:
	case TWO:
	case THREE:
		if (i > (uint32_t)(shape_of(n) - ONE)) {
			return false;
		}
		*out = fields[i];
		return true;
	case LIST:
		if (i < n->b) {
			*out = code->operands[n->a + i];
		}
		return i < n->b;
	case PAIRS:
		if (i < n->b) {
			*out = code->operands[n->a + 2 * i + 1];
		}
		return i < n->b;
	}
	return false;
}

#define READS_ALL 0xff

/* Operands stand before the node that has them. */
uint8_t *
zta_code__reads(const zta_code *code, zta_arena *arena)
{
	uint8_t *reads = zta_arena__zalloc(arena, code->node_count + 1u, 1);
	const zta_node *n;
	uint32_t node, i, at;

	for (node = 0; reads != NULL && node < code->node_count; node++) {
		n = &code->nodes[node];
		if (n->op == ZTA_CODE_VAR) {
			reads[node] = (uint8_t)(1u << n->a);
		} else if (shape_of(n) == OPAQUE) {
			reads[node] = READS_ALL;
		}
		for (i = 0; operand(code, n, i, &at); i++) {
			reads[node] |= at < node ? reads[at] : READS_ALL;
		}
	}
	return reads;
}

typedef struct path_list {
	zta_path *list;
	uint32_t count;
} path_list;

/* Note the path that `node` is; `others` are read by what it is compared to. */
static void
note_path(path_list *paths, const zta_code *code, uint32_t node, uint8_t others)
{
	zta_path path;
	uint32_t var, i;

	if (!zta_code__path(code, node, &var, &path) ||
	    (var != ZTA_VAR_PRINCIPAL && var != ZTA_VAR_RESOURCE) ||
	    (others & 1u << var) != 0) {
		return;
	}
	for (i = 0; i < paths->count; i++) {
		if (zta_path__eq(&paths->list[i], &path)) {
			return;
		}
	}
	if (paths->count < ZTA_SEARCH_PATHS_MAX) {
		paths->list[paths->count++] = path;
	}
}

static void
note_paths(path_list *paths, const zta_code *code, const zta_node *n,
    const uint8_t *reads)
{
	uint32_t i, at;

	switch ((zta_code_op)n->op) {
	case ZTA_CODE_EQ:
	case ZTA_CODE_NE:
	case ZTA_CODE_IN:
	case ZTA_CODE_IS_IN:
	case ZTA_CODE_CONTAINS:
	case ZTA_CODE_CONTAINS_ALL:
	case ZTA_CODE_CONTAINS_ANY:
		note_path(paths, code, n->a, reads[n->b]);
		note_path(paths, code, n->b, reads[n->a]);
		break;
	case ZTA_CODE_ALL:
	case ZTA_CODE_ANY:
	case ZTA_CODE_NOT:
	case ZTA_CODE_IF:
		for (i = 0; operand(code, n, i, &at); i++) {
			note_path(paths, code, at, 0);
		}
		break;
	default:
		break;
	}
}

/* From the last node to the first, so that marks go down to operands. */
void
zta_code__paths(const zta_code *code, const uint8_t *reads, uint8_t *marks,
    zta_path *list, uint32_t *count)
{
	path_list paths = { list, *count };
	uint32_t node = code->node_count, i, at;

	while (node-- > 0) {
		if (marks[node] == 0) {
			continue;
		}
		if (marks[node] == ZTA_MARK_WHOLE) {
			note_path(&paths, code, node, 0);
		}
		for (i = 0; operand(code, &code->nodes[node], i, &at); i++) {
			marks[at] = 1;
		}
		note_paths(&paths, code, &code->nodes[node], reads);
	}
	*count = paths.count;
}
