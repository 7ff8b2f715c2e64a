/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows.h - a file that is a row of values of one size. docs/formats/tree.md
 *
 * Values are put in memory and written in one go. Those that were signed for are
 * not written again: they are compared.
 */
#ifndef ZTA_LOG_ROWS_H
#define ZTA_LOG_ROWS_H

#include "base/buf.h"
#include "log/io.h"

#define ZTA_ROWS_PATH_MAX 4096

typedef struct zta_rows {
	char path[ZTA_ROWS_PATH_MAX];
	int fd;
	size_t width;     /* bytes of a value */
	uint64_t found;   /* values that the file had when it was opened */
	uint64_t keep;    /* values below are on file, and stay as they are */
	uint64_t written; /* those behind are `pending` */
	zta_buf pending;
} zta_rows;

/*
 * Open the file at `path`; to be written it is made if need be. Errors name it.
 * ZTA_ENOTFOUND. Close it either way.
 */
ZTA_MUST_USE zta_status zta_rows__open(
    zta_rows *out, const char *path, size_t width, bool write, zta_error *err);
void zta_rows__close(zta_rows *rows);

/* Room for `count` more, so that putting them cannot fail. ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_rows__reserve(
    zta_rows *rows, size_t count, zta_error *err);
void zta_rows__put(zta_rows *rows, const void *values, size_t count);

/*
 * Write what was put. ZTA_EIO: it stays pending. ZTA_EINVALID: it is not what
 * the file has.
 */
ZTA_MUST_USE zta_status zta_rows__flush(
    zta_rows *rows, const zta_log_io *io, zta_error *err);

/* Read `count` values from `first` on. ZTA_EINVALID: they are not there. */
ZTA_MUST_USE zta_status zta_rows__read(const zta_rows *rows, uint64_t first,
    size_t count, void *out, zta_error *err);

#endif
