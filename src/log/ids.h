/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ids.h - from the id of a record to its entry. docs/formats/tree.md
 *
 * Ids are sorted in runs of 65,536 entries. A run that is not full is in memory,
 * in the order of its entries. A search looks into each run: ids are random, so
 * where one stands in a run is known but for a few hundred places.
 */
#ifndef ZTA_LOG_IDS_H
#define ZTA_LOG_IDS_H

#include "log/rows.h"

/* Bytes of an id that are kept. */
#define ZTA_IDS_LEN 6
#define ZTA_IDS_WIDTH 8
#define ZTA_IDS_RUN 65536u
/* Entries whose ids begin alike: one in 2^48 does. */
#define ZTA_IDS_FOUND_MAX 4u

/* The run that is not full, and room to sort it. */
typedef struct zta_ids_run {
	unsigned char values[ZTA_IDS_RUN][ZTA_IDS_WIDTH];
	unsigned char spare[ZTA_IDS_RUN][ZTA_IDS_WIDTH];
} zta_ids_run;

typedef struct zta_ids_found {
	uint64_t entries[ZTA_IDS_FOUND_MAX];
	size_t count;
} zta_ids_found;

/* Entry `index` has this id; a run that is full now is put into `rows`. */
void zta_ids__add(zta_ids_run *run, zta_rows *rows, uint64_t index,
    const unsigned char id[ZTA_IDS_LEN]);

/* In the entries from `first` on, which are `count` and all in `run`. */
void zta_ids__find_new(const zta_ids_run *run, uint64_t first, size_t count,
    const unsigned char id[ZTA_IDS_LEN], zta_ids_found *found);

/* In the first `count` values of the file, whole runs. ZTA_EIO, ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_ids__find(const zta_rows *rows, uint64_t count,
    const unsigned char id[ZTA_IDS_LEN], zta_ids_found *found, zta_error *err);

#endif
