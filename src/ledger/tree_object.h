/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_object.h - one directory as an object. SPEC: docs/formats/objects.md
 *
 * Both directions keep the same rules, so that a tree has one encoding, and
 * what decodes encodes to the same bytes.
 */
#ifndef ZTA_LEDGER_TREE_OBJECT_H
#define ZTA_LEDGER_TREE_OBJECT_H

#include "base/arena.h"
#include "base/buf.h"
#include "ledger/object.h"

typedef struct zta_tree_entry {
	zta_str name;
	zta_oid oid;
	bool directory;
} zta_tree_entry;

typedef struct zta_tree_object {
	zta_tree_entry *entries;
	uint32_t count;
} zta_tree_object;

/* The order of entries: a directory sorts as if its name ended with a `/`. */
int zta_tree_entry__cmp(const void *a, const void *b);

/*
 * Read the body of a tree; names borrow from it, entries are in `arena`.
 * ZTA_ESYNTAX, ZTA_EINVALID, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_tree_object__decode(
    zta_arena *arena, zta_str body, zta_tree_object *out, zta_error *err);

/* Append the body of a tree. `arena` is for work. Errors as above. */
ZTA_MUST_USE zta_status zta_tree_object__encode(zta_arena *arena,
    const zta_tree_object *tree, zta_buf *out, zta_error *err);

/*
 * Read the tree `oid` from `source`: names and entries are in `arena`. Whatever
 * the source says, and the errors above; the place begins with the id.
 */
ZTA_MUST_USE zta_status zta_tree_object__read(zta_arena *arena,
    const zta_object_source *source, const zta_oid *oid, zta_tree_object *out,
    zta_error *err);

#endif
