/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish.h - make checkpoints of a log that grows. docs/formats/checkpoint.md
 *
 * One thread makes one a second while there is something new, and sooner when
 * somebody wants one. The order: entries durable, tree synced, signed, cosigned,
 * stored, handed out.
 */
#ifndef ZTA_LOG_PUBLISH_H
#define ZTA_LOG_PUBLISH_H

#include "log/checkpoint.h"
#include "log/log.h"

typedef struct zta_publisher zta_publisher;

/* How many entries were signed for last; 0: none were. ZTA_EUNAVAILABLE. */
typedef zta_status zta_publish_last(
    void *context, uint64_t *size, zta_error *err);
/*
 * The note of this text; `proof` shows that the tree only grew from what was
 * signed for last. ZTA_EUNAVAILABLE.
 */
typedef zta_status zta_publish_sign(void *context, zta_str text,
    const zta_merkle_path *proof, zta_buf *note, zta_error *err);

/*
 * Add cosignatures to the note of this head. True: the quorum is reached, or was
 * before. It may take a while; called by one thread at a time.
 */
typedef bool zta_publish_cosign(
    void *context, const zta_log_head *head, zta_buf *note);

typedef struct zta_publisher_options {
	const char *dir;         /* of the log */
	const zta_note_key *key; /* that signs */
	zta_log *log;
	zta_publish_last *last; /* called by the thread alone, */
	zta_publish_sign *sign; /* and so is this */
	void *context;
	zta_publish_cosign *cosign; /* NULL: nobody is asked */
	void *cosign_context;
	bool quorum_required; /* or there is no checkpoint */
	/* Tell the operator that there is no checkpoint, once a failure. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
} zta_publisher_options;

/* The log outlives it. Close it; NULL is fine. */
ZTA_MUST_USE zta_status zta_publisher__open(
    zta_publisher **out, const zta_publisher_options *options, zta_error *err);
/* After a last checkpoint. */
void zta_publisher__close(zta_publisher *publisher);

/* Add to the eventfd `fd` at each new checkpoint. ZTA_ELIMIT. */
ZTA_MUST_USE zta_status zta_publisher__tell(
    zta_publisher *publisher, int fd, zta_error *err);
/* No longer, if it was told; `fd` may be closed then. */
void zta_publisher__untell(zta_publisher *publisher, int fd);

/* Make one soon, at most one in ZTA_LOG_PUBLISH_GAP_MS. */
void zta_publisher__want(zta_publisher *publisher);

/*
 * The newest checkpoint; its bytes are appended to `note` (NULL: not wanted).
 * ZTA_ENOTFOUND: there is none yet.
 */
ZTA_MUST_USE zta_status zta_publisher__latest(
    zta_publisher *publisher, zta_log_head *head, zta_buf *note);

#endif
