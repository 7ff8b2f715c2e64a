/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h - a growing output buffer.
 *
 * Writers append without looking; the first failure sticks and is read once at
 * the end with zta_buf__status(). A failed buffer holds a prefix of what was
 * meant, so it must not be used.
 *
 * A secret one wipes its bytes wherever they have been: when it grows, is
 * consumed, is cleared, and is released. What it gives away it no longer owns.
 */
#ifndef ZTA_BASE_BUF_H
#define ZTA_BASE_BUF_H

#include "ztauth/base.h"

typedef struct zta_buf {
	char *ptr;
	size_t len;
	size_t room;       /* bytes at `ptr` */
	size_t max;        /* `len` never passes it */
	zta_status status; /* ZTA_OK, or the first failure */
	bool secret;
} zta_buf;

void zta_buf__init(zta_buf *buf, size_t bytes_max);
void zta_buf__init_secret(zta_buf *buf, size_t bytes_max);
/* Free the bytes; the buffer is as after init. */
void zta_buf__release(zta_buf *buf);
/* Empty the buffer and forget its failure, keep its room. */
void zta_buf__clear(zta_buf *buf);

/* Room for `len` more bytes at the end, to be filled by hand; NULL: failed. */
ZTA_MUST_USE char *zta_buf__extend(zta_buf *buf, size_t len);

void zta_buf__put(zta_buf *buf, zta_str text);
void zta_buf__byte(zta_buf *buf, char byte);
/* Four bytes, big endian. */
void zta_buf__u32(zta_buf *buf, uint32_t number);
void zta_buf__text(zta_buf *buf, const char *text);
__attribute__((format(printf, 2, 3))) void zta_buf__printf(
    zta_buf *buf, const char *format, ...);

/* Drop the first `len` bytes; the rest moves to the front. */
void zta_buf__consume(zta_buf *buf, size_t len);

/*
 * Hand the bytes over, NUL-terminated, for zta_str_free(). Where `status` or the
 * buffer has failed, free them and return that.
 */
ZTA_MUST_USE zta_status zta_buf__give(
    zta_buf *buf, zta_status status, zta_str *out, zta_error *err);

/* What has been written so far; valid until the next change. */
static inline zta_str
zta_buf__str(const zta_buf *buf)
{
	return (zta_str){ buf->ptr, buf->len };
}

#endif
