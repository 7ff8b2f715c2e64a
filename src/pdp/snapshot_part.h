/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot_part.h - what the files of snapshot.h share. */
#ifndef ZTA_PDP_SNAPSHOT_PART_H
#define ZTA_PDP_SNAPSHOT_PART_H

#include "pdp/snapshot.h"

typedef struct zta_snapshot_loader {
	zta_snapshot *s;
	zta_error_sink *sink; /* NULL: none */
	const char *keys;     /* where key files are; NULL: nowhere */
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

#endif
