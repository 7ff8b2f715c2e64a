/* SPDX-License-Identifier: Apache-2.0 */
/* code_reads.h - which variables code reads, and what it compares of them. */
#ifndef ZTA_CEDAR_CODE_READS_H
#define ZTA_CEDAR_CODE_READS_H

#include "base/limits.h"
#include "cedar/code.h"

/* The attributes to follow from an entity: `.folder.owner`. */
typedef struct zta_path {
	uint32_t keys[ZTA_SEARCH_PATH_KEYS_MAX]; /* symbols */
	uint32_t count;                          /* at least 1 */
} zta_path;

bool zta_path__eq(const zta_path *a, const zta_path *b);

/* Is `node` a variable with attributes behind it? */
bool zta_code__path(
    const zta_code *code, uint32_t node, uint32_t *var, zta_path *path);

/* For each node the variables it reads, a bit each; NULL: no memory. */
ZTA_MUST_USE uint8_t *zta_code__reads(const zta_code *code, zta_arena *arena);

/* The mark of a node that is a whole condition; any other is part of one. */
#define ZTA_MARK_WHOLE 2

/*
 * Add the paths from principal and resource whose values are compared with what
 * is known without them to `list`, each once, up to ZTA_SEARCH_PATHS_MAX. Only
 * below the nodes that have a mark in `marks`, a byte for each; it is used up.
 */
void zta_code__paths(const zta_code *code, const uint8_t *reads, uint8_t *marks,
    zta_path *list, uint32_t *count);

#endif
