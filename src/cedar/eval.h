/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval.h - evaluate code under a request and entities.
 *
 * There are two ways to ask. Conditions are asked for their truth, and most of
 * a policy never becomes a value. Where a value is wanted it is pointed at
 * where it lies: in the entity, in the context, among the constants.
 */
#ifndef ZTA_CEDAR_EVAL_H
#define ZTA_CEDAR_EVAL_H

#include "cedar/code.h"
#include "cedar/entities.h"

/* Why an evaluation has no value. */
typedef enum zta_eval_error {
	ZTA_EVAL_OK,
	ZTA_EVAL_NO_ENTITY, /* the entity is not in the store */
	ZTA_EVAL_NO_ATTR,   /* entity or record lacks the attribute */
	ZTA_EVAL_NO_TAG,
	ZTA_EVAL_TYPE,      /* an operand of the wrong kind */
	ZTA_EVAL_ARITY,     /* of an extension function */
	ZTA_EVAL_OVERFLOW,  /* of 64-bit arithmetic */
	ZTA_EVAL_EXTENSION, /* an extension function refused its arguments */
	ZTA_EVAL_NO_MEMORY  /* not the policy's fault: there is no decision */
} zta_eval_error;

const char *zta_eval__message(zta_eval_error error);

/* An entity that one request knows more of than the store. */
typedef struct zta_eval_extra {
	uint32_t uid;
	zta_entity entity;
} zta_eval_extra;

typedef struct zta_eval {
	const zta_code *code;
	const zta_names *names; /* of the request */
	const zta_entities *entities;
	const zta_eval_extra *extras; /* they hide those of the store */
	uint32_t extra_count;
	zta_value vars[4]; /* by zta_expr_var */
	zta_arena *arena;  /* for the sets and records on the way */
	zta_eval_error error;
	uint32_t error_node; /* where it failed */
} zta_eval;

typedef enum zta_truth {
	ZTA_FALSE,
	ZTA_TRUE,
	ZTA_NEITHER /* it failed: `error` and `error_node` are set */
} zta_truth;

/* Is `node` true? What is no boolean fails. */
zta_truth zta_eval__truth(zta_eval *x, uint32_t node);

/* The value of a node that is more than a constant or a variable. */
const zta_value *zta_eval__compute(
    zta_eval *x, uint32_t node, zta_value *spare);

/* The value of `node`, which may be `*spare`; NULL: it failed. */
static inline const zta_value *
zta_eval__value(zta_eval *x, uint32_t node, zta_value *spare)
{
	const zta_node *n = &x->code->nodes[node];

	if (n->op == ZTA_CODE_VAR) {
		return &x->vars[n->a];
	}
	return n->op == ZTA_CODE_CONST ? &x->code->constants[n->a] :
					 zta_eval__compute(x, node, spare);
}

/* The value of `node`, which must be of one kind. */
const zta_value *zta_eval__kind(
    zta_eval *x, uint32_t node, zta_value_kind kind, zta_value *spare);

/* A copy of the value of `node`; false: it failed. */
ZTA_MUST_USE bool zta_eval__node(zta_eval *x, uint32_t node, zta_value *out);

/* The tag that GET_TAG or HAS_TAG names, and its entity, if there are any. */
ZTA_MUST_USE bool zta_eval__tag(zta_eval *x, const zta_node *n,
    const zta_entity **entity, const zta_value **tag);

/* The entity as this evaluation sees it, or NULL. */
static inline const zta_entity *
zta_eval__entity(const zta_eval *x, uint32_t uid)
{
	uint32_t i;

	for (i = 0; i < x->extra_count; i++) {
		if (x->extras[i].uid == uid) {
			return &x->extras[i].entity;
		}
	}
	return zta_entities__get(x->entities, uid);
}

/* The symbol of its type, known to the entity itself if there is one. */
static inline uint32_t
zta_eval__type_of(const zta_eval *x, uint32_t uid)
{
	const zta_entity *entity = zta_entities__get(x->entities, uid);

	return entity != NULL ? entity->type :
				zta_names__type_of(x->names, uid);
}

/* Is `uid` equal to `ancestor`, or below it? */
bool zta_eval__is_in(const zta_eval *x, uint32_t uid, uint32_t ancestor);

/* Note why `node` has no value. */
static inline void
zta_eval__fail(zta_eval *x, uint32_t node, zta_eval_error error)
{
	x->error = error;
	x->error_node = node;
}

#endif
