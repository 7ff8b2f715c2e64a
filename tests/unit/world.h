/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world.h - a small random world: policies, entities and requests that speak
 * of each other, to be changed and written down again.
 *
 * Entities, actions and attributes are numbers here; a world_names says how
 * they are written. Everything lives in the arena.
 */
#ifndef ZTA_TESTS_WORLD_H
#define ZTA_TESTS_WORLD_H

#include "base/arena.h"
#include "base/buf.h"

enum {
	WORLD_TYPES = 3,
	WORLD_IDS = 4,
	WORLD_ENTITIES = WORLD_TYPES * WORLD_IDS, /* e is of type e / IDS */
	WORLD_NOBODY = WORLD_ENTITIES,            /* of the type WORLD_TYPES */
	WORLD_ACTIONS = 4,
	WORLD_ATTRS = 4,
	WORLD_POLICIES = 10,
	WORLD_POLICIES_MAX = 64,
	WORLD_REQUESTS = 6
};

/* An entity and a type in one number. */
#define WORLD_NUMBER(entity, type) ((entity) + 16 * (type))

typedef struct world_expr world_expr;
struct world_expr {
	const char *form; /* its text, see world.c */
	unsigned number;  /* of what it names */
	const world_expr *kids[3];
};

typedef enum world_scope_op {
	WORLD_ANY,
	WORLD_EQ,
	WORLD_IN,
	WORLD_IS,
	WORLD_IS_IN,
	WORLD_SCOPE_OPS
} world_scope_op;

typedef struct world_scope {
	world_scope_op op;
	unsigned number;
} world_scope;

typedef struct world_policy {
	unsigned origin; /* of which policy of the first world it is made */
	bool forbid;
	bool unless; /* of the condition */
	bool apart;  /* `a && b` as two conditions */
	world_scope principal, resource;
	unsigned actions;            /* bits: in one of them; none: any */
	const world_expr *condition; /* NULL: none */
} world_policy;

/* Kind 0 is none at all. */
typedef struct world_value {
	unsigned kind, number;
} world_value;

typedef struct world_entity {
	bool present;
	unsigned parents; /* bits; of entities of a higher number */
	world_value attrs[WORLD_ATTRS];
	world_value tag;
} world_entity;

typedef struct world_request {
	unsigned principal, action, resource;
	world_value context[WORLD_ATTRS];
} world_request;

typedef struct world {
	zta_arena *arena;
	uint64_t random;
	world_policy policies[WORLD_POLICIES_MAX];
	unsigned policy_count;
	world_entity entities[WORLD_ENTITIES];
	unsigned action_parents[WORLD_ACTIONS]; /* bits; higher ones only */
	bool strangers; /* entities that nobody names, parents among them */
	world_request requests[WORLD_REQUESTS];
} world;

typedef struct world_names {
	const char *types[WORLD_TYPES + 1];
	const char *action_type;
	const char *ids[WORLD_IDS];
	const char *attrs[WORLD_ATTRS];
	const char *policy; /* begins the id of each policy */
} world_names;

extern const world_names world_plain, world_renamed;

void world_make(world *w, zta_arena *arena, uint64_t seed);

/* A random number below `n`. */
unsigned world_random(world *w, unsigned n);

/* `form` must live as long as the world; two forms are the same by pointer. */
const world_expr *world_expr_new(world *w, const char *form,
    const world_expr *a, const world_expr *b, unsigned number);

extern const char world_and[], world_or[], world_not[];

/*
 * As text; the id of a policy is world_names.policy, its origin, a dot, and its
 * place.
 */
void world_put_policies(const world *w, const world_names *names, zta_buf *out);
void world_put_entities(const world *w, const world_names *names, zta_buf *out);
void world_put_request(
    const world_request *request, const world_names *names, zta_buf *out);

/*
 * Ways to change a world after which it decides as before, for the same
 * reasons; the last has no name. Each gives the bits of the policies that it has
 * taken apart: a part may fail where the whole did not.
 */
typedef struct world_change {
	const char *name;
	uint64_t (*apply)(world *w);
} world_change;

extern const world_change world_changes[];

#endif
