/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c - see json.h. SPEC: rfc8259
 *
 * One pass, no recursion: `stack` holds the containers that are open. The nodes
 * are one array, whose size is bounded before the pass by counting the bytes
 * that can begin a value.
 */
#include "base/json.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/json_part.h"
#include "base/limits.h"
#include "base/str.h"

/* Objects up to this size are checked for duplicates pair by pair. */
#define PAIRWISE_MAX 12

zta_status
zta_json_reader__fail(
    const zta_json_reader *r, const char *where, const char *what)
{
	uint32_t line, column;

	zta_error__position(
	    r->text, (size_t)(where - r->text.ptr), &line, &column);
	return zta_error__at(r->err, ZTA_ESYNTAX, line, column, "%s", what);
}

static zta_status
read_word(zta_json_reader *r, const char *word, zta_json_type type)
{
	zta_str want = zta_str_of(word);

	if (!zta_str__starts(
		(zta_str){ r->p, (size_t)(r->end - r->p) }, want)) {
		return zta_json_reader__fail(r, r->p, "unexpected character");
	}
	(void)zta_json_reader__add(r, type);
	r->p += want.len;
	return ZTA_OK;
}

static int
by_name(const void *a, const void *b)
{
	const zta_json *x = *(const zta_json *const *)a;
	const zta_json *y = *(const zta_json *const *)b;
	int order = zta_str__cmp(zta_json__str(x), zta_json__str(y));

	/* Equal names in document order, so that the later one is blamed. */
	return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static zta_status
fail_duplicate(const zta_json_reader *r, const zta_json *name)
{
	uint32_t line, column;

	zta_error__position(r->text, name->at, &line, &column);
	return zta_error__at(r->err, ZTA_EEXIST, line, column,
	    "member name \"%.*s\" occurs twice",
	    name->count > 64 ? 64 : (int)name->count, name->u.text);
}

static zta_status
check_pairwise(const zta_json_reader *r, const zta_json *object)
{
	const zta_json *names[PAIRWISE_MAX];
	const zta_json *name = zta_json__first(object);
	uint32_t i, j;

	for (i = 0; i < object->count; i++) {
		for (j = 0; j < i; j++) {
			if (zta_str__eq(
				zta_json__str(name), zta_json__str(names[j]))) {
				return fail_duplicate(r, name);
			}
		}
		names[i] = name;
		name = zta_json__after(zta_json__after(name));
	}
	return ZTA_OK;
}

static zta_status
check_sorted(const zta_json_reader *r, const zta_json *object)
{
	const zta_json **names;
	const zta_json *name = zta_json__first(object);
	uint32_t i;

	names = zta_arena__zalloc(r->arena, object->count, sizeof(*names));
	if (names == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	for (i = 0; i < object->count; i++) {
		names[i] = name;
		name = zta_json__after(zta_json__after(name));
	}
	qsort(names, object->count, sizeof(*names), by_name);
	for (i = 1; i < object->count; i++) {
		if (zta_str__eq(
			zta_json__str(names[i - 1]), zta_json__str(names[i]))) {
			return fail_duplicate(r, names[i]);
		}
	}
	return ZTA_OK;
}

static zta_status
open_container(zta_json_reader *r, zta_json_type type)
{
	uint32_t line, column;

	if (r->depth == r->depth_max) {
		zta_error__position(
		    r->text, (size_t)(r->p - r->text.ptr), &line, &column);
		return zta_error__at(r->err, ZTA_ELIMIT, line, column,
		    "nested deeper than %u", r->depth_max);
	}
	r->stack[r->depth++] = zta_json_reader__add(r, type);
	r->p++;
	return ZTA_OK;
}

static zta_status
close_container(zta_json_reader *r)
{
	zta_json *node = r->stack[--r->depth];

	node->span = (uint32_t)(&r->nodes[r->count] - node);
	r->p++;
	if (node->type != ZTA_JSON_OBJECT) {
		return ZTA_OK;
	}
	return node->count <= PAIRWISE_MAX ? check_pairwise(r, node) :
					     check_sorted(r, node);
}

/* A member name and its colon. */
static zta_status
read_name(zta_json_reader *r)
{
	zta_status status;

	if (r->p == r->end || *r->p != '"') {
		return zta_json_reader__fail(r, r->p, "expected a member name");
	}
	status = zta_json_reader__string(r);
	if (status != ZTA_OK) {
		return status;
	}
	zta_json_reader__skip_space(r);
	if (r->p == r->end || *r->p != ':') {
		return zta_json_reader__fail(r, r->p, "expected ':'");
	}
	r->p++;
	zta_json_reader__skip_space(r);
	return ZTA_OK;
}

static zta_status
read_scalar_or_open(zta_json_reader *r)
{
	if (r->p == r->end) {
		return zta_json_reader__fail(r, r->p, "unexpected end of text");
	}
	switch (*r->p) {
	case '{':
		return open_container(r, ZTA_JSON_OBJECT);
	case '[':
		return open_container(r, ZTA_JSON_ARRAY);
	case '"':
		return zta_json_reader__string(r);
	case 't':
		return read_word(r, "true", ZTA_JSON_TRUE);
	case 'f':
		return read_word(r, "false", ZTA_JSON_FALSE);
	case 'n':
		return read_word(r, "null", ZTA_JSON_NULL);
	default:
		return zta_json_reader__number(r);
	}
}

/*
 * After a value: take the comma, or close as many containers as end here.
 * On return either the next value begins at `p`, or nothing is open.
 */
static zta_status
finish_value(zta_json_reader *r)
{
	zta_json *parent;
	zta_status status;
	char close;

	while (r->depth > 0) {
		parent = r->stack[r->depth - 1];
		close = parent->type == ZTA_JSON_OBJECT ? '}' : ']';
		zta_json_reader__skip_space(r);
		parent->count++;
		if (r->p < r->end && *r->p == ',') {
			r->p++;
			zta_json_reader__skip_space(r);
			return parent->type == ZTA_JSON_OBJECT ? read_name(r) :
								 ZTA_OK;
		}
		if (r->p == r->end || *r->p != close) {
			return zta_json_reader__fail(r, r->p,
			    close == '}' ? "expected ',' or '}'" :
					   "expected ',' or ']'");
		}
		status = close_container(r);
		if (status != ZTA_OK) {
			return status;
		}
	}
	return ZTA_OK;
}

/* A container was just opened: an empty one is closed, else it has a value. */
static zta_status
enter_container(zta_json_reader *r, bool *empty)
{
	zta_json *node = r->stack[r->depth - 1];

	zta_json_reader__skip_space(r);
	*empty = r->p < r->end &&
	    *r->p == (node->type == ZTA_JSON_OBJECT ? '}' : ']');
	if (*empty) {
		return close_container(r);
	}
	return node->type == ZTA_JSON_OBJECT ? read_name(r) : ZTA_OK;
}

/* One value, from its first byte to just past its last. */
zta_status
zta_json_reader__value(zta_json_reader *r)
{
	zta_status status;
	uint32_t depth;
	bool empty;

	do {
		depth = r->depth;
		status = read_scalar_or_open(r);
		if (status == ZTA_OK && r->depth > depth) {
			status = enter_container(r, &empty);
			if (status == ZTA_OK && !empty) {
				continue;
			}
		}
		if (status == ZTA_OK) {
			status = finish_value(r);
		}
		if (status != ZTA_OK) {
			return status;
		}
	} while (r->depth > 0);
	return ZTA_OK;
}

/* Those of so many blocks; no lane counts further than it can. */
static size_t
count_in_blocks(const char *p, size_t blocks)
{
	const zta_json_lanes comma = ZTA_JSON_EACH(','),
			     colon = ZTA_JSON_EACH(':'),
			     brace = ZTA_JSON_EACH('{');
	const zta_json_lanes bit = ZTA_JSON_EACH('[' ^ '{');
	zta_json_lanes block, found, sums = ZTA_JSON_EACH(0);
	size_t i, count = 0;

	for (; blocks > 0; blocks--, p += sizeof(block)) {
		memcpy(&block, p, sizeof(block));
		found = (zta_json_lanes)(block == comma) |
		    (zta_json_lanes)(block == colon) |
		    (zta_json_lanes)((block | bit) == brace);
		sums -= found;
	}
	for (i = 0; i < sizeof(sums); i++) {
		count += sums[i];
	}
	return count;
}

/* How many values `text` can hold at most: one for each byte before one. */
static size_t
count_values(zta_str text)
{
	size_t i = 0, blocks, count = 1;

	while (text.len - i >= sizeof(zta_json_lanes)) {
		blocks = (text.len - i) / sizeof(zta_json_lanes);
		blocks = blocks < UINT8_MAX ? blocks : UINT8_MAX;
		count += count_in_blocks(text.ptr + i, blocks);
		i += blocks * sizeof(zta_json_lanes);
	}
	for (; i < text.len; i++) {
		char c = text.ptr[i];

		count += (size_t)(c == ',') + (size_t)(c == ':') +
		    (size_t)(c == '[') + (size_t)(c == '{');
	}
	return count;
}

zta_status
zta_json_reader__start(zta_json_reader *r, zta_arena *arena, zta_str text,
    zta_json **stack, uint32_t depth_max, zta_error *err)
{
	*r = (zta_json_reader){ .arena = arena,
		.text = text,
		.p = text.ptr,
		.end = text.ptr + text.len,
		.stack = stack,
		.depth_max = depth_max,
		.err = err };
	if (text.len > ZTA_JSON_TEXT_MAX) {
		return zta_error__set(err, ZTA_ELIMIT,
		    "JSON text of more than %zu bytes", ZTA_JSON_TEXT_MAX);
	}
	return ZTA_OK;
}

zta_status
zta_json_reader__make_nodes(zta_json_reader *r, zta_str part)
{
	size_t count = count_values(part);

	r->nodes = zta_arena__alloc(r->arena, count * sizeof(*r->nodes));
	return r->nodes == NULL ? zta_arena__failed(r->arena, r->err) : ZTA_OK;
}

/* The text as one value, with nothing after it. */
static zta_status
read_document(zta_json_reader *r, zta_json_doc *doc)
{
	zta_status status = zta_json_reader__make_nodes(r, r->text);

	if (status != ZTA_OK) {
		return status;
	}
	zta_json_reader__skip_space(r);
	status = zta_json_reader__value(r);
	if (status != ZTA_OK) {
		return status;
	}
	zta_json_reader__skip_space(r);
	if (r->p != r->end) {
		return zta_json_reader__fail(r, r->p, "text after the value");
	}
	doc->root = r->nodes;
	return ZTA_OK;
}

zta_status
zta_json__read(
    zta_arena *arena, zta_str text, zta_json_doc *doc, zta_error *err)
{
	zta_json *stack[ZTA_JSON_DEPTH_MAX];
	zta_status status;
	zta_json_reader r;

	*doc = (zta_json_doc){ .text = text };
	status = zta_json_reader__start(
	    &r, arena, text, stack, ZTA_JSON_DEPTH_MAX, err);
	return status != ZTA_OK ? status : read_document(&r, doc);
}

zta_status
zta_json__read_deep(zta_arena *arena, zta_str text, uint32_t depth_max,
    zta_json_doc *doc, zta_error *err)
{
	zta_json **stack = zta_arena__alloc(arena, depth_max * sizeof(*stack));
	zta_status status;
	zta_json_reader r;

	*doc = (zta_json_doc){ .text = text };
	if (stack == NULL) {
		return zta_arena__failed(arena, err);
	}
	status = zta_json_reader__start(&r, arena, text, stack, depth_max, err);
	return status != ZTA_OK ? status : read_document(&r, doc);
}
