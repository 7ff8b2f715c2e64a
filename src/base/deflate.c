/* SPDX-License-Identifier: Apache-2.0 */
/* deflate.c - see deflate.h. */
#include "base/deflate.h"

#include <zlib.h>

#include "base/error.h"

#define PIECE 16384u
#define GZIP_BITS (16 + MAX_WBITS)

void
zta_deflate__put(zta_buf *out, zta_str bytes)
{
	uLongf len = compressBound((uLong)bytes.len);
	size_t before = out->len;
	char *at = zta_buf__extend(out, len);

	if (at == NULL) {
		return;
	}
	if (compress2((Bytef *)at, &len, (const Bytef *)bytes.ptr,
		(uLong)bytes.len, Z_DEFAULT_COMPRESSION) != Z_OK) {
		out->status = ZTA_ENOMEM;
		return;
	}
	out->len = before + len;
}

/* zlib reads what it is given, but says so in its types since 1.2.5 only. */
static z_stream
stream_of(zta_str bytes)
{
	return (z_stream){ .next_in = (Bytef *)(uintptr_t)bytes.ptr,
		.avail_in = (uInt)bytes.len };
}

static zta_status
malformed(zta_error *err)
{
	return zta_error__set(
	    err, ZTA_EINVALID, "the compressed data are malformed");
}

zta_status
zta_inflate__exactly(
    zta_str bytes, char *out, size_t size, size_t *used, zta_error *err)
{
	z_stream z;
	int code;

	if (bytes.len > UINT32_MAX || size >= UINT32_MAX) {
		return malformed(err);
	}
	z = stream_of(bytes);
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)size + 1;
	if (inflateInit(&z) != Z_OK) {
		return zta_error__nomem(err);
	}
	code = inflate(&z, Z_FINISH);
	*used = z.total_in;
	(void)inflateEnd(&z);
	if (code == Z_MEM_ERROR) {
		return zta_error__nomem(err);
	}
	return code == Z_STREAM_END && z.total_out == size ? ZTA_OK :
							     malformed(err);
}

/* One stream and nothing else, of the form that the window bits tell. */
static zta_status
inflate_all(zta_str bytes, int window_bits, zta_buf *out, zta_error *err)
{
	char piece[PIECE];
	z_stream z;
	int code = Z_OK;

	if (bytes.len > UINT32_MAX) {
		return malformed(err);
	}
	z = stream_of(bytes);
	if (inflateInit2(&z, window_bits) != Z_OK) {
		return zta_error__nomem(err);
	}
	while (code == Z_OK && out->status == ZTA_OK) {
		z.next_out = (Bytef *)piece;
		z.avail_out = PIECE;
		code = inflate(&z, Z_NO_FLUSH);
		zta_buf__put(out, (zta_str){ piece, PIECE - z.avail_out });
	}
	(void)inflateEnd(&z);
	if (out->status == ZTA_ELIMIT) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "the data take over %zu bytes", out->max);
	}
	if (code == Z_MEM_ERROR || out->status != ZTA_OK) {
		return zta_error__nomem(err);
	}
	return code == Z_STREAM_END && z.avail_in == 0 ? ZTA_OK :
							 malformed(err);
}

zta_status
zta_inflate__gzip(zta_str bytes, zta_buf *out, zta_error *err)
{
	return inflate_all(bytes, GZIP_BITS, out, err);
}

zta_status
zta_inflate__zlib(zta_str bytes, zta_buf *out, zta_error *err)
{
	return inflate_all(bytes, MAX_WBITS, out, err);
}

uint32_t
zta_crc32__of(zta_str bytes)
{
	return (uint32_t)crc32_z(0, (const Bytef *)bytes.ptr, bytes.len);
}
