/* SPDX-License-Identifier: Apache-2.0 */
/* schema_resolve.h - what the files share that find the meaning of a schema. */
#ifndef ZTA_CEDAR_SCHEMA_RESOLVE_H
#define ZTA_CEDAR_SCHEMA_RESOLVE_H

#include "cedar/schema.h"
#include "cedar/schema_scope.h"

/* A common type, resolved when it is first met. */
typedef struct zta_common {
	const zta_common_text *text;
	zta_str space;
	const zta_type *type; /* once DONE */
	uint32_t height;      /* once DONE */
	enum { ZTA_COMMON_NEW, ZTA_COMMON_OPEN, ZTA_COMMON_DONE } state;
} zta_common;

typedef struct zta_resolver {
	zta_schema *schema;
	zta_arena *arena;  /* of the schema */
	zta_arena scratch; /* of all that is not part of its meaning */
	zta_schema_scope scope;
	zta_common *commons; /* by position */
	uint32_t depth;      /* of the recursion into a type */
	uint32_t height;     /* of the type that was resolved last */
	zta_map kept_by_key; /* what tells a type from others -> position */
	const zta_type **kept;
	uint32_t kept_count, kept_room;
	zta_error *err;
} zta_resolver;

/*
 * The type that `text` stands for in the namespace `space`. It nests at most
 * ZTA_CEDAR_DEPTH_MAX levels, common types included.
 */
ZTA_MUST_USE zta_status zta_resolver__type(zta_resolver *r, zta_str space,
    const zta_type_text *text, const zta_type **out);

/* The common type at `position`, which is named at byte `at`. */
ZTA_MUST_USE zta_status zta_resolver__common(
    zta_resolver *r, uint32_t position, uint32_t at, const zta_type **out);

/* Who stands above whom: from direct parents to all ancestors. */
typedef struct zta_lineage {
	uint32_t name;
	const uint32_t **ancestors; /* in: names of parents; out: ascending */
	uint32_t *count;
} zta_lineage;

/*
 * Close `count` lineages, ascending by name. One that stands on a cycle becomes
 * its own ancestor. Lists come from `arena`. ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_lineage__close(
    const zta_lineage *list, uint32_t count, zta_arena *arena, zta_error *err);

#endif
