/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merkle.c - see merkle.h.
 *
 * The tree of RFC 6962 splits at powers of two. The same tree comes out if
 * neighbours are paired, level by level, and an odd one at the end moves up as
 * it is. So the right edge needs no case of its own: what a level below leaves
 * over stands behind the rows of a level as one more, smaller, subtree.
 */
#include "log/merkle.h"

#include <string.h>

#define LEN ZTA_SHA256_LEN
/* Bits of an index that a tile consumes. */
#define TILE_BITS 8u

/* One level up; the number of hashes that are left. */
static size_t
fold_once(unsigned char *hashes, size_t count)
{
	size_t i;

	for (i = 0; i + 1 < count; i += 2) {
		zta_hash_tree__node(hashes + i * LEN, hashes + (i + 1) * LEN,
		    hashes + i / 2 * LEN);
	}
	if (i < count) {
		memmove(hashes + i / 2 * LEN, hashes + i * LEN, LEN);
	}
	return (count + 1) / 2;
}

void
zta_merkle__fold(unsigned char *hashes, size_t count)
{
	while (count > 1) {
		count = fold_once(hashes, count);
	}
}

/* One level of rows of a tree, and what the level below leaves over. */
typedef struct storey {
	const zta_merkle_source *source;
	uint64_t size; /* of the tree */
	unsigned number;
	uint64_t rows;
	bool has_edge; /* behind the rows */
	unsigned char edge[LEN];
} storey;

static storey
first_level(const zta_merkle_source *source, uint64_t size)
{
	return (storey){ .source = source, .size = size, .rows = size };
}

static uint64_t
last_tile(const storey *l)
{
	return (l->rows + l->has_edge - 1) / ZTA_TILE_ROWS;
}

/* What stands in tile `n`: its rows, perhaps the edge. */
static zta_status
read_tile(const storey *l, uint64_t n, unsigned char *out, size_t *count,
    zta_error *err)
{
	uint64_t first = n * ZTA_TILE_ROWS;
	size_t rows = l->rows - first < ZTA_TILE_ROWS ?
	    (size_t)(l->rows - first) :
	    ZTA_TILE_ROWS;
	zta_status status = ZTA_OK;

	if (rows > 0) {
		status = l->source->read(
		    l->source->context, l->number, first, rows, out, err);
	}
	*count = rows;
	if (rows < ZTA_TILE_ROWS && l->has_edge) {
		memcpy(out + rows * LEN, l->edge, LEN);
		*count = rows + 1;
	}
	return status;
}

/* The level above; `folded` is the root of the last tile of this one. */
static void
climb(storey *l, const unsigned char *folded)
{
	l->number++;
	l->rows = l->size >> (TILE_BITS * l->number);
	l->has_edge = (l->rows << (TILE_BITS * l->number)) != l->size;
	memcpy(l->edge, folded, LEN);
}

zta_status
zta_merkle__root(const zta_merkle_source *source, uint64_t size,
    unsigned char out[LEN], zta_error *err)
{
	unsigned char tile[ZTA_TILE_BYTES] = { 0 };
	storey l = first_level(source, size);
	size_t count;
	uint64_t last;
	zta_status status;

	if (size == 0) {
		zta_digest__sha256((zta_str){ "", 0 }, out);
		return ZTA_OK;
	}
	for (;;) {
		last = last_tile(&l);
		/* All full tiles: the level above has their roots. */
		if (!l.has_edge && l.rows % ZTA_TILE_ROWS == 0) {
			climb(&l, tile);
			continue;
		}
		status = read_tile(&l, last, tile, &count, err);
		if (status != ZTA_OK) {
			return status;
		}
		zta_merkle__fold(tile, count);
		if (last == 0) {
			memcpy(out, tile, LEN);
			return ZTA_OK;
		}
		climb(&l, tile);
	}
}

void
zta_merkle__grow(zta_merkle_growth *growth, const unsigned char leaf[LEN],
    zta_merkle_row *row, void *context)
{
	const unsigned char *hash = leaf;
	unsigned char *edge;
	unsigned level;
	size_t at;

	for (level = 0; level < ZTA_LOG_TREE_LEVELS; level++) {
		edge = growth->edges[level];
		at = (size_t)(growth->size >> (TILE_BITS * level)) %
		    ZTA_TILE_ROWS;
		memcpy(edge + at * LEN, hash, LEN);
		row(context, level, hash);
		if (at < ZTA_TILE_ROWS - 1) {
			break;
		}
		/* The tile is over, and needed no more. */
		zta_merkle__fold(edge, ZTA_TILE_ROWS);
		hash = edge;
	}
	growth->size++;
}

/* A zta_merkle_source: a root needs the last tile of each level alone. */
static zta_status
read_edge(void *context, unsigned number, uint64_t first, size_t count,
    unsigned char *out, zta_error *err)
{
	const zta_merkle_growth *growth = context;

	(void)err;
	memcpy(out, growth->edges[number] + first % ZTA_TILE_ROWS * LEN,
	    count * LEN);
	return ZTA_OK;
}

void
zta_merkle__grown_root(const zta_merkle_growth *growth, unsigned char out[LEN])
{
	const zta_merkle_source source = { read_edge,
		(void *)(uintptr_t)growth };

	/* Nothing is read that could fail. */
	if (zta_merkle__root(&source, growth->size, out, NULL) != ZTA_OK) {
		memset(out, 0, LEN);
	}
}

/* Append the way of place `at` through a tile, whose root comes first then. */
static void
cross_tile(unsigned char *tile, size_t count, size_t at, zta_merkle_path *path)
{
	while (count > 1) {
		if ((at ^ 1) < count) {
			memcpy(path->hashes[path->count++],
			    tile + (at ^ 1) * LEN, LEN);
		}
		count = fold_once(tile, count);
		at /= 2;
	}
}

zta_status
zta_merkle__prove(const zta_merkle_source *source, uint64_t index,
    uint64_t size, zta_merkle_path *out, zta_error *err)
{
	unsigned char tile[ZTA_TILE_BYTES];
	storey l = first_level(source, size);
	uint64_t last;
	size_t count;
	zta_status status;

	out->count = 0;
	for (;;) {
		last = last_tile(&l);
		status =
		    read_tile(&l, index / ZTA_TILE_ROWS, tile, &count, err);
		if (status != ZTA_OK) {
			return status;
		}
		cross_tile(tile, count, (size_t)(index % ZTA_TILE_ROWS), out);
		if (last == 0) {
			return ZTA_OK;
		}
		if (last != index / ZTA_TILE_ROWS) {
			status = read_tile(&l, last, tile, &count, err);
			if (status != ZTA_OK) {
				return status;
			}
			zta_merkle__fold(tile, count);
		}
		climb(&l, tile);
		index /= ZTA_TILE_ROWS;
	}
}

bool
zta_merkle__verify(const unsigned char leaf[LEN], uint64_t index, uint64_t size,
    const zta_merkle_path *path, const unsigned char root[LEN])
{
	return zta_hash_tree__leads(leaf, index, size,
	    (zta_str){ (const char *)path->hashes, path->count * (size_t)LEN },
	    root);
}

void
zta_merkle__prefix(const unsigned char leaf[LEN], uint64_t index, uint64_t size,
    const zta_merkle_path *path, unsigned char out[LEN])
{
	uint64_t last = size - 1;
	unsigned i;

	memcpy(out, leaf, LEN);
	for (i = 0; i < path->count; i++) {
		if (index % 2 == 1 || index == last) {
			zta_hash_tree__node(path->hashes[i], out, out);
			/* Up to where it is a right child. */
			while (index % 2 == 0 && index != 0) {
				index /= 2;
				last /= 2;
			}
		}
		index /= 2;
		last /= 2;
	}
}
