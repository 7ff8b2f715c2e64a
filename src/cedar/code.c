/* SPDX-License-Identifier: Apache-2.0 */
/* code.c - appending to code; the arrays grow by doubling. */
#include "cedar/code.h"

#include "base/error.h"

zta_status
zta_compiler__no_room(zta_compiler *c)
{
	return zta_arena__failed(c->arena, c->err);
}

bool
zta_code__copy(const zta_code *code, zta_arena *arena, zta_code *out)
{
	*out = *code;
	out->arena = arena;
	out->nodes = zta_arena__grow(arena, code->nodes, code->node_count,
	    code->node_count, sizeof(*code->nodes));
	out->places = zta_arena__grow(arena, code->places, code->node_count,
	    code->node_count, sizeof(*code->places));
	out->operands = zta_arena__grow(arena, code->operands,
	    code->operand_count, code->operand_count, sizeof(*code->operands));
	out->constants =
	    zta_arena__grow(arena, code->constants, code->constant_count,
		code->constant_count, sizeof(*code->constants));
	return out->nodes != NULL && out->places != NULL &&
	    out->operands != NULL && out->constants != NULL;
}

void
zta_code__clear(zta_code *code)
{
	code->node_count = code->operand_count = code->constant_count = 0;
}

/* Make room for `more` in an array of the code. */
static bool
reserve(zta_compiler *c, void **list, uint32_t count, uint32_t *room,
    uint32_t more, size_t size)
{
	uint32_t want = *room == 0 ? 64 : *room * 2;
	void *bigger;

	if (*room - count >= more) {
		return true;
	}
	if (more > UINT32_MAX / 4 - count) {
		return false;
	}
	want = want < count + more ? count + more : want;
	bigger = zta_arena__grow(c->code->arena, *list, count, want, size);
	if (bigger == NULL) {
		return false;
	}
	*list = bigger;
	*room = want;
	return true;
}

zta_status
zta_compiler__emit(zta_compiler *c, uint32_t at, zta_node node, uint32_t *out)
{
	zta_code *code = c->code;
	uint32_t room = code->node_room;
	void *nodes = code->nodes, *places = code->places;

	if (!reserve(c, &nodes, code->node_count, &room, 1, sizeof(node))) {
		return zta_arena__failed(code->arena, c->err);
	}
	code->nodes = nodes;
	room = code->node_room;
	if (!reserve(
		c, &places, code->node_count, &room, 1, sizeof(uint32_t))) {
		return zta_arena__failed(code->arena, c->err);
	}
	code->places = places;
	code->node_room = room;
	code->nodes[code->node_count] = node;
	code->places[code->node_count] = at;
	*out = code->node_count++;
	return ZTA_OK;
}

zta_status
zta_compiler__emit_constant(
    zta_compiler *c, uint32_t at, const zta_value *value, uint32_t *out)
{
	zta_code *code = c->code;
	void *list = code->constants;

	if (!reserve(c, &list, code->constant_count, &code->constant_room, 1,
		sizeof(*value))) {
		return zta_arena__failed(code->arena, c->err);
	}
	code->constants = list;
	code->constants[code->constant_count] = *value;
	return zta_compiler__emit(c, at,
	    (zta_node){ ZTA_CODE_CONST, code->constant_count++, 0, 0 }, out);
}

const zta_value *
zta_compiler__constant(const zta_compiler *c, uint32_t node)
{
	const zta_node *n = &c->code->nodes[node];

	return n->op == ZTA_CODE_CONST ? &c->code->constants[n->a] : NULL;
}

zta_status
zta_compiler__reserve_operands(zta_compiler *c, uint32_t count, uint32_t *first)
{
	zta_code *code = c->code;
	void *list = code->operands;

	if (!reserve(c, &list, code->operand_count, &code->operand_room, count,
		sizeof(uint32_t))) {
		return zta_arena__failed(code->arena, c->err);
	}
	code->operands = list;
	*first = code->operand_count;
	code->operand_count += count;
	return ZTA_OK;
}

void
zta_compiler__drop_operands(zta_compiler *c, uint32_t first)
{
	c->code->operand_count = first;
}
