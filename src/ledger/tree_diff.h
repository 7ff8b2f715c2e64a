/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_diff.h - what files two trees differ in. Subtrees with the same id are
 * not looked into, so the cost follows the difference.
 */
#ifndef ZTA_LEDGER_TREE_DIFF_H
#define ZTA_LEDGER_TREE_DIFF_H

#include "ledger/object.h"

typedef enum zta_tree_change_kind {
	ZTA_TREE_ADDED,
	ZTA_TREE_CHANGED,
	ZTA_TREE_REMOVED
} zta_tree_change_kind;

typedef struct zta_tree_change {
	zta_tree_change_kind kind;
	zta_str path;
	zta_oid before; /* the blob; zeros if added */
	zta_oid after;  /* the blob; zeros if removed */
} zta_tree_change;

typedef struct zta_tree_changes {
	zta_tree_change *items; /* ascending by path, byte by byte */
	uint32_t count;
} zta_tree_changes;

/*
 * Compare two trees; NULL is a tree without files, so that the difference from
 * NULL is the list of a tree's files. Everything is in `arena`. Whatever the
 * source says, ZTA_EINVALID for a malformed tree, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_tree_diff__run(zta_arena *arena,
    const zta_object_source *source, const zta_oid *before,
    const zta_oid *after, zta_tree_changes *out, zta_error *err);

#endif
