/* SPDX-License-Identifier: Apache-2.0 */
/*
 * code.h - expressions as they are evaluated: 16-byte nodes in one array.
 *
 * Names are numbers, and whatever is
 * constant is a value already: literals, sets and records of constants,
 * extension values from literals. A call that would fail stays a call, so that
 * its error comes when it is evaluated, and only then.
 */
#ifndef ZTA_CEDAR_CODE_H
#define ZTA_CEDAR_CODE_H

#include "cedar/ast.h"
#include "cedar/names.h"

/* Those that may be anything come first, then those that are true or false. */
typedef enum zta_code_op {
	ZTA_CODE_CONST, /* a: constant */
	ZTA_CODE_VAR,   /* a: zta_expr_var */
	ZTA_CODE_GET,   /* a: node, b: symbol */
	ZTA_CODE_GET_TAG,
	ZTA_CODE_NEG, /* a: node, and so on */
	ZTA_CODE_ADD, /* a, b */
	ZTA_CODE_SUB,
	ZTA_CODE_MUL,
	ZTA_CODE_IF,     /* a, b, c */
	ZTA_CODE_SET,    /* operands[a .. a+b) */
	ZTA_CODE_RECORD, /* operands[a ..]: key, node, b pairs */
	ZTA_CODE_CALL,   /* operands[a .. a+b), c: zta_ext_fn */
	ZTA_CODE_ALL,    /* && over operands[a .. a+b) */
	ZTA_CODE_ANY,    /* || */
	ZTA_CODE_NOT,
	ZTA_CODE_EQ,
	ZTA_CODE_NE,
	ZTA_CODE_LT,
	ZTA_CODE_LE,
	ZTA_CODE_GT,
	ZTA_CODE_GE,
	ZTA_CODE_IN,
	ZTA_CODE_HAS,      /* a, symbol b */
	ZTA_CODE_HAS_PATH, /* a; symbols are operands[b .. b+c) */
	ZTA_CODE_LIKE,     /* a, b: constant, the pattern */
	ZTA_CODE_IS,       /* a, b: symbol of the type */
	ZTA_CODE_IS_IN,    /* a, b, c: symbol of the type of a */
	ZTA_CODE_CONTAINS,
	ZTA_CODE_CONTAINS_ALL,
	ZTA_CODE_CONTAINS_ANY,
	ZTA_CODE_IS_EMPTY,
	ZTA_CODE_HAS_TAG
} zta_code_op;

typedef struct zta_node {
	uint32_t op; /* zta_code_op */
	uint32_t a, b, c;
} zta_node;

typedef struct zta_code {
	zta_arena *arena; /* of the arrays, while they grow */
	zta_node *nodes;
	uint32_t *places; /* byte offset in the source, for each node */
	uint32_t node_count, node_room;
	uint32_t *operands;
	uint32_t operand_count, operand_room;
	zta_value *constants;
	uint32_t constant_count, constant_room;
} zta_code;

/* Reduces expressions into `code`. */
typedef struct zta_compiler {
	zta_code *code;
	zta_names *names;
	zta_arena *arena; /* of the constants' values */
	zta_error *err;
} zta_compiler;

/* A copy with no more room than it needs; false: no memory. */
ZTA_MUST_USE bool zta_code__copy(
    const zta_code *code, zta_arena *arena, zta_code *out);

/* Forget all that was compiled, but not the room. */
void zta_code__clear(zta_code *code);

/*
 * Append `expr`, which outlives the code; `*node` is its root. ZTA_ENOMEM,
 * ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_compiler__expr(
    zta_compiler *c, const zta_expr *expr, uint32_t *node);

/* All of the conditions as one node; ZTA_NAME_NONE when there is none. */
ZTA_MUST_USE zta_status zta_compiler__conditions(
    zta_compiler *c, const zta_policy_text *policy, uint32_t *node);

/* --- pieces, for the compiler */

ZTA_MUST_USE zta_status zta_compiler__emit(
    zta_compiler *c, uint32_t at, zta_node node, uint32_t *out);
/* Append a node that has this value. */
ZTA_MUST_USE zta_status zta_compiler__emit_constant(
    zta_compiler *c, uint32_t at, const zta_value *value, uint32_t *out);
/* The value of a node that is a constant, or NULL. */
const zta_value *zta_compiler__constant(const zta_compiler *c, uint32_t node);
/* Room for `count` operands, to be filled in. */
ZTA_MUST_USE zta_status zta_compiler__reserve_operands(
    zta_compiler *c, uint32_t count, uint32_t *first);
/* Take back the operands since `first`: they became a constant. */
void zta_compiler__drop_operands(zta_compiler *c, uint32_t first);
/* The status of an allocation of a value that gave NULL. */
zta_status zta_compiler__no_room(zta_compiler *c);

#endif
