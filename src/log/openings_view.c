/* SPDX-License-Identifier: Apache-2.0 */
/* openings_view.c - see openings.h: reading them, and destroying some. */
#include "log/openings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "log/openings_part.h"

bool
zta_openings__read_fully(int fd, unsigned char *out, size_t len, uint64_t at)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = pread(fd, out + done, len - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return false;
		}
		if (n == 0) {
			memset(out + done, 0, len - done);
			return true;
		}
		done += (size_t)n;
	}
	return true;
}

zta_status
zta_openings_view__open(zta_openings_view *view, const char *dir,
    uint64_t first, bool write, zta_error *err)
{
	char path[ZTA_OPENINGS_PATH_MAX];
	zta_status status = zta_openings__path(path, dir, first, err);

	*view = (zta_openings_view){ -1, first };
	if (status != ZTA_OK) {
		return status;
	}
	view->fd =
	    open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW);
	if (view->fd >= 0 || (!write && (errno == ENOENT || errno == EACCES))) {
		return ZTA_OK;
	}
	status = errno == ENOENT ? ZTA_ENOTFOUND : ZTA_EIO;
	(void)zta_error__errno(err, "open the openings");
	zta_error__place(err, "%s", path);
	return status;
}

void
zta_openings_view__close(zta_openings_view *view)
{
	if (view->fd >= 0) {
		(void)close(view->fd);
		view->fd = -1;
	}
}

static zta_status
unreadable(uint64_t index, zta_error *err)
{
	(void)zta_error__errno(err, "read an opening");
	zta_error__place(err, "the opening of entry %" PRIu64, index);
	return ZTA_EIO;
}

/*
 * Where the opening is, and the bytes of it; 0: there is none. A head that is
 * damaged does not reach into the next one, whose place is known as a rule.
 */
static zta_status
look(const zta_openings_view *view, uint64_t index, uint32_t *at, size_t *size,
    zta_error *err)
{
	unsigned char slots[2 * ZTA_OPENINGS_SLOT], head[ZTA_OPENING_HEAD];
	uint32_t next;

	*at = 0;
	*size = 0;
	if (view->fd < 0 || index < view->first ||
	    index - view->first >= ZTA_OPENINGS_ENTRIES_MAX) {
		return ZTA_OK;
	}
	if (!zta_openings__read_fully(view->fd, slots, sizeof(slots),
		(index - view->first) * ZTA_OPENINGS_SLOT)) {
		return unreadable(index, err);
	}
	*at = zta_openings__number(slots);
	/* There is no row behind the last one. */
	next = index - view->first + 1 < ZTA_OPENINGS_ENTRIES_MAX ?
	    zta_openings__number(slots + ZTA_OPENINGS_SLOT) :
	    0;
	if (*at == 0) {
		return ZTA_OK;
	}
	if (!zta_openings__read_fully(view->fd, head, sizeof(head), *at)) {
		return unreadable(index, err);
	}
	if (*at < ZTA_OPENINGS_BEGIN) {
		return ZTA_OK;
	}
	*size = zta_opening__size(head);
	if (next > *at && next - *at >= ZTA_OPENING_HEAD &&
	    next - *at <= ZTA_LOG_OPENING_MAX &&
	    (*size == 0 || *size > next - *at)) {
		*size = next - *at;
	}
	return ZTA_OK;
}

zta_status
zta_openings_view__read(const zta_openings_view *view, uint64_t index,
    zta_arena *arena, zta_str *out, zta_error *err)
{
	unsigned char *bytes;
	uint32_t at;
	size_t size;
	zta_status status = look(view, index, &at, &size, err);

	*out = (zta_str){ NULL, 0 };
	if (status != ZTA_OK || at == 0) {
		return status;
	}
	/* One byte is no opening: it is found to be damaged. */
	size = size == 0 ? 1 : size;
	bytes = zta_arena__alloc(arena, size);
	if (bytes == NULL) {
		return zta_arena__failed(arena, err);
	}
	if (!zta_openings__read_fully(view->fd, bytes, size, at)) {
		return unreadable(index, err);
	}
	*out = (zta_str){ (const char *)bytes, size };
	return ZTA_OK;
}

/* --- erasing */

static zta_status
overwrite(const zta_openings_view *view, uint64_t index, const char *bytes,
    size_t len, uint64_t at, zta_error *err)
{
	ssize_t n;

	while (len > 0) {
		n = pwrite(view->fd, bytes, len, (off_t)at);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			(void)zta_error__errno(err, "erase");
			zta_error__place(
			    err, "the opening of entry %" PRIu64, index);
			return ZTA_EIO;
		}
		bytes += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return ZTA_OK;
}

zta_status
zta_openings_view__mark(
    const zta_openings_view *view, uint64_t index, zta_error *err)
{
	char head[ZTA_OPENING_HEAD];
	uint32_t at;
	size_t size;
	zta_status status = look(view, index, &at, &size, err);

	if (status != ZTA_OK || size == 0) {
		return status;
	}
	zta_opening__put_head(head, ZTA_OPENING_IS_ERASED, size);
	return overwrite(view, index, head, sizeof(head), at, err);
}

zta_status
zta_openings_view__wipe(
    const zta_openings_view *view, uint64_t index, zta_error *err)
{
	static const char zeros[4096] = { 0 };
	uint32_t at;
	size_t size, n;
	zta_status status = look(view, index, &at, &size, err);
	uint64_t from = (uint64_t)at + ZTA_OPENING_HEAD;

	size = size == 0 ? 0 : size - ZTA_OPENING_HEAD;
	for (; status == ZTA_OK && size > 0; size -= n, from += n) {
		n = size < sizeof(zeros) ? size : sizeof(zeros);
		status = overwrite(view, index, zeros, n, from, err);
	}
	return status;
}

zta_status
zta_openings_view__sync(const zta_openings_view *view, zta_error *err)
{
	zta_status status;

	if (view->fd < 0 || fdatasync(view->fd) == 0) {
		return ZTA_OK;
	}
	status = zta_error__errno(err, "sync the openings");
	zta_error__place(
	    err, "the openings of entry %" PRIu64 " and on", view->first);
	return status;
}
