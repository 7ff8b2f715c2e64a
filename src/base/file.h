/* SPDX-License-Identifier: Apache-2.0 */
/* file.h - whole files: read one, replace one so that no half is ever seen. */
#ifndef ZTA_BASE_FILE_H
#define ZTA_BASE_FILE_H

#include <limits.h>

#include "base/arena.h"
#include "base/buf.h"

/*
 * Read the file into `arena`. "-" is standard input. The path becomes the place
 * of an error. Returns ZTA_EIO, ZTA_ENOTFOUND, ZTA_ELIMIT (over `bytes_max`).
 */
ZTA_MUST_USE zta_status zta_file__read(zta_arena *arena, const char *path,
    size_t bytes_max, zta_str *out, zta_error *err);

/*
 * Fill `out`, an empty secret, with the one line of the file, without what ends
 * it; the bytes are nowhere else. As above, and ZTA_EINVALID: it is empty.
 */
ZTA_MUST_USE zta_status zta_file__read_secret(
    const char *path, zta_buf *out, zta_error *err);

/*
 * Write `content` beside `path`, sync it, and rename it into place with `mode`.
 * Whatever happens, `path` holds its old content or all of the new.
 */
ZTA_MUST_USE zta_status zta_file__replace(
    const char *path, unsigned mode, zta_str content, zta_error *err);

/*
 * The same in parts: what is written to `fd` comes into place with commit. One
 * that was not is dropped, which a second time is fine.
 */
typedef struct zta_file_draft {
	const char *path;
	int fd; /* -1: none */
	char temporary[PATH_MAX];
} zta_file_draft;

ZTA_MUST_USE zta_status zta_file_draft__open(
    zta_file_draft *draft, const char *path, zta_error *err);
ZTA_MUST_USE zta_status zta_file_draft__commit(
    zta_file_draft *draft, unsigned mode, zta_error *err);
void zta_file_draft__drop(zta_file_draft *draft);

/*
 * Wait for the lock of `path` and hold it until `*fd` is closed (-1: it is not
 * held). It is that of `path`.lock, which is made and stays.
 */
ZTA_MUST_USE zta_status zta_file__lock(
    const char *path, int *fd, zta_error *err);

/* write(2) until all is out, through EINTR and short writes. */
ZTA_MUST_USE zta_status zta_file__write_all(
    int fd, zta_str content, zta_error *err);

/* fsync the directory that holds `path`, so that a rename in it lasts. */
ZTA_MUST_USE zta_status zta_file__sync_parent(const char *path, zta_error *err);

#endif
