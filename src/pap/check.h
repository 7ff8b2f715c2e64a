/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.h - is this tree a version of a ledger? SPEC: ztauth 2
 *
 * Everything that must hold of one is looked at, and all that does not is told
 * at once. What is valid is loaded by then, and ready to decide.
 */
#ifndef ZTA_PAP_CHECK_H
#define ZTA_PAP_CHECK_H

#include "pap/findings.h"
#include "pap/tests.h"

/* It points into itself, so it stays where it is. */
typedef struct zta_check {
	zta_arena arena; /* of findings and results */
	zta_finding_list findings;
	bool tested; /* the tests were run */
	zta_tests tests;
	char version[ZTA_TREE_ID_MAX]; /* of the tree; empty: it has none */
	zta_snapshot *loaded;          /* as far as it could be; or NULL */
	bool listed;                   /* it got as far as knowing its files: */
	zta_tree tree; /* they live as long as the check; see recheck.h */
	bool whole;    /* all of it was loaded, or would have been */
	bool done;     /* all of it has been looked at */
} zta_check;

/*
 * Check a tree at `now` (ms), for tests and statements, which look at the clock. Its arena is
 * taken over. `flags` are those of zta_ledger_check_dir(). ZTA_OK: it has been
 * looked at. ZTA_ENOMEM: it has not. `out` is released by zta_check__release()
 * either way.
 */
ZTA_MUST_USE zta_status zta_check__tree(zta_check *out, zta_arena *arena,
    const zta_tree *tree, unsigned flags, int64_t now, zta_error *err);

/*
 * The same on a base: what has not changed since that version, which may be NULL,
 * is taken over from it. What comes of it is the same.
 */
ZTA_MUST_USE zta_status zta_check__tree_on(zta_check *out, zta_arena *arena,
    const zta_tree *tree, const zta_snapshot *base, unsigned flags, int64_t now,
    zta_error *err);

/* The same of a directory, where more can be wrong. Also ZTA_EIO, ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_check__dir(zta_check *out, const char *dir,
    unsigned flags, int64_t now, zta_error *err);

/* The same, with `memory`, which knows nothing, learning the files. */
ZTA_MUST_USE zta_status zta_check__dir_learning(zta_check *out, const char *dir,
    const zta_tree_memory *memory, unsigned flags, int64_t now, zta_error *err);

/* Of a warning that is about a partition, and told of its first policies. */
#define ZTA_RULE_NO_SCHEMA "no-schema"

/*
 * Policies without any schema are not validated: say so of each partition, unless
 * there is a schema. `arena` is for work.
 */
ZTA_MUST_USE zta_status zta_check__warn_no_schema(zta_finding_list *list,
    zta_arena *arena, const zta_tree *tree, const zta_manifest *manifest,
    zta_error *err);

/* What a check would be that found these, and looked at no tree. */
ZTA_MUST_USE zta_status zta_check__refuse(zta_check *out,
    const zta_ledger_finding *findings, uint32_t count, zta_error *err);

/* NULL if anything is wrong; key files of its sources have not been read. */
zta_snapshot *zta_check__snapshot(const zta_check *check);

/* Was all of it looked at, and is nothing wrong? */
bool zta_check__is_version(const zta_check *check);

void zta_check__release(zta_check *check);

#endif
