/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.c - see tree.h.
 *
 * 1. Of each level the rows of the tile that is not full are in memory, so a root
 *    is made without reading.
 * 2. After a resume the size is a multiple of a run of ids, so that all runs and
 *    the tiles of the two lowest levels begin there.
 * 3. `lock` guards all of it; files are synced without it.
 */
#include "log/tree.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "log/frame.h"
#include "log/leaf.h"

#define FOLDER "tree"
#define LEN ZTA_SHA256_LEN

enum {
	AT = ZTA_LOG_TREE_AT,
	IDS = ZTA_LOG_TREE_IDS,
	FILES = ZTA_LOG_TREE_FILES
};

static const struct {
	const char *name;
	size_t width;
} files[FILES] = { { "0", LEN }, { "1", LEN }, { "2", LEN }, { "3", LEN },
	{ "4", LEN }, { "5", LEN }, { "at", 4 }, { "ids", ZTA_IDS_WIDTH } };

struct zta_log_tree {
	pthread_mutex_t lock;
	atomic_bool unsynced; /* a sync has failed */
	const zta_log_io *io;
	zta_merkle_growth growth;
	zta_rows files[FILES];
	zta_ids_run run;
};

void
zta_log_tree__mark(zta_str entry, zta_log_mark *out)
{
	unsigned char id[ZTA_LEAF_ID_LEN] = { 0 };

	zta_hash_tree__leaf(entry, out->hash);
	/* A record without one is found by its index alone. */
	if (zta_leaf__id(entry, id)) {
		memcpy(out->id, id, sizeof(out->id));
	} else {
		memset(out->id, 0, sizeof(out->id));
	}
}

/* --- opening and closing */

zta_status
zta_log_tree__open_file(
    zta_rows *out, const char *dir, unsigned file, bool write, zta_error *err)
{
	char path[ZTA_ROWS_PATH_MAX];

	*out = (zta_rows){ .fd = -1 };
	if (snprintf(path, sizeof(path), "%s/" FOLDER "/%s", dir,
		files[file].name) >= (int)sizeof(path)) {
		return zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	}
	return zta_rows__open(out, path, files[file].width, write, err);
}

static zta_status
make_folder(const char *dir, zta_error *err)
{
	char path[ZTA_ROWS_PATH_MAX];
	zta_status status;

	if (snprintf(path, sizeof(path), "%s/" FOLDER, dir) >=
	    (int)sizeof(path)) {
		return zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	}
	if (mkdir(path, 0750) == 0) {
		return zta_file__sync_parent(path, err);
	}
	if (errno == EEXIST) {
		return ZTA_OK;
	}
	status = zta_error__errno(err, "make the folder of the tree");
	zta_error__place(err, "%s", path);
	return status;
}

zta_status
zta_log_tree__open(
    zta_log_tree **out, const char *dir, const zta_log_io *io, zta_error *err)
{
	zta_log_tree *tree = calloc(1, sizeof(*tree));
	zta_status status;
	unsigned i;

	*out = NULL;
	if (tree == NULL) {
		return zta_error__nomem(err);
	}
	(void)pthread_mutex_init(&tree->lock, NULL);
	tree->io = io;
	for (i = 0; i < FILES; i++) {
		tree->files[i].fd = -1;
	}
	status = make_folder(dir, err);
	for (i = 0; status == ZTA_OK && i < FILES; i++) {
		status =
		    zta_log_tree__open_file(&tree->files[i], dir, i, true, err);
	}
	if (status == ZTA_OK) {
		status = zta_file__sync_parent(tree->files[0].path, err);
	}
	if (status != ZTA_OK) {
		zta_log_tree__close(tree);
		return status;
	}
	*out = tree;
	return ZTA_OK;
}

void
zta_log_tree__close(zta_log_tree *tree)
{
	size_t i;

	if (tree != NULL) {
		for (i = 0; i < FILES; i++) {
			zta_rows__close(&tree->files[i]);
		}
		(void)pthread_mutex_destroy(&tree->lock);
		free(tree);
	}
}

/* --- adding */

/* A zta_merkle_row. */
static void
put_row(void *context, unsigned level, const unsigned char *hash)
{
	zta_log_tree *tree = context;

	zta_rows__put(&tree->files[level], hash, 1);
}

void
zta_log_tree__add(zta_log_tree *tree, zta_log_batch *batch,
    const zta_log_mark *marks, size_t count)
{
	unsigned char at[4];
	zta_str entry;
	size_t i;

	(void)pthread_mutex_lock(&tree->lock);
	for (i = 0; i < count && zta_frame__next(&batch->entries, &entry);
	     i++) {
		at[0] = (unsigned char)(batch->at >> 24);
		at[1] = (unsigned char)(batch->at >> 16);
		at[2] = (unsigned char)(batch->at >> 8);
		at[3] = (unsigned char)batch->at;
		batch->at += (uint32_t)(ZTA_FRAME_LENGTH + entry.len);
		zta_rows__put(&tree->files[AT], at, 1);
		zta_ids__add(&tree->run, &tree->files[IDS], tree->growth.size,
		    marks[i].id);
		zta_merkle__grow(&tree->growth, marks[i].hash, put_row, tree);
	}
	(void)pthread_mutex_unlock(&tree->lock);
}

static zta_status
flush(zta_log_tree *tree, zta_error *err)
{
	zta_status status = ZTA_OK;
	size_t i;

	for (i = 0; status == ZTA_OK && i < FILES; i++) {
		status = zta_rows__flush(&tree->files[i], tree->io, err);
	}
	return status;
}

/* Values that `count` entries may bring. */
static size_t
values_of(size_t file, size_t count)
{
	size_t level;

	if (file == IDS) {
		return (count / ZTA_IDS_RUN + 1) * ZTA_IDS_RUN;
	}
	for (level = file == AT ? 0 : file; level > 0; level--) {
		count = count / ZTA_TILE_ROWS + 1;
	}
	return count;
}

zta_status
zta_log_tree__prepare(zta_log_tree *tree, size_t count, zta_error *err)
{
	zta_status status;
	size_t i;

	(void)pthread_mutex_lock(&tree->lock);
	status = flush(tree, err);
	if (status == ZTA_OK &&
	    tree->growth.size + count > ZTA_LOG_TREE_SIZE_MAX) {
		status = zta_error__set(
		    err, ZTA_ELIMIT, "the log has as many entries as it may");
	}
	for (i = 0; status == ZTA_OK && i < FILES; i++) {
		/* Most often nothing is sorted. */
		if (i != IDS ||
		    tree->growth.size % ZTA_IDS_RUN + count >= ZTA_IDS_RUN) {
			status = zta_rows__reserve(
			    &tree->files[i], values_of(i, count), err);
		}
	}
	(void)pthread_mutex_unlock(&tree->lock);
	return status;
}

zta_status
zta_log_tree__flush(zta_log_tree *tree, zta_error *err)
{
	zta_status status;

	(void)pthread_mutex_lock(&tree->lock);
	status = flush(tree, err);
	(void)pthread_mutex_unlock(&tree->lock);
	return status;
}

zta_status
zta_log_tree__sync(zta_log_tree *tree, zta_error *err)
{
	zta_status status;
	size_t i;

	/* The system may have forgotten what it could not write. */
	if (atomic_load(&tree->unsynced)) {
		return zta_error__set(
		    err, ZTA_EIO, "a sync of the tree has failed before");
	}
	for (i = 0; i < FILES; i++) {
		if (tree->io->sync(tree->files[i].fd) != 0) {
			atomic_store(&tree->unsynced, true);
			status = zta_error__errno(err, "sync");
			zta_error__place(err, "%s", tree->files[i].path);
			return status;
		}
	}
	return ZTA_OK;
}

/* --- roots and ids */

zta_status
zta_log_tree__head(zta_log_tree *tree, zta_log_head *out, zta_error *err)
{
	zta_status status;

	(void)pthread_mutex_lock(&tree->lock);
	status = flush(tree, err);
	if (status == ZTA_OK) {
		out->size = tree->growth.size;
		zta_merkle__grown_root(&tree->growth, out->root);
	}
	(void)pthread_mutex_unlock(&tree->lock);
	return status;
}

void
zta_log_tree__growth(zta_log_tree *tree, zta_merkle_growth *out)
{
	(void)pthread_mutex_lock(&tree->lock);
	*out = tree->growth;
	(void)pthread_mutex_unlock(&tree->lock);
}

zta_status
zta_log_tree__find(zta_log_tree *tree, const unsigned char id[ZTA_IDS_LEN],
    zta_ids_found *out, zta_error *err)
{
	uint64_t sorted;

	out->count = 0;
	(void)pthread_mutex_lock(&tree->lock);
	sorted = tree->files[IDS].written;
	zta_ids__find_new(
	    &tree->run, sorted, (size_t)(tree->growth.size - sorted), id, out);
	(void)pthread_mutex_unlock(&tree->lock);
	return out->count > 0 ?
	    ZTA_OK :
	    zta_ids__find(&tree->files[IDS], sorted, id, out, err);
}

/* --- resuming */

/* Values that file `i` has when the log has `size` entries. */
static uint64_t
values_at(size_t i, uint64_t size)
{
	return i < ZTA_LOG_TREE_LEVELS ? size >> (8 * i) :
	    i == AT                    ? size :
					 size - size % ZTA_IDS_RUN;
}

/* The largest size at which file `i` lacks nothing with so many values. */
static uint64_t
size_of(size_t i, uint64_t values)
{
	unsigned bits = i < ZTA_LOG_TREE_LEVELS ? 8 * (unsigned)i : 0;

	if (i == IDS) {
		return (values / ZTA_IDS_RUN + 1) * ZTA_IDS_RUN - 1;
	}
	return values >= ZTA_LOG_TREE_SIZE_MAX >> bits ?
	    ZTA_LOG_TREE_SIZE_MAX :
	    ((values + 1) << bits) - 1;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

zta_status
zta_log_tree__resume(zta_log_tree *tree, uint64_t next, uint64_t segment,
    const zta_log_head *known, uint64_t *from, zta_error *err)
{
	uint64_t covered = known != NULL ? known->size : 0, rows, size;
	zta_status status = ZTA_OK;
	size_t i;

	size = least(next, segment);
	size = known != NULL ? least(size, covered) : size;
	for (i = 0; i < FILES; i++) {
		size = least(size, size_of(i, tree->files[i].found));
	}
	size -= size % ZTA_IDS_RUN;
	tree->growth.size = size;
	for (i = 0; i < FILES; i++) {
		tree->files[i].written = values_at(i, size);
		tree->files[i].keep =
		    least(tree->files[i].found, values_at(i, covered));
	}
	for (i = 0; status == ZTA_OK && i < ZTA_LOG_TREE_LEVELS; i++) {
		rows = (size >> (8 * i)) % ZTA_TILE_ROWS;
		status =
		    zta_rows__read(&tree->files[i], (size >> (8 * i)) - rows,
			(size_t)rows, tree->growth.edges[i], err);
	}
	*from = size;
	return status;
}

/* A zta_merkle_source of the files. */
static zta_status
read_file(void *context, unsigned level, uint64_t first, size_t count,
    unsigned char *out, zta_error *err)
{
	const zta_log_tree *tree = context;

	return zta_rows__read(&tree->files[level], first, count, out, err);
}

zta_status
zta_log_tree__resumed(
    zta_log_tree *tree, const zta_log_head *known, zta_error *err)
{
	const zta_merkle_source source = { read_file, tree };
	unsigned char root[LEN];
	zta_rows *rows;
	zta_status status = zta_log_tree__flush(tree, err);
	size_t i;

	if (status == ZTA_OK && known != NULL) {
		status = zta_merkle__root(&source, known->size, root, err);
		if (status == ZTA_OK && memcmp(root, known->root, LEN) != 0) {
			status = zta_error__set(err, ZTA_EINVALID,
			    "the first %" PRIu64
			    " entries are not those that were signed for",
			    known->size);
		}
	}
	for (i = 0; status == ZTA_OK && i < FILES; i++) {
		rows = &tree->files[i];
		if (rows->found > rows->written &&
		    tree->io->truncate(
			rows->fd, (off_t)(rows->written * rows->width)) != 0) {
			status = zta_error__errno(err, "cut");
			zta_error__place(err, "%s", rows->path);
		}
	}
	return status;
}
