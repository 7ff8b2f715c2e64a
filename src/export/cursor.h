/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.h - how far a log was exported. docs/formats/export.md */
#ifndef ZTA_EXPORT_CURSOR_H
#define ZTA_EXPORT_CURSOR_H

#include "base/arena.h"
#include "crypto/digest.h"

typedef struct zta_cursor {
	uint64_t next; /* entries below it were taken */
	/* The leaf before, if there is one: whose log this is. */
	unsigned char hash[ZTA_SHA256_LEN];
} zta_cursor;

/* Read what zta_cursor__save() wrote. ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_cursor__read(
    zta_str text, zta_cursor *out, zta_error *err);

/* ZTA_ENOTFOUND: there is none yet. ZTA_EINVALID, ZTA_EIO. */
ZTA_MUST_USE zta_status zta_cursor__load(
    const char *path, zta_cursor *out, zta_error *err);
/* Durable when it is back. */
ZTA_MUST_USE zta_status zta_cursor__save(
    const char *path, const zta_cursor *cursor, zta_error *err);

#endif
