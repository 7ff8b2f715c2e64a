/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack.h - git's packs, of whole objects: what stock git clones, and what a
 * bundle carries. SPEC: docs/formats/sync.md
 */
#ifndef ZTA_LEDGER_PACK_H
#define ZTA_LEDGER_PACK_H

#include "base/buf.h"
#include "store/store.h"

/* Bytes of a pack without objects: its head, and the digest at its end. */
#define ZTA_PACK_LEN_MIN 44u

/* A pack that is being written to a buffer. */
typedef struct zta_pack {
	zta_buf *out;
	size_t start; /* in the buffer */
} zta_pack;

/* Write a pack of `count` objects behind what `out` has; its failures stick. */
void zta_pack__begin(zta_pack *pack, zta_buf *out, uint32_t count);
void zta_pack__put(zta_pack *pack, zta_object_kind kind, zta_str body);
/* All objects have been put. */
void zta_pack__end(zta_pack *pack);

/* Where an object is in a pack. */
typedef struct zta_pack_place {
	zta_oid oid;
	uint32_t crc; /* of its bytes there */
	uint32_t offset;
} zta_pack_place;

/*
 * Append the index (version 2) of a pack that is under 2 GiB. `places` are its
 * objects, each once; they are sorted.
 */
void zta_pack_index__put(
    zta_buf *out, zta_str pack, zta_pack_place *places, uint32_t count);

/*
 * Read a pack of commits, trees and blobs that are well formed; the list is in
 * `arena`. Deltas are refused. The place of an error is "pack, byte <offset>".
 * ZTA_ESYNTAX, ZTA_EINVALID, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_pack__read(zta_arena *arena, zta_str bytes,
    zta_store_object **out, uint32_t *count, zta_error *err);

#endif
