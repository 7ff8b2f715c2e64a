/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.h - one ledger in a store: its refs, commits, trees and history.
 *
 * What is read is checked against its id and decoded strictly. Nothing here
 * judges whether a commit may exist; that is pap/admit.h. SPEC: ztauth 2
 */
#ifndef ZTA_LEDGER_LEDGER_H
#define ZTA_LEDGER_LEDGER_H

#include "ledger/commit.h"
#include "ledger/object.h"
#include "ledger/tree.h"
#include "store/store.h"

/* The ref that decisions follow. */
#define ZTA_LEDGER_MAIN ZTA_STR("main")

/* A value; it refers to the store and the name. */
typedef struct zta_ledger {
	zta_store *store;
	zta_str name; /* "<zone>/<name>" */
} zta_ledger;

/* Its objects, for what reads or writes them one by one. */
zta_object_source zta_ledger__source(const zta_ledger *ledger);
zta_object_sink zta_ledger__sink(const zta_ledger *ledger);

/* Where a ref is. ZTA_ENOTFOUND: nowhere yet. */
ZTA_MUST_USE zta_status zta_ledger__ref(
    const zta_ledger *ledger, zta_str ref, zta_oid *out, zta_error *err);

/* A commit; texts are in `arena`. ZTA_ENOTFOUND; ZTA_EINVALID: malformed. */
ZTA_MUST_USE zta_status zta_ledger__commit(const zta_ledger *ledger,
    const zta_oid *oid, zta_arena *arena, zta_commit *out, zta_error *err);

/* All files of the tree of a commit, in `arena`. As above. */
ZTA_MUST_USE zta_status zta_ledger__files(const zta_ledger *ledger,
    const zta_oid *commit, zta_arena *arena, zta_tree *out, zta_error *err);

/* The same, on a base as zta_ledger__files_of() has it. */
ZTA_MUST_USE zta_status zta_ledger__files_on(const zta_ledger *ledger,
    const zta_oid *commit, const zta_tree *base, zta_arena *arena,
    zta_tree *out, zta_error *err);

/*
 * The same of a tree that comes from anywhere. What has not changed since `base`
 * (NULL: none), all of whose objects the source has, is not read again: texts
 * are copied from it, and those that were lent to it are lent to `out`.
 */
ZTA_MUST_USE zta_status zta_ledger__files_of(const zta_object_source *source,
    const zta_oid *tree, const zta_tree *base, zta_arena *arena, zta_tree *out,
    zta_error *err);

/*
 * Is `old` the commit `new`, or an ancestor of it? No commit at all (all zero)
 * is an ancestor of every one. ZTA_ENOTFOUND: a commit on the way is not here.
 */
ZTA_MUST_USE zta_status zta_ledger__descends(const zta_ledger *ledger,
    const zta_oid *old, const zta_oid *new, bool *out, zta_error *err);

/* An object that one side has and the other needs. */
typedef struct zta_ledger_need {
	zta_oid oid;
	/* Of the same kind at the same path in the parent; none: there is none.
	 * The other side has it, or it is listed before. */
	zta_oid base;
	zta_object_kind kind;
} zta_ledger_need;

typedef struct zta_ledger_needs {
	zta_ledger_need *list; /* each after what it names: blobs come first */
	uint32_t count;
} zta_ledger_needs;

/*
 * What whoever has the commits `have` with all they reach needs for `want`; the
 * list is in `arena`. Commits of `have` that are not here are passed over. The
 * cost follows what has changed since the last commit that both have.
 */
ZTA_MUST_USE zta_status zta_ledger__needs(const zta_ledger *ledger,
    const zta_oid *want, const zta_oid *have, size_t have_count,
    zta_arena *arena, zta_ledger_needs *out, zta_error *err);

#endif
