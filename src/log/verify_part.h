/* SPDX-License-Identifier: Apache-2.0 */
/* verify_part.h - what the files share that verify a log. */
#ifndef ZTA_LOG_VERIFY_PART_H
#define ZTA_LOG_VERIFY_PART_H

#include "log/frame.h"
#include "log/openings.h"
#include "log/tree.h"
#include "ztauth/log.h"

/* --- the tree, grown anew from the entries */

/* The newest checkpoint, and an older one. */
#define ZTA_VERIFY_HEADS_MAX 2u

/* A file of the tree that is read along. */
typedef struct zta_verify_file {
	zta_rows rows;
	uint64_t next; /* value that is compared next */
	size_t have;   /* values in `chunk`, the last of which is before it */
	size_t at;
	unsigned char chunk[ZTA_TILE_BYTES];
} zta_verify_file;

typedef struct zta_verify_tree {
	const char *dir;
	zta_error err;
	zta_status status; /* of comparing; `err` says of what */
	zta_merkle_growth growth;
	/* levels, and ZTA_LOG_TREE_AT */
	zta_verify_file files[ZTA_LOG_TREE_LEVELS + 1];
	zta_log_head heads[ZTA_VERIFY_HEADS_MAX];
	bool seen[ZTA_VERIFY_HEADS_MAX];
	unsigned head_count;
} zta_verify_tree;

/* Its files. ZTA_EIO, ZTA_ENOTFOUND. A zeroed one is fine to be closed after. */
ZTA_MUST_USE zta_status zta_verify_tree__open(
    zta_verify_tree *tree, const char *dir, zta_error *err);
void zta_verify_tree__close(zta_verify_tree *tree);

/*
 * Begin with entry `minimum`: those before are no longer kept, and have left
 * their hashes, from which the tree is grown all the same.
 */
void zta_verify_tree__begin(zta_verify_tree *tree, uint64_t minimum);

/* The entries of one frame, which has their leaves, at offset `at` of its segment. */
void zta_verify_tree__frame(
    zta_verify_tree *tree, const zta_frame *frame, uint64_t at);

/* Was every head met on the way? ZTA_EINVALID: no. */
ZTA_MUST_USE zta_status zta_verify_tree__judge(
    const zta_verify_tree *tree, zta_error *err);

/* --- what the records say, and their openings */

typedef struct zta_verify_records {
	const char *dir;
	zta_log_verified *out;
	zta_error err;
	zta_status status; /* what was found first, which `err` tells of */
	uint64_t retained; /* entries that some record says may be gone */
	bool entered;      /* some segment, which begins with */
	uint64_t segment;  /* this entry: `openings` are of it */
	zta_openings_run openings;
	zta_arena arena;
} zta_verify_records;

void zta_verify_records__open(
    zta_verify_records *records, const char *dir, zta_log_verified *out);
void zta_verify_records__close(zta_verify_records *records);

/* A frame of the segment that begins with entry `segment`, in their order. */
void zta_verify_records__frame(
    zta_verify_records *records, uint64_t segment, const zta_frame *frame);

/*
 * At the end. ZTA_EINVALID: an opening is not that of its record, or entries are
 * gone and no record says that they may. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_verify_records__judge(
    const zta_verify_records *records, zta_error *err);

/* --- the segments */

/*
 * Read them all, each frame once: this thread hashes it, and grows the tree; it
 * is another one that looks at records. What they say is left to be judged. ZTA_EINVALID: damaged. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_verify__segments(zta_verify_tree *tree,
    zta_verify_records *records, const uint64_t *firsts, size_t count,
    zta_log_verified *out, zta_error *err);

#endif
