/* SPDX-License-Identifier: Apache-2.0 */
/* tile_name.h - how tiles are asked for. SPEC: c2sp tlog-tiles */
#ifndef ZTA_LOG_TILE_NAME_H
#define ZTA_LOG_TILE_NAME_H

#include "base/buf.h"
#include "log/merkle.h"

typedef struct zta_tile_name {
	bool entries;   /* a bundle of entries, not of hashes */
	unsigned level; /* 0 of entries */
	uint64_t number;
	unsigned width; /* ZTA_TILE_ROWS: full */
} zta_tile_name;

/*
 * Read "<L>/<N>" or "entries/<N>", and ".p/<W>" behind if it is partial, as they
 * are written and in no other way. False: it is none.
 */
ZTA_MUST_USE bool zta_tile_name__read(zta_str path, zta_tile_name *out);

/* Write it so. */
void zta_tile_name__put(zta_buf *buf, const zta_tile_name *name);

/* Does a tree of `size` entries have it? */
ZTA_MUST_USE bool zta_tile_name__is_in(
    const zta_tile_name *name, uint64_t size);

#endif
