/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.h - the files of one version of a ledger, in memory.
 *
 * A tree is what a commit names: paths and contents, sorted, with the id that
 * git gives it in the SHA-256 object format. SPEC: ztauth 2
 */
#ifndef ZTA_LEDGER_TREE_H
#define ZTA_LEDGER_TREE_H

#include "base/arena.h"
#include "base/error.h"
#include "store/oid.h"

/* 64 hexadecimal digits and a NUL. */
#define ZTA_TREE_ID_MAX 65

typedef struct zta_tree_file {
	zta_str path; /* "trust/levels.json" */
	zta_str text;
	zta_oid blob; /* its id */
	bool lent;    /* the text is not in the tree's arena: see ledger.h */
} zta_tree_file;

typedef struct zta_tree {
	zta_tree_file *files; /* ascending by path, byte by byte, each once */
	uint32_t count;
	char id[ZTA_TREE_ID_MAX];
	zta_oid root; /* of the object that it was read from, or none */
} zta_tree;

/*
 * Read a directory, everything into `arena`. `.git` and `.ztauth` at its top
 * are left out; whatever is neither file nor directory is an error, and so are
 * names that begin with a point. ZTA_EIO, ZTA_EINVALID, ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_tree__read_dir(
    zta_arena *arena, const char *dir, zta_tree *tree, zta_error *err);

/*
 * The same, but `sink` is told of everything that cannot be in a ledger, which
 * is left out. Then, and if names clash with each other, the id is empty.
 */
ZTA_MUST_USE zta_status zta_tree__check_dir(zta_arena *arena, const char *dir,
    zta_error_sink *sink, zta_tree *tree, zta_error *err);

/* The file of this path, or NULL. */
const zta_tree_file *zta_tree__find(const zta_tree *tree, zta_str path);

#endif
