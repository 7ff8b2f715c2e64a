/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merkle.h - the hash tree over the entries of a log. SPEC: rfc6962 2.1,
 * c2sp tlog-tiles
 *
 * A row is the hash of a whole subtree: row i of level k covers the 256^k
 * entries from i * 256^k on. 256 rows that begin at a multiple of 256 are a
 * tile, and fold to one row of the level above. All the rest of the tree is
 * computed from rows.
 */
#ifndef ZTA_LOG_MERKLE_H
#define ZTA_LOG_MERKLE_H

#include "crypto/hash_tree.h"

#define ZTA_TILE_ROWS 256u
#define ZTA_TILE_BYTES (ZTA_TILE_ROWS * ZTA_SHA256_LEN)
/* Levels of rows: 2^48 entries. */
#define ZTA_LOG_TREE_LEVELS 6u
#define ZTA_LOG_TREE_SIZE_MAX ((uint64_t)1 << 48)
/* Hashes of a path: one for each bit of an index, and no more. */
#define ZTA_PATH_MAX 63u

/*
 * The root over `count` (at least 1) subtrees of one size, of which the last
 * may be smaller. It takes the place of the first; the others are spent.
 */
void zta_merkle__fold(unsigned char *hashes, size_t count);

/* Where rows come from. `read` gives `count` rows of `level` from `first` on. */
typedef struct zta_merkle_source {
	zta_status (*read)(void *context, unsigned level, uint64_t first,
	    size_t count, unsigned char *out, zta_error *err);
	void *context;
} zta_merkle_source;

/* The root of the first `size` entries. Those of the source. */
ZTA_MUST_USE zta_status zta_merkle__root(const zta_merkle_source *source,
    uint64_t size, unsigned char out[ZTA_SHA256_LEN], zta_error *err);

/* A tree that grows: of each level, the rows of the tile that is not full. */
typedef struct zta_merkle_growth {
	uint64_t size;
	unsigned char edges[ZTA_LOG_TREE_LEVELS][ZTA_TILE_BYTES];
} zta_merkle_growth;

/* Hears of a row that is new. */
typedef void zta_merkle_row(
    void *context, unsigned level, const unsigned char hash[ZTA_SHA256_LEN]);

/* One leaf more. */
void zta_merkle__grow(zta_merkle_growth *growth,
    const unsigned char leaf[ZTA_SHA256_LEN], zta_merkle_row *row,
    void *context);
void zta_merkle__grown_root(
    const zta_merkle_growth *growth, unsigned char out[ZTA_SHA256_LEN]);

/* The way from an entry to the root, its own sibling first. */
typedef struct zta_merkle_path {
	unsigned char hashes[ZTA_PATH_MAX][ZTA_SHA256_LEN];
	unsigned count;
} zta_merkle_path;

/* Of entry `index` < `size`. Those of the source. */
ZTA_MUST_USE zta_status zta_merkle__prove(const zta_merkle_source *source,
    uint64_t index, uint64_t size, zta_merkle_path *out, zta_error *err);

/* Does the path lead from this leaf to this root? SPEC: rfc9162 2.1.3.2 */
ZTA_MUST_USE bool zta_merkle__verify(const unsigned char leaf[ZTA_SHA256_LEN],
    uint64_t index, uint64_t size, const zta_merkle_path *path,
    const unsigned char root[ZTA_SHA256_LEN]);

/*
 * A path that leads from leaf `index` of `size`: what stands on its left is all
 * that comes before. `out` is the root of the entries up to this one.
 */
void zta_merkle__prefix(const unsigned char leaf[ZTA_SHA256_LEN],
    uint64_t index, uint64_t size, const zta_merkle_path *path,
    unsigned char out[ZTA_SHA256_LEN]);

#endif
