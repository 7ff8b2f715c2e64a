/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.h - the hash tree of a log while it grows, and where its entries are.
 * docs/formats/tree.md
 *
 * The sequencer adds entries; any thread asks for the root, or for an id. All of
 * it follows from the segments: what was not synced is added again at the start.
 */
#ifndef ZTA_LOG_TREE_H
#define ZTA_LOG_TREE_H

#include "log/ids.h"
#include "log/merkle.h"

typedef struct zta_log_tree zta_log_tree;

/* Its files: a level each, and these. docs/formats/tree.md */
enum {
	ZTA_LOG_TREE_AT = ZTA_LOG_TREE_LEVELS,
	ZTA_LOG_TREE_IDS,
	ZTA_LOG_TREE_FILES
};

/* One of them, of the log in `dir`. As zta_rows__open(). */
ZTA_MUST_USE zta_status zta_log_tree__open_file(
    zta_rows *out, const char *dir, unsigned file, bool write, zta_error *err);

/* What the tree needs of an entry, made by whoever hands it in. */
typedef struct zta_log_mark {
	unsigned char hash[ZTA_SHA256_LEN]; /* of the leaf */
	unsigned char id[ZTA_IDS_LEN];      /* its record's first bytes */
} zta_log_mark;

void zta_log_tree__mark(zta_str entry, zta_log_mark *out);

/* So many entries, and their root. */
typedef struct zta_log_head {
	uint64_t size;
	unsigned char root[ZTA_SHA256_LEN];
} zta_log_head;

/* The files of the log in `dir`, made if need be; `io` outlives the tree. */
ZTA_MUST_USE zta_status zta_log_tree__open(
    zta_log_tree **out, const char *dir, const zta_log_io *io, zta_error *err);
void zta_log_tree__close(zta_log_tree *tree);

/*
 * A log of `next` entries, whose last segment begins with `segment`, and the
 * head that was signed for last (NULL: none): entries are to be added from
 * `*from` on. ZTA_EINVALID: it has fewer entries than were signed for.
 */
ZTA_MUST_USE zta_status zta_log_tree__resume(zta_log_tree *tree, uint64_t next,
    uint64_t segment, const zta_log_head *known, uint64_t *from,
    zta_error *err);
/*
 * They have all been added. ZTA_EINVALID: the tree is damaged, or not that of
 * `known`.
 */
ZTA_MUST_USE zta_status zta_log_tree__resumed(
    zta_log_tree *tree, const zta_log_head *known, zta_error *err);

/*
 * Write what is pending and make room for `count` entries, so that adding them
 * cannot fail. ZTA_EIO, ZTA_ENOMEM: no more may be added now.
 */
ZTA_MUST_USE zta_status zta_log_tree__prepare(
    zta_log_tree *tree, size_t count, zta_error *err);

/* Entries of a frame that is durable: those of `count` marks. */
typedef struct zta_log_batch {
	zta_str entries; /* of the frame; cut off as they are added */
	uint32_t at;     /* where they begin in their segment */
} zta_log_batch;

void zta_log_tree__add(zta_log_tree *tree, zta_log_batch *batch,
    const zta_log_mark *marks, size_t count);

/* Write what is pending; it stays so if that fails. */
ZTA_MUST_USE zta_status zta_log_tree__flush(zta_log_tree *tree, zta_error *err);
/*
 * Sync what is written. ZTA_EIO: it may be lost. Then nothing is synced any more:
 * only a restart looks at what the disk holds.
 */
ZTA_MUST_USE zta_status zta_log_tree__sync(zta_log_tree *tree, zta_error *err);

/* What is written, for whoever signs for it. */
ZTA_MUST_USE zta_status zta_log_tree__head(
    zta_log_tree *tree, zta_log_head *out, zta_error *err);

/* What it grows from now, to try how it would grow. */
void zta_log_tree__growth(zta_log_tree *tree, zta_merkle_growth *out);

/* Entries whose records may have an id that begins so. */
ZTA_MUST_USE zta_status zta_log_tree__find(zta_log_tree *tree,
    const unsigned char id[ZTA_IDS_LEN], zta_ids_found *out, zta_error *err);

#endif
