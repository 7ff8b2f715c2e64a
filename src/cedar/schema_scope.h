/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_scope.h - the names that a schema declares, and how they are found.
 *
 * 1. An unqualified name is looked for in its own namespace, then in the empty
 *    one, then among the builtins; a qualified one is absolute. At each place a
 *    common type comes before an entity type. SPEC: cedar rfc24
 * 2. Nothing in the empty namespace may hide behind the same name in another,
 *    so that rule 1 never surprises. SPEC: cedar rfc70
 */
#ifndef ZTA_CEDAR_SCHEMA_SCOPE_H
#define ZTA_CEDAR_SCHEMA_SCOPE_H

#include "base/map.h"
#include "cedar/schema_text.h"

/* Positions count through all namespaces, in the order of the text. */
typedef struct zta_schema_scope {
	const zta_schema_text *text;
	zta_arena *arena;
	zta_map commons;  /* full name -> position */
	zta_map entities; /* full name -> 1; a type of actions -> 0 */
	zta_map actions;  /* full type, NUL, id -> position */
	uint32_t common_count, entity_count, action_count;
	zta_error *err;
} zta_schema_scope;

/*
 * Declare what `text` declares; both must live as long as the scope. `seed`
 * keys hash tables. ZTA_EINVALID with line and column, ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_schema_scope__open(zta_schema_scope *scope,
    zta_arena *arena, const zta_schema_text *text, uint64_t seed,
    zta_error *err);

bool zta_schema_scope__is_qualified(zta_str name);

/* "N::X", or "X" in the empty namespace. */
ZTA_MUST_USE zta_status zta_schema_scope__qualify(
    zta_schema_scope *scope, zta_str space, zta_str name, zta_str *out);

/* Is a name, seen from `space`, that of a common type? */
ZTA_MUST_USE zta_status zta_schema_scope__is_common(
    zta_schema_scope *scope, zta_str space, zta_str name, bool *out);

/* The full name of an entity type, where nothing else can stand. */
ZTA_MUST_USE zta_status zta_schema_scope__entity(zta_schema_scope *scope,
    zta_str space, const zta_name_ref *ref, zta_str *out);

/* The position of an action. */
ZTA_MUST_USE zta_status zta_schema_scope__action(zta_schema_scope *scope,
    zta_str space, const zta_action_ref *ref, uint32_t *out);

/*
 * Write the schema in the human syntax, laid out. Failures stick in the buffer,
 * but what JSON alone can say is ZTA_EINVALID with line and column.
 */
ZTA_MUST_USE zta_status zta_schema_text__write(
    zta_buf *buf, zta_schema_scope *scope);

/* ZTA_EINVALID at byte `at` of the text. */
__attribute__((format(printf, 3, 4))) zta_status zta_schema_scope__wrong(
    const zta_schema_scope *scope, uint32_t at, const char *format, ...);

#endif
