/* SPDX-License-Identifier: Apache-2.0 */
/* tree_build.h - from a list of files to tree objects. */
#ifndef ZTA_LEDGER_TREE_BUILD_H
#define ZTA_LEDGER_TREE_BUILD_H

#include "ledger/object.h"

typedef struct zta_tree_leaf {
	zta_str path; /* "trust/levels.json" */
	zta_oid blob;
} zta_tree_leaf;

/*
 * Make the trees of `leaves`, which ascend by path, and write those to `sink`
 * that the tree `base` (read from `source`; NULL: none) has not at the same
 * path. `arena` is for work. ZTA_EINVALID: paths that no ledger can have;
 * ZTA_ELIMIT; whatever source and sink say. After an error the sink may have
 * got some trees.
 */
ZTA_MUST_USE zta_status zta_tree_build__run(zta_arena *arena,
    const zta_tree_leaf *leaves, uint32_t count,
    const zta_object_source *source, const zta_oid *base,
    const zta_object_sink *sink, zta_oid *root, zta_error *err);

#endif
