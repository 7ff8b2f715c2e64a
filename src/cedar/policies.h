/* SPDX-License-Identifier: Apache-2.0 */
/* policies.h - a set of policies, compiled and indexed. */
#ifndef ZTA_CEDAR_POLICIES_H
#define ZTA_CEDAR_POLICIES_H

#include "base/error.h"
#include "base/map.h"
#include "cedar/code.h"
#include "cedar/index.h"
#include "cedar/lines.h"

typedef struct zta_scope {
	const uint32_t *entities; /* uids */
	uint32_t count;
	uint32_t type; /* symbol, of IS and IS_IN */
	zta_scope_op op;
	bool slot; /* of a template: the entity is to come */
} zta_scope;

/* What a decision reads of a policy comes first. */
typedef struct zta_policy {
	zta_scope scope[ZTA_SCOPES]; /* by zta_expr_var */
	uint32_t condition;          /* node; ZTA_NAME_NONE: always true */
	bool forbid;
	zta_str id;
	const zta_policy_text *source;
	uint32_t file;
	uint32_t at; /* byte offset in the file */
} zta_policy;

typedef struct zta_policy_list {
	zta_policy *list;
	uint32_t count, room;
} zta_policy_list;

typedef struct zta_policy_file {
	zta_str name;
	zta_str text;
	zta_lines lines;
} zta_policy_file;

typedef struct zta_policies {
	zta_names *names;
	zta_code code;
	zta_policy_list policies;  /* static ones and links */
	zta_policy_list templates; /* never evaluated themselves */
	zta_policy_file *files;
	uint32_t file_count, file_room;
	uint32_t parsed; /* policies and templates so far, to number them */
	zta_map ids;     /* of policies and templates */
	zta_index index;
	uint32_t named; /* uids below it are known to be named by a policy */
	zta_error_sink *sink; /* NULL: the first error ends a file */
} zta_policies;

void zta_policies__init(zta_policies *policies, zta_names *names);

typedef enum zta_policy_naming {
	ZTA_NAMING_NUMBER, /* policy0, policy1 ...: what the reference does */
	ZTA_NAMING_PATH    /* @id if given, else <file>#<n>: SPEC: ztauth 2 */
} zta_policy_naming;

/*
 * Parse and compile a file, text or JSON; it is copied. Policies that have an
 * id in JSON keep it, the others are named by `naming`. Errors carry line and column, and
 * `file` as their place: ZTA_ESYNTAX, ZTA_EEXIST (an id), ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_policies__add(zta_policies *policies, zta_str file,
    zta_str text, zta_policy_naming naming, zta_error *err);

/*
 * Make policies of templates: a JSON array of links. Each fills exactly the
 * slots that its template has. Errors as above, and ZTA_ENOTFOUND.
 */
ZTA_MUST_USE zta_status zta_policies__add_links(
    zta_policies *policies, zta_str file, zta_str json, zta_error *err);

/* Build the index; nothing is added afterwards. */
ZTA_MUST_USE zta_status zta_policies__seal(
    zta_policies *policies, zta_error *err);

/*
 * Another index, which does not look at the scope of `blind`: PRINCIPAL or
 * RESOURCE, whose probe may be empty. CONTEXT has no scope: it looks at all.
 */
ZTA_MUST_USE zta_status zta_policies__index(const zta_policies *policies,
    zta_expr_var blind, zta_arena *arena, zta_index *index, zta_error *err);

/* The file and the 1-based place in it of a byte offset. */
zta_str zta_policies__place(const zta_policies *policies, uint32_t file,
    uint32_t at, uint32_t *line, uint32_t *column);

#endif
