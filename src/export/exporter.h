/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exporter.h - copies a durable log to somebody, and forgets nothing.
 * docs/audit.md
 *
 * An exporter is a reader with a cursor of its own on disk. The cursor is moved
 * when what is before it was taken, never earlier: after whatever happens, some
 * records come twice, and none is missing.
 */
#ifndef ZTA_EXPORT_EXPORTER_H
#define ZTA_EXPORT_EXPORTER_H

#include "export/sink.h"

typedef struct zta_exporter zta_exporter;

typedef struct zta_exporter_options {
	const char *dir;       /* of the log */
	const char *cursor;    /* file */
	zta_sink_options sink; /* its `stop` ends the exporter, too */
	/* Entry to begin with where there is no cursor; as of
	 * zta_log_reader_open(). */
	int64_t from;
	bool begin_behind; /* instead: with what is written from now on */
	bool follow;       /* go on as records are written */
	zta_str mask_key;  /* empty: what would be hashed is removed */
	/* The masks of now, until `drop`; NULL: not known yet, wait. */
	const zta_masks *(*hold)(void *context, void **held);
	void (*drop)(void *held);
	/* Entries below it are durable; NULL: all that can be read. */
	uint64_t (*durable)(void *context);
	/* Hears up to which entry all was taken; NULL: nobody. */
	void (*reached)(void *context, uint64_t next);
	void *context;
	/* Tell the operator. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
} zta_exporter_options;

/*
 * ZTA_ENOTFOUND: there is no log. ZTA_EINVALID: nothing can be sent there, or the
 * cursor is no cursor, or of another log. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_exporter__open(
    zta_exporter **out, const zta_exporter_options *options, zta_error *err);
void zta_exporter__close(zta_exporter *exporter);

/*
 * Send until `stop`, or until all is taken, if it does not follow. Who cannot be
 * reached, or refuses, is asked again after pauses that grow. ZTA_EINVALID: the
 * log is damaged, or has lost records that were not taken. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_exporter__run(
    zta_exporter *exporter, zta_error *err);

#endif
