/* SPDX-License-Identifier: Apache-2.0 */
/* json_part.h - what the files that read JSON share, and nobody else sees. */
#ifndef ZTA_BASE_JSON_PART_H
#define ZTA_BASE_JSON_PART_H

#include "base/json.h"

/* Bytes that are looked at in one step. */
typedef uint8_t zta_json_lanes __attribute__((vector_size(16)));
typedef int8_t zta_json_signed_lanes __attribute__((vector_size(16)));

#define ZTA_JSON_EACH(c)                                       \
	{                                                      \
		c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c \
	}

typedef struct zta_json_reader {
	zta_arena *arena;
	zta_str text;
	const char *p;   /* next byte */
	const char *end; /* one past the last byte */
	zta_json *nodes;
	uint32_t count;
	zta_error *err;
	zta_json **stack; /* open containers */
	uint32_t depth, depth_max;
} zta_json_reader;

static inline void
zta_json_reader__skip_space(zta_json_reader *r)
{
	while (r->p < r->end &&
	    (*r->p == ' ' || *r->p == '\n' || *r->p == '\r' || *r->p == '\t')) {
		r->p++;
	}
}

static inline zta_json *
zta_json_reader__add(zta_json_reader *r, zta_json_type type)
{
	zta_json *node = &r->nodes[r->count++];

	node->type = type;
	node->at = (uint32_t)(r->p - r->text.ptr);
	node->count = 0;
	node->span = 1;
	return node;
}

/* ZTA_ESYNTAX, with the line and column of `where`. */
ZTA_MUST_USE zta_status zta_json_reader__fail(
    const zta_json_reader *r, const char *where, const char *what);

/* `stack` has room for `depth_max` open containers. */
ZTA_MUST_USE zta_status zta_json_reader__start(zta_json_reader *r,
    zta_arena *arena, zta_str text, zta_json **stack, uint32_t depth_max,
    zta_error *err);

/* Room for the nodes of the values in `part`. */
ZTA_MUST_USE zta_status zta_json_reader__make_nodes(
    zta_json_reader *r, zta_str part);

/* What begins at the next byte, and all that is in it, as nodes. */
ZTA_MUST_USE zta_status zta_json_reader__value(zta_json_reader *r);
ZTA_MUST_USE zta_status zta_json_reader__string(zta_json_reader *r);
ZTA_MUST_USE zta_status zta_json_reader__number(zta_json_reader *r);

#endif
