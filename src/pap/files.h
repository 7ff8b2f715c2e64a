/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.h - the files of a commit or of a folder, to be compared. A folder
 * that is not well formed, and so has no tree, can be compared all the same.
 */
#ifndef ZTA_PAP_FILES_H
#define ZTA_PAP_FILES_H

#include "ledger/ledger.h"
#include "ledger/tree_build.h"

typedef struct zta_files {
	zta_oid commit;             /* none: it is no commit */
	zta_oid tree;               /* of the commit */
	const zta_tree_leaf *files; /* ascending by path */
	uint32_t count;
	const zta_tree *texts; /* of the files; NULL: the ledger has them */
	const char *dir;       /* where texts are that were not read yet */
} zta_files;

/* The files of a commit, in `arena`; of none there are none. */
ZTA_MUST_USE zta_status zta_files__of_commit(const zta_ledger *ledger,
    const zta_oid *commit, zta_arena *arena, zta_files *out, zta_error *err);

/*
 * Those of a tree in memory, to which it refers; `dir` is where it comes from,
 * if texts are missing.
 */
ZTA_MUST_USE zta_status zta_files__of_tree(const zta_tree *tree,
    const char *dir, zta_arena *arena, zta_files *out, zta_error *err);

/* The text of file number `file`. ZTA_ECONFLICT: it has changed meanwhile. */
ZTA_MUST_USE zta_status zta_files__text(const zta_ledger *ledger,
    const zta_files *files, uint32_t file, zta_arena *arena, zta_str *out,
    zta_error *err);

/* A file of a directory that has to be what its id says. As above. */
ZTA_MUST_USE zta_status zta_files__read(const char *dir,
    const zta_tree_file *file, zta_arena *arena, zta_str *out, zta_error *err);

#define ZTA_FILES_NONE UINT32_MAX

/* Go through two versions by path; zeroed, before the first. */
typedef struct zta_files_walk {
	uint32_t a, b; /* how far */
} zta_files_walk;

/* The next files of one path; ZTA_FILES_NONE where there is none. */
ZTA_MUST_USE bool zta_files__next(zta_files_walk *walk, const zta_files *before,
    const zta_files *after, uint32_t *a, uint32_t *b);

/* The number of the file of this path, or ZTA_FILES_NONE. */
uint32_t zta_files__find(const zta_files *files, zta_str path);

#endif
