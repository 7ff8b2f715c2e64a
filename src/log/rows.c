/* SPDX-License-Identifier: Apache-2.0 */
/* rows.c - see rows.h. */
#include "log/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* What is compared at a time. */
#define CHUNK ((size_t)4096)

zta_status
zta_rows__open(
    zta_rows *out, const char *path, size_t width, bool write, zta_error *err)
{
	int flags = write ? O_RDWR | O_CREAT : O_RDONLY;
	struct stat st;
	zta_status status;

	*out = (zta_rows){ .fd = -1, .width = width };
	zta_buf__init(&out->pending, SIZE_MAX);
	if (snprintf(out->path, sizeof(out->path), "%s", path) >=
	    (int)sizeof(out->path)) {
		return zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	}
	out->fd = open(path, flags | O_CLOEXEC, 0640);
	if (out->fd < 0 || fstat(out->fd, &st) != 0) {
		status = errno == ENOENT ? ZTA_ENOTFOUND : ZTA_EIO;
		(void)zta_error__errno(err, "open a file of the tree");
		zta_error__place(err, "%s", path);
		return status;
	}
	out->found = (uint64_t)st.st_size / width;
	return ZTA_OK;
}

void
zta_rows__close(zta_rows *rows)
{
	zta_buf__release(&rows->pending);
	if (rows->fd >= 0) {
		(void)close(rows->fd);
	}
}

zta_status
zta_rows__reserve(zta_rows *rows, size_t count, zta_error *err)
{
	size_t before = rows->pending.len;

	if (zta_buf__extend(&rows->pending, count * rows->width) == NULL) {
		return zta_error__nomem(err);
	}
	rows->pending.len = before;
	return ZTA_OK;
}

void
zta_rows__put(zta_rows *rows, const void *values, size_t count)
{
	zta_buf__put(&rows->pending, (zta_str){ values, count * rows->width });
}

zta_status
zta_rows__read(const zta_rows *rows, uint64_t first, size_t count, void *out,
    zta_error *err)
{
	size_t len = count * rows->width, done = 0;
	off_t at = (off_t)(first * rows->width);
	zta_status status;
	ssize_t n = 1;

	while (done < len && n > 0) {
		n = pread(
		    rows->fd, (char *)out + done, len - done, at + (off_t)done);
		if (n < 0 && errno != EINTR) {
			status = zta_error__errno(err, "read");
			zta_error__place(err, "%s", rows->path);
			return status;
		}
		done += n > 0 ? (size_t)n : 0;
		n = n < 0 ? 1 : n;
	}
	if (done == len) {
		return ZTA_OK;
	}
	(void)zta_error__set(err, ZTA_EINVALID,
	    "the tree is damaged: it ends before value %" PRIu64,
	    first + count);
	zta_error__place(err, "%s", rows->path);
	return ZTA_EINVALID;
}

/* Forget the first `len` bytes that are pending. */
static void
advance(zta_rows *rows, size_t len)
{
	zta_buf__consume(&rows->pending, len);
	rows->written += len / rows->width;
}

static zta_status
compare(zta_rows *rows, zta_error *err)
{
	char there[CHUNK];
	size_t count;
	zta_status status;

	while (rows->pending.len > 0 && rows->written < rows->keep) {
		count = rows->pending.len / rows->width;
		if (count > rows->keep - rows->written) {
			count = (size_t)(rows->keep - rows->written);
		}
		if (count > CHUNK / rows->width) {
			count = CHUNK / rows->width;
		}
		status = zta_rows__read(rows, rows->written, count, there, err);
		if (status != ZTA_OK) {
			return status;
		}
		if (memcmp(there, rows->pending.ptr, count * rows->width) !=
		    0) {
			(void)zta_error__set(err, ZTA_EINVALID,
			    "the tree is damaged: it does not agree with the "
			    "segments between values %" PRIu64 " and %" PRIu64,
			    rows->written, rows->written + count - 1);
			zta_error__place(err, "%s", rows->path);
			return ZTA_EINVALID;
		}
		advance(rows, count * rows->width);
	}
	return ZTA_OK;
}

zta_status
zta_rows__flush(zta_rows *rows, const zta_log_io *io, zta_error *err)
{
	zta_status status = compare(rows, err);
	size_t done = 0;
	ssize_t n;

	if (status != ZTA_OK) {
		return status;
	}
	while (done < rows->pending.len) {
		n = io->pwrite(rows->fd, rows->pending.ptr + done,
		    rows->pending.len - done,
		    (off_t)(rows->written * rows->width + done));
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			status = zta_error__errno(err, "write");
			zta_error__place(err, "%s", rows->path);
			return status;
		}
		done += (size_t)n;
	}
	advance(rows, rows->pending.len);
	return ZTA_OK;
}
