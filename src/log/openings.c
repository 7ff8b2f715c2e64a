/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openings.c - see openings.h: what the sequencer writes.
 *
 * 1. Openings are durable before their entries are, so that an entry has its
 *    opening, or lost it to somebody who erased.
 * 2. Behind `end` nothing counts. A row, which says where openings are, is read
 *    for entries alone that are in the log.
 */
#include "log/openings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "log/openings_part.h"

zta_status
zta_openings__path(char out[ZTA_OPENINGS_PATH_MAX], const char *dir,
    uint64_t first, zta_error *err)
{
	int len = snprintf(out, ZTA_OPENINGS_PATH_MAX,
	    "%s/" ZTA_OPENINGS_FOLDER "/%020" PRIu64 ".open", dir, first);

	return len > 0 && len < ZTA_OPENINGS_PATH_MAX ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_ELIMIT, "the path is too long");
}

void
zta_openings__init(zta_openings *o)
{
	o->fd = -1;
	zta_buf__init(&o->row, SIZE_MAX);
	zta_buf__init(&o->bytes, SIZE_MAX);
}

void
zta_openings__close(zta_openings *o)
{
	if (o->fd >= 0) {
		(void)close(o->fd);
	}
	zta_buf__release(&o->row);
	zta_buf__release(&o->bytes);
}

/* --- where they end */

/* The last value of the row before entry `next` that says something. */
static bool
find_last(int fd, uint64_t count, uint32_t *at)
{
	unsigned char chunk[1024 * ZTA_OPENINGS_SLOT];
	uint64_t n;
	size_t i;

	*at = 0;
	while (count > 0 && *at == 0) {
		n = count < 1024 ? count : 1024;
		count -= n;
		if (!zta_openings__read_fully(fd, chunk,
			(size_t)n * ZTA_OPENINGS_SLOT,
			count * ZTA_OPENINGS_SLOT)) {
			return false;
		}
		for (i = (size_t)n; i > 0 && *at == 0; i--) {
			*at = zta_openings__number(
			    chunk + (i - 1) * ZTA_OPENINGS_SLOT);
		}
	}
	return true;
}

/* Behind the opening of the last entry before `next` that has one. */
static bool
find_end(zta_openings *o, uint64_t next)
{
	unsigned char head[ZTA_OPENING_HEAD];
	struct stat st;
	uint32_t at;
	size_t size = 0;

	o->end = ZTA_OPENINGS_BEGIN;
	if (fstat(o->fd, &st) != 0) {
		return false;
	}
	if ((uint64_t)st.st_size <= ZTA_OPENINGS_BEGIN) {
		return true;
	}
	if (!find_last(o->fd, next - o->first, &at)) {
		return false;
	}
	if (at != 0 &&
	    zta_openings__read_fully(o->fd, head, sizeof(head), at)) {
		size = zta_opening__size(head);
	}
	/* If that one is damaged, nothing is known of what is behind it. */
	o->end = at == 0 ? ZTA_OPENINGS_BEGIN :
	    size == 0    ? (uint64_t)st.st_size :
			   at + (uint64_t)size;
	return (uint64_t)st.st_size <= o->end ||
	    (ftruncate(o->fd, (off_t)o->end) == 0 && fsync(o->fd) == 0);
}

static zta_status
make_folder(const char *dir, zta_error *err)
{
	char path[ZTA_OPENINGS_PATH_MAX];
	zta_status status;

	if (snprintf(path, sizeof(path), "%s/" ZTA_OPENINGS_FOLDER, dir) >=
	    (int)sizeof(path)) {
		return zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	}
	if (mkdir(path, 0700) == 0) {
		return zta_file__sync_parent(path, err);
	}
	if (errno == EEXIST) {
		return ZTA_OK;
	}
	status = zta_error__errno(err, "make the folder of the openings");
	zta_error__place(err, "%s", path);
	return status;
}

zta_status
zta_openings__open(zta_openings *o, const char *dir, uint64_t first,
    uint64_t next, zta_error *err)
{
	char path[ZTA_OPENINGS_PATH_MAX];
	zta_status status = make_folder(dir, err);
	int fd;

	if (status == ZTA_OK) {
		status = zta_openings__path(path, dir, first, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0) {
		if (o->fd >= 0) {
			(void)close(o->fd);
		}
		o->fd = fd;
		o->first = first;
	}
	if (fd < 0 || !find_end(o, next)) {
		status = zta_error__errno(err, "open the openings");
		zta_error__place(err, "%s", path);
		return status;
	}
	return zta_file__sync_parent(path, err);
}

/* --- a frame of them */

bool
zta_openings__is_full(
    const zta_openings *o, uint64_t next, uint32_t count, size_t len)
{
	return next - o->first + count > ZTA_OPENINGS_ENTRIES_MAX ||
	    o->end + len > UINT32_MAX;
}

void
zta_openings__hand_in(zta_buf *lane, zta_str opening)
{
	static const char none[ZTA_OPENING_HEAD] = { 0 };

	zta_buf__put(
	    lane, opening.len > 0 ? opening : (zta_str){ none, sizeof(none) });
}

void
zta_openings__take(zta_openings *o, zta_str rest)
{
	const unsigned char *head;
	size_t size;

	while (rest.len > 0) {
		head = (const unsigned char *)rest.ptr;
		size = zta_opening__size(head);
		zta_buf__u32(
		    &o->row, size == 0 ? 0 : (uint32_t)(o->end + o->bytes.len));
		zta_buf__put(&o->bytes, (zta_str){ rest.ptr, size });
		size = size == 0 ? ZTA_OPENING_HEAD : size;
		rest.ptr += size;
		rest.len -= size;
	}
}

static bool
write_all(int fd, zta_str bytes, uint64_t at, const zta_log_io *io)
{
	ssize_t n;

	while (bytes.len > 0) {
		n = io->pwrite(fd, bytes.ptr, bytes.len, (off_t)at);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return false;
		}
		bytes.ptr += n;
		bytes.len -= (size_t)n;
		at += (uint64_t)n;
	}
	return true;
}

bool
zta_openings__write(zta_openings *o, uint64_t next, const zta_log_io *io)
{
	return write_all(o->fd, zta_buf__str(&o->bytes), o->end, io) &&
	    write_all(o->fd, zta_buf__str(&o->row),
		(next - o->first) * ZTA_OPENINGS_SLOT, io);
}

static void
forget(zta_openings *o)
{
	zta_buf__clear(&o->row);
	zta_buf__clear(&o->bytes);
}

bool
zta_openings__take_back(zta_openings *o, const zta_log_io *io)
{
	bool any = o->bytes.len > 0;

	forget(o);
	return !any || io->truncate(o->fd, (off_t)o->end) == 0;
}

bool
zta_openings__sync(zta_openings *o, const zta_log_io *io)
{
	if (o->bytes.len > 0 && io->sync(o->fd) != 0) {
		return false;
	}
	o->end += o->bytes.len;
	forget(o);
	return true;
}
