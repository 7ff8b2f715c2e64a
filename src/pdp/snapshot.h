/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.h - all that decisions need at one version of the ledger: policies,
 * schema, entities, trust model, sources. Immutable, but for when it was
 * confirmed; counted references.
 */
#ifndef ZTA_PDP_SNAPSHOT_H
#define ZTA_PDP_SNAPSHOT_H

#include <stdatomic.h>

#include "cedar/engine.h"
#include "identity/source.h"
#include "ledger/manifest.h"
#include "log/masks.h"
#include "trust/delegators.h"
#include "trust/elevation.h"

typedef struct zta_snapshot {
	atomic_uint references;
	/* When the server that is followed said last that its ledger is at this
	 * commit; monotonic ms, 0: never yet. */
	atomic_llong confirmed_ms;
	/* For searches; NULL until the first one. See finder.h. */
	_Atomic(struct zta_finder *) finder;
	bool whole; /* false: something is missing, it must not decide */
	zta_arena arena;
	zta_tree tree; /* its id stands for the commit */
	zta_manifest manifest;
	zta_cedar *cedar;
	zta_trust_model model;
	zta_elevation *elevation;
	zta_delegators delegators;
	zta_sources sources;
	zta_masks masks; /* of what is exported */
} zta_snapshot;

/*
 * Load the directory `dir`; key files of sources are in `keys` (NULL: none).
 * Errors name file, line and column. Free with zta_snapshot__drop().
 */
ZTA_MUST_USE zta_status zta_snapshot__load(
    zta_snapshot **out, const char *dir, const char *keys, zta_error *err);

/*
 * The same of a tree, whose arena becomes the snapshot's, or is released. What
 * has not changed since `base` (NULL: none) is taken over from it; it is not
 * needed afterwards.
 */
ZTA_MUST_USE zta_status zta_snapshot__of_tree(zta_snapshot **out,
    zta_arena *arena, const zta_tree *tree, const zta_snapshot *base,
    const char *keys, zta_error *err);

/*
 * The same in two steps, to be checked in between. First all is read but for
 * tests/ and key files: `sink` is told of what is wrong, and it is left out. The
 * manifest was read before, into `arena`. The base is needed until the second.
 */
ZTA_MUST_USE zta_status zta_snapshot__check(zta_snapshot **out,
    zta_arena *arena, const zta_tree *tree, const zta_manifest *manifest,
    const zta_snapshot *base, zta_error_sink *sink, zta_error *err);

/* Then it is sealed and whole, unless `sink` has been told of something. */
ZTA_MUST_USE zta_status zta_snapshot__seal(
    zta_snapshot *snapshot, zta_error_sink *sink, zta_error *err);

zta_snapshot *zta_snapshot__keep(zta_snapshot *snapshot);
void zta_snapshot__drop(zta_snapshot *snapshot);

/* "" or the namespace of AuthZEN's types and actions. */
zta_str zta_snapshot__namespace(const zta_snapshot *snapshot);

#endif
