/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ast.h - Cedar policies as they were written.
 *
 * Operators stay as written (`>`, `!=`, `has a.b`), so that formats can be made
 * from this form; compile.c reduces them. `&&` and `||` chains are one node
 * with many operands, other chains lean left. Type names are normalized:
 * "A::B", whatever space stood around the colons. Everything lies in the arena
 * of the parse.
 */
#ifndef ZTA_CEDAR_AST_H
#define ZTA_CEDAR_AST_H

#include "cedar/ext.h"

typedef enum zta_expr_op {
	ZTA_EXPR_BOOL,   /* number */
	ZTA_EXPR_LONG,   /* number */
	ZTA_EXPR_STRING, /* names[0] */
	ZTA_EXPR_ENTITY, /* names[0] type, names[1] id */
	ZTA_EXPR_VAR,    /* number: zta_expr_var */
	ZTA_EXPR_OR,     /* kids */
	ZTA_EXPR_AND,    /* kids */
	ZTA_EXPR_NOT,
	ZTA_EXPR_NEG,
	ZTA_EXPR_EQ,
	ZTA_EXPR_NE,
	ZTA_EXPR_LT,
	ZTA_EXPR_LE,
	ZTA_EXPR_GT,
	ZTA_EXPR_GE,
	ZTA_EXPR_IN,
	ZTA_EXPR_ADD,
	ZTA_EXPR_SUB,
	ZTA_EXPR_MUL,
	ZTA_EXPR_HAS,  /* kids[0], names: the path */
	ZTA_EXPR_LIKE, /* kids[0], names[0]: pattern as escape.h has it */
	ZTA_EXPR_IS,   /* kids[0], names[0]: type; kids[1] if `in` follows */
	ZTA_EXPR_IF,   /* kids[0..2] */
	ZTA_EXPR_GET,  /* kids[0], names[0] */
	ZTA_EXPR_CONTAINS,
	ZTA_EXPR_CONTAINS_ALL,
	ZTA_EXPR_CONTAINS_ANY,
	ZTA_EXPR_IS_EMPTY,
	ZTA_EXPR_GET_TAG,
	ZTA_EXPR_HAS_TAG,
	ZTA_EXPR_SET,    /* kids */
	ZTA_EXPR_RECORD, /* names[i]: kids[i] */
	ZTA_EXPR_CALL    /* number: zta_ext_fn; kids: receiver first */
} zta_expr_op;

typedef enum zta_expr_var {
	ZTA_VAR_PRINCIPAL,
	ZTA_VAR_ACTION,
	ZTA_VAR_RESOURCE,
	ZTA_VAR_CONTEXT
} zta_expr_var;

/* "principal" and so on; the slots of scopes, of the action NULL. */
extern const char *const zta_expr_vars[];
extern const char *const zta_slot_names[];

typedef struct zta_expr zta_expr;
struct zta_expr {
	uint16_t op;     /* zta_expr_op */
	uint16_t height; /* 1 for a leaf; at most ZTA_CEDAR_DEPTH_MAX */
	uint32_t at;     /* byte offset in the text */
	uint32_t kid_count;
	uint32_t name_count;
	zta_expr **kids;
	zta_str *names;
	int64_t number;
};

/* An entity as written: `type::"id"`. */
typedef struct zta_uid_text {
	zta_str type;
	zta_str id;
	uint32_t at;
} zta_uid_text;

typedef enum zta_scope_op {
	ZTA_SCOPE_ANY,
	ZTA_SCOPE_EQ,
	ZTA_SCOPE_IN,
	ZTA_SCOPE_IN_SET, /* actions only */
	ZTA_SCOPE_IS,
	ZTA_SCOPE_IS_IN
} zta_scope_op;

typedef struct zta_scope_text {
	zta_scope_op op;
	bool slot;    /* ?principal or ?resource stands for the entity */
	zta_str type; /* of IS, IS_IN */
	zta_uid_text *entities;
	uint32_t count; /* 1 but for IN_SET; 0 with a slot */
	uint32_t at;
} zta_scope_text;

/* Indexes into `scope`; the same order as zta_expr_var. */
#define ZTA_SCOPES 3

typedef struct zta_condition {
	bool unless;
	zta_expr *body;
} zta_condition;

typedef struct zta_annotation {
	zta_str key;
	uint32_t at;
	bool given; /* @key("value"), not @key */
	zta_str value;
} zta_annotation;

typedef struct zta_policy_text {
	bool forbid;
	zta_scope_text scope[ZTA_SCOPES];
	zta_condition *conditions;
	uint32_t condition_count;
	zta_annotation *annotations;
	uint32_t annotation_count;
	uint32_t at;  /* of its first token */
	uint32_t end; /* after its last */
	zta_str id;   /* from a policy set in JSON; NULL pointer: none given */
} zta_policy_text;

/* A link of a template, for which the slots that it has are filled. */
typedef struct zta_link_text {
	zta_str template_id;
	zta_str id;
	bool filled[ZTA_SCOPES]; /* by zta_expr_var */
	zta_uid_text slots[ZTA_SCOPES];
	uint32_t at;
} zta_link_text;

/* The policies of a file; links only from JSON. */
typedef struct zta_policy_texts {
	zta_policy_text *list;
	uint32_t count;
	zta_link_text *links;
	uint32_t link_count;
} zta_policy_texts;

/* A node over `count` kids, its names to be filled in; NULL: no memory. */
ZTA_MUST_USE zta_expr *zta_expr__new(zta_arena *arena, zta_expr_op op,
    uint32_t at, zta_expr **kids, uint32_t count);

/* The operator of a method such as `contains`, with its number of arguments. */
typedef struct zta_method {
	const char *name;
	zta_expr_op op;
	uint32_t args; /* the receiver not counted */
} zta_method;

/* Those that are no extension functions; the last has no name. */
extern const zta_method zta_methods[];

/* Is it the type of actions: is its last part `Action`? */
bool zta_ast__is_action_type(zta_str type);

static inline bool
zta_policy_text__is_template(const zta_policy_text *policy)
{
	return policy->scope[ZTA_VAR_PRINCIPAL].slot ||
	    policy->scope[ZTA_VAR_RESOURCE].slot;
}

#endif
