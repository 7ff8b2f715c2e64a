/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish.h - what the files of ztauth-publish share. docs/formats/publish.md
 *
 * A target takes messages and says when all of them are kept. One that has
 * failed is closed, and opened anew with the next messages: so nothing that was
 * under way is taken for something else.
 */
#ifndef ZTA_PUBLISH_PUBLISH_H
#define ZTA_PUBLISH_PUBLISH_H

#include "ztauth/base.h"

/* Longest origin, a slash, an index. */
#define PUBLISH_ID_MAX 384u
/* Messages that are under way together, and about how many bytes. */
#define PUBLISH_BATCH_MAX 512u
#define PUBLISH_BYTES_MAX ((size_t)4 << 20)
/* How long a target may take for them. */
#define PUBLISH_WAIT_MS 30000

typedef struct publish_message {
	char id[PUBLISH_ID_MAX]; /* "<origin>/<index>" */
	size_t at, len;          /* of its bytes in the batch */
} publish_message;

typedef struct publish_batch {
	const char *bytes;
	const publish_message *list;
	uint32_t count;
} publish_batch;

/* A setting of the file that --conf names; both are good for the call alone. */
typedef struct publish_setting {
	const char *name, *value;
} publish_setting;

typedef struct publish_options {
	const char *servers; /* without the scheme for Kafka, a URL for NATS */
	const char *topic;   /* or subject */
	const char *origin;  /* of the log */
	const char *type;    /* of what is sent: a media type */
	const publish_setting *settings;
	uint32_t setting_count;
} publish_options;

typedef struct publish_target {
	const char *scheme; /* of --to */
	bool whole_url;     /* `servers` has it */
	/* ZTA_EINVAL: a setting is none; ZTA_EUNAVAILABLE. */
	zta_status (*open)(
	    void **state, const publish_options *options, zta_error *err);
	/* Until all are kept. ZTA_EUNAVAILABLE: one may not be. */
	zta_status (*send)(
	    void *state, const publish_batch *batch, zta_error *err);
	void (*close)(void *state);
} publish_target;

extern const publish_target publish_nats, publish_kafka;

/* What was published, in a file: "<origin> <index of the next>". */
typedef struct publish_cursor {
	const char *path;
	const char *origin;
	uint64_t next;
	int lock; /* -1: not held */
} publish_cursor;

/*
 * Read it, and keep others from it; without the file it is at 0. ZTA_EINVALID:
 * it is of another log, or none.
 */
ZTA_MUST_USE zta_status publish_cursor_open(publish_cursor *cursor,
    const char *path, const char *origin, zta_error *err);
/* Everything before `next` is kept there. */
ZTA_MUST_USE zta_status publish_cursor_move(
    publish_cursor *cursor, uint64_t next, zta_error *err);
void publish_cursor_close(publish_cursor *cursor);

#endif
