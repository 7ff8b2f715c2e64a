/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_file.h - a file of policies, compiled.
 *
 * It lies in memory of its own, depends on nothing but the numbers of names,
 * and never changes once it is read: engines that have the same numbers share
 * it.
 */
#ifndef ZTA_CEDAR_POLICY_FILE_H
#define ZTA_CEDAR_POLICY_FILE_H

#include "base/error.h"
#include "base/shared.h"
#include "cedar/code.h"
#include "cedar/lines.h"

typedef struct zta_scope {
	const uint32_t *entities; /* uids */
	uint32_t count;
	uint32_t type; /* symbol, of IS and IS_IN */
	zta_scope_op op;
	bool slot; /* of a template: the entity is to come */
} zta_scope;

typedef struct zta_policy_file zta_policy_file;

/* What a decision reads of a policy comes first. */
typedef struct zta_policy {
	zta_scope scope[ZTA_SCOPES]; /* by zta_expr_var */
	uint32_t condition;          /* node; ZTA_NAME_NONE: always true */
	bool forbid;
	const zta_policy_file *file; /* of a link: that of its template */
	zta_str id;
	const zta_policy_text *source;
	uint32_t at;      /* byte offset in the file */
	uint32_t id_hash; /* as all maps of ids have it that share the file */
} zta_policy;

struct zta_policy_file {
	zta_code code;
	const uint8_t *reads; /* by node, as zta_code__reads() has it */
	zta_policy *policies; /* and templates, in the order of the text */
	uint32_t count;
	const zta_link_text *links;
	uint32_t link_count;
	zta_str name;
	zta_str text;
	zta_lines lines;
	zta_shared *memory; /* of all this, and of the file itself */
};

/* An empty file of this name and text, which are copied. ZTA_ELIMIT, ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_policy_file__open(
    zta_policy_file **out, zta_str name, zta_str text, zta_error *err);

/* The file and the 1-based place in it of a byte offset. */
zta_str zta_policy_file__place(
    const zta_policy_file *file, uint32_t at, uint32_t *line, uint32_t *column);

/* Scope and uids, in `arena`. */
ZTA_MUST_USE zta_status zta_scope__compile(zta_names *names, zta_arena *arena,
    const zta_scope_text *text, zta_scope *scope, zta_error *err);

/* All but the id. `draft` is the code of the whole file. */
ZTA_MUST_USE zta_status zta_policy__compile(zta_policy *policy,
    const zta_policy_file *file, const zta_policy_text *text, zta_code *draft,
    zta_names *names, zta_error *err);

/* When all policies are compiled: the code of the file. */
ZTA_MUST_USE zta_status zta_policy_file__seal(
    zta_policy_file *file, const zta_code *draft, zta_error *err);

#endif
