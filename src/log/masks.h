/* SPDX-License-Identifier: Apache-2.0 */
/* masks.h - what of a record is not exported. docs/formats/masks.md */
#ifndef ZTA_LOG_MASKS_H
#define ZTA_LOG_MASKS_H

#include "log/leaf.h"

#define ZTA_MASKS_MAX 16u
#define ZTA_MASK_VALUE_MAX 256u
/* A key of hashes: more bytes than a digest has are no better. */
#define ZTA_MASK_KEY_MAX ((size_t)1024)

typedef enum zta_mask_op {
	ZTA_MASK_REMOVE,
	ZTA_MASK_HASH,
	ZTA_MASK_UPSERT
} zta_mask_op;

typedef struct zta_mask {
	zta_mask_op op;
	unsigned part; /* of a record: see masks.c */
	zta_str path;  /* as it is written */
	zta_str value; /* of an upsert */
} zta_mask;

/* Zeroed: nothing is masked. */
typedef struct zta_masks {
	zta_mask list[ZTA_MASKS_MAX];
	uint32_t count;
} zta_masks;

/*
 * Read audit/masks.json (empty: there are none); the result refers to it and to
 * `arena`. ZTA_ESYNTAX, ZTA_EINVALID and others with line, column and pointer.
 */
ZTA_MUST_USE zta_status zta_masks__read(
    zta_masks *out, zta_arena *arena, zta_str text, zta_error *err);

/*
 * Mask `leaf`, with hashes under `key` (empty: there is none, and what would be
 * hashed is removed). `*masked`: the paths of what there was to mask. What is new
 * lies in `arena`, and paths are those of `masks`. ZTA_ENOMEM: the record must
 * not be used.
 */
ZTA_MUST_USE zta_status zta_masks__apply(const zta_masks *masks, zta_str key,
    zta_arena *arena, zta_leaf *leaf, zta_leaf_list *masked, zta_error *err);

#endif
