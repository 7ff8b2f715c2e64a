/* SPDX-License-Identifier: Apache-2.0 */
/*
 * where.h - which entities may satisfy a comparison whose other side is known.
 */
#ifndef ZTA_CEDAR_WHERE_H
#define ZTA_CEDAR_WHERE_H

#include "cedar/eval.h"
#include "cedar/policies.h"
#include "cedar/search_index.h"

/* Where a list of entities comes from; `v` is the unknown, `k` known. */
typedef enum zta_where_kind {
	ZTA_WHERE_ALWAYS,     /* every entity of the type, and it does hold */
	ZTA_WHERE_EVERYWHERE, /* every entity of the type may do */
	ZTA_WHERE_ONE,        /* v == k, [k, ...].contains(v) */
	ZTA_WHERE_BELOW,      /* v in k */
	ZTA_WHERE_EQUAL,      /* v.path == k */
	ZTA_WHERE_FLAG,       /* v.path, which is true or false */
	ZTA_WHERE_OWNER,      /* v.path in k */
	ZTA_WHERE_READER,     /* k in v.path */
	ZTA_WHERE_CONTAINS,   /* v.path.contains(k), containsAll, containsAny */
	ZTA_WHERE_AMONG,      /* k.contains(v.path), containsAny */
	ZTA_WHERE_KINDS
} zta_where_kind;

/*
 * Entities for which something may be so: all for which it is, and perhaps
 * more. A list, or two sets joined. Immutable.
 */
typedef struct zta_where zta_where;
struct zta_where {
	zta_where_kind kind;           /* of a list */
	const uint32_t *list;          /* uids, ascending */
	uint32_t total;                /* entities at most; 0: none at all */
	uint32_t leaves;               /* lists inside; at most `total` */
	const zta_where *left, *right; /* NULL in a list */
};

/* A question in which one entity is not known. */
typedef struct zta_unknown {
	zta_eval *x; /* under the question */
	const zta_search_index *index;
	const uint8_t *reads; /* of the policy's file */
	zta_expr_var var;     /* PRINCIPAL or RESOURCE */
	uint32_t type;
	zta_uid_list all; /* entities of the type in the store; not empty */
	zta_arena *arena;
	bool failed; /* memory ran out: nothing that follows counts */
	zta_where never, always, everywhere;
} zta_unknown;

/* Make the three sets that are always there; the caller fills in the rest. */
void zta_where__init(zta_unknown *u);

/* All of both; the smaller of both. */
const zta_where *zta_where__either(
    zta_unknown *u, const zta_where *a, const zta_where *b);
const zta_where *zta_where__both(
    const zta_unknown *u, const zta_where *a, const zta_where *b);

/* The entity, if it is of the type and in the store. */
const zta_where *zta_where__one(zta_unknown *u, uint32_t uid);

/* The unknown `in` the entity. */
const zta_where *zta_where__below(zta_unknown *u, uint32_t uid);

/* The entity `in` what `path` leads to, from the unknown. */
const zta_where *zta_where__reader(
    zta_unknown *u, uint32_t uid, const zta_path *path);

/* What `path` leads to `in` the entity. */
const zta_where *zta_where__owner(
    zta_unknown *u, uint32_t uid, const zta_path *path);

/* Where `path` leads to `value`, or to a set that has it. */
const zta_where *zta_where__value(zta_unknown *u, zta_where_kind kind,
    const zta_path *path, const zta_value *value);

/* The same with one of the values, or with all of them. */
const zta_where *zta_where__any_value(zta_unknown *u, zta_where_kind kind,
    const zta_path *path, const zta_value *values, uint32_t count);
const zta_where *zta_where__all_values(zta_unknown *u, zta_where_kind kind,
    const zta_path *path, const zta_value *values, uint32_t count);

#endif
