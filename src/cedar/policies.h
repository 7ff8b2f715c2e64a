/* SPDX-License-Identifier: Apache-2.0 */
/* policies.h - a set of policies, compiled and indexed. */
#ifndef ZTA_CEDAR_POLICIES_H
#define ZTA_CEDAR_POLICIES_H

#include "base/map.h"
#include "cedar/index.h"
#include "cedar/policy_file.h"

typedef struct zta_policy_list {
	const zta_policy **list;
	uint32_t count, room;
} zta_policy_list;

/* A file in a set. */
typedef struct zta_policy_part {
	zta_policy_file *file;
	bool shared; /* with the set that it was taken from */
} zta_policy_part;

typedef struct zta_policies {
	zta_names *names;
	zta_policy_list policies;  /* static ones and links */
	zta_policy_list templates; /* never evaluated themselves */
	zta_policy_part *files;
	uint32_t file_count, file_room;
	uint32_t parsed; /* policies and templates so far, to number them */
	zta_map ids;     /* of policies and templates */
	zta_index index;
	uint32_t named; /* uids below it are known to be named by a policy */
	zta_error_sink *sink; /* NULL: the first error ends a file */
	zta_arena scratch;    /* until all is added */
	zta_code draft;       /* of the file that is read now, in it */
} zta_policies;

/* What the arena of the names does not hold is freed by a release. */
void zta_policies__init(zta_policies *policies, zta_names *names);
void zta_policies__release(zta_policies *policies);

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
 * Add a file that another set has compiled under the same numbers of names, all
 * of it. Errors as above.
 */
ZTA_MUST_USE zta_status zta_policies__share(
    zta_policies *policies, zta_policy_file *file, zta_error *err);

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

#endif
