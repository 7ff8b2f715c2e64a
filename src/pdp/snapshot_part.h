/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot_part.h - what the files of snapshot.h share. */
#ifndef ZTA_PDP_SNAPSHOT_PART_H
#define ZTA_PDP_SNAPSHOT_PART_H

#include "pdp/snapshot.h"

typedef struct zta_snapshot_loader {
	zta_snapshot *s;
	const zta_snapshot *base; /* NULL: nothing is taken over */
	zta_error_sink *sink;     /* NULL: none */
	const char *keys;         /* where key files are; NULL: nowhere */
	zta_error *err;
} zta_snapshot_loader;

/* The status with which to go on after what was read of `file`. */
ZTA_MUST_USE zta_status zta_snapshot_loader__tell(
    zta_snapshot_loader *l, zta_str file, zta_status status);

/* The first file of this part from number `*at` on, or NULL. */
const zta_tree_file *zta_snapshot__next_file(
    const zta_snapshot *s, zta_ledger_part part, uint32_t *at);

/* Give the engine its schema, if there is one. */
ZTA_MUST_USE zta_status zta_snapshot_loader__schemas(zta_snapshot_loader *l);

/* Read domains and statements; those that do not hold count for nothing. */
ZTA_MUST_USE zta_status zta_snapshot_loader__statements(zta_snapshot_loader *l);

/*
 * Are the sources of domains those that there are? Subjects of one that is
 * misspelt would pass for those of the own domain.
 */
ZTA_MUST_USE zta_status zta_snapshot_loader__check_domains(
    zta_snapshot_loader *l);

/* --- what has not changed: snapshot_base.c */

/* Is something to be taken over? Else there is no base from now on. */
void zta_snapshot_loader__weigh_base(zta_snapshot_loader *l);

/* Are all files of this part those of the base? */
bool zta_snapshot_loader__is_same(
    const zta_snapshot_loader *l, zta_ledger_part part);

/* A walk through the base beside a walk through the files, in their order. */
typedef struct zta_base_walk {
	uint32_t file, part; /* the next of its tree, and of its policies */
} zta_base_walk;

/* The compiled policies of this file, if the base has them; or NULL. */
zta_policy_file *zta_snapshot_loader__compiled(const zta_snapshot_loader *l,
    const zta_tree_file *file, zta_base_walk *walk);

/* Let the tree have the texts where the snapshot has them. */
ZTA_MUST_USE zta_status zta_snapshot_loader__settle_texts(
    zta_snapshot_loader *l);

#endif
