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
	zta_str text; /* its pointer is NULL if it was not read: see below */
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

/* What the file system says of a file; with its content it changes. */
typedef struct zta_tree_stamp {
	uint64_t size, inode;
	int64_t modified_s, changed_s;
	uint32_t modified_ns, changed_ns;
} zta_tree_stamp;

/*
 * What somebody remembers of a directory, so that files need not be read again.
 * It is asked in the order of the paths.
 */
typedef struct zta_tree_memory {
	/* The id of the file that has this stamp; false: it has to be read. */
	bool (*knows)(void *context, zta_str path, const zta_tree_stamp *stamp,
	    zta_oid *blob);
	/* It was read, and had this stamp before. */
	void (*learns)(void *context, zta_str path, const zta_tree_stamp *stamp,
	    const zta_oid *blob);
	void *context;
} zta_tree_memory;

/* As zta_tree__check_dir(); files that `memory` knows have no text. */
ZTA_MUST_USE zta_status zta_tree__look_dir(zta_arena *arena, const char *dir,
    const zta_tree_memory *memory, zta_error_sink *sink, zta_tree *tree,
    zta_error *err);

/* The file of this path, or NULL. */
const zta_tree_file *zta_tree__find(const zta_tree *tree, zta_str path);

#endif
