/* SPDX-License-Identifier: Apache-2.0 */
/* eval.h - evaluate code under a request and entities. */
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

/* The value of `node`; false sets `error` and `error_node`. */
ZTA_MUST_USE bool zta_eval__node(zta_eval *x, uint32_t node, zta_value *out);

/* The entity as this evaluation sees it, or NULL. */
const zta_entity *zta_eval__entity(const zta_eval *x, uint32_t uid);

/* Is `uid` equal to `ancestor`, or below it? */
bool zta_eval__is_in(const zta_eval *x, uint32_t uid, uint32_t ancestor);

#endif
