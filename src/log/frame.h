/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h - one group commit on disk. docs/formats/log.md has the bytes.
 *
 * A frame carries the hash of the one before and ends with its own, so a log
 * cannot lose or exchange a frame in its middle without being found out.
 */
#ifndef ZTA_LOG_FRAME_H
#define ZTA_LOG_FRAME_H

#include "base/buf.h"
#include "crypto/hash_tree.h"

#define ZTA_FRAME_HEAD 60
/* Before each entry. */
#define ZTA_FRAME_LENGTH 4
#define ZTA_FRAME_TAIL ZTA_SHA256_LEN

typedef struct zta_frame {
	uint64_t first; /* index of its first entry */
	uint32_t count;
	int64_t time;    /* ms; for people: clocks may jump */
	zta_str entries; /* each with its length before it */
	size_t size;     /* of the whole frame */
	/* Their hashes as leaves, one after another, where somebody says that they
	 * are here. */
	const unsigned char *leaves;
	unsigned char hash[ZTA_SHA256_LEN];
} zta_frame;

/* Begin a frame in `buf`, which is empty; its head is filled in by finish. */
void zta_frame__begin(zta_buf *buf);
void zta_frame__put_entry(zta_buf *buf, zta_str bytes);

/* What the hash of a frame is of, from an entry: its length, and its leaf. */
void zta_frame__put_sum(
    zta_buf *sums, size_t len, const unsigned char leaf[ZTA_SHA256_LEN]);

/*
 * `sums` has those of all entries; `hash` is the hash of the frame before and
 * becomes that of this one.
 */
void zta_frame__finish(zta_buf *buf, zta_str sums, uint64_t first,
    uint32_t count, int64_t time, unsigned char hash[ZTA_SHA256_LEN]);

typedef enum zta_frame_state {
	ZTA_FRAME_GOOD,
	ZTA_FRAME_SHORT, /* the bytes end before it does */
	ZTA_FRAME_BAD    /* not a frame, or not this one */
} zta_frame_state;

/*
 * Read the frame at the front of `bytes`, which must follow the frame of hash
 * `before` (NULL: any) and begin with entry `first`. `leaves`: as of
 * zta_frame__holds().
 */
ZTA_MUST_USE zta_frame_state zta_frame__read(zta_str bytes, uint64_t first,
    const unsigned char *before, zta_buf *leaves, zta_frame *out);

/*
 * The same of a frame that was read before: its hash is not looked at, nor what
 * it follows.
 */
ZTA_MUST_USE zta_frame_state zta_frame__look(
    zta_str bytes, uint64_t first, zta_frame *out);

/*
 * Does a frame that was looked at have the hash that it says? Leaves of its
 * entries are appended to `leaves` (NULL: they are not), where a failure sticks.
 */
ZTA_MUST_USE bool zta_frame__holds(const zta_frame *frame, zta_buf *leaves);

/*
 * The head alone, of a frame that must begin with entry `first`: entry, count,
 * time and size, which nothing vouches for. False: it is no such head.
 */
ZTA_MUST_USE bool zta_frame__head(
    zta_str bytes, uint64_t first, zta_frame *out);

/* What the head of a frame says: its first entry, its size. 0: no head. */
uint64_t zta_frame__first(zta_str bytes);
size_t zta_frame__size(zta_str bytes);
/* And its time; INT64_MAX: no head. */
int64_t zta_frame__time(zta_str bytes);

/* Cut the next entry off `*entries`; false at the end. */
bool zta_frame__next(zta_str *entries, zta_str *bytes);

#endif
