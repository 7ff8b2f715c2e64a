/* SPDX-License-Identifier: Apache-2.0 */
/* deflate.h - compression of RFC 1950 to 1952, over zlib, in one piece. */
#ifndef ZTA_BASE_DEFLATE_H
#define ZTA_BASE_DEFLATE_H

#include "base/buf.h"

/* Append a zlib stream of `bytes`, which are under 4 GiB. */
void zta_deflate__put(zta_buf *out, zta_str bytes);

/*
 * Inflate the zlib stream that `bytes` begins with and that holds exactly `size`
 * bytes; `out` has room for one more. `*used` is the length of the stream.
 * ZTA_EINVALID: it is malformed, or of another size; ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_inflate__exactly(
    zta_str bytes, char *out, size_t size, size_t *used, zta_error *err);

/*
 * Append what the gzip stream `bytes` holds. ZTA_EINVALID: it is not one such
 * stream and nothing else; ZTA_ELIMIT: more than `out` takes; ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_inflate__gzip(
    zta_str bytes, zta_buf *out, zta_error *err);

/* The same of a zlib stream. */
ZTA_MUST_USE zta_status zta_inflate__zlib(
    zta_str bytes, zta_buf *out, zta_error *err);

/* CRC-32 as zlib has it. */
uint32_t zta_crc32__of(zta_str bytes);

#endif
