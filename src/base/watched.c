/* SPDX-License-Identifier: Apache-2.0 */
/* watched.c - see watched.h. */
#include "base/watched.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int64_t
ns_of(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool
is_as_seen(const zta_watched *file, const struct stat *info)
{
	return file->device == (uint64_t)info->st_dev &&
	    file->inode == (uint64_t)info->st_ino &&
	    file->size == (uint64_t)info->st_size &&
	    file->modified_ns == ns_of(info->st_mtim) &&
	    file->changed_ns == ns_of(info->st_ctim);
}

bool
zta_watched__look(zta_watched *file)
{
	struct stat info;
	bool exists = stat(file->path, &info) == 0;
	bool same = file->seen && file->exists == exists &&
	    (!exists || is_as_seen(file, &info));

	file->seen = true;
	file->exists = exists;
	if (exists) {
		file->device = (uint64_t)info.st_dev;
		file->inode = (uint64_t)info.st_ino;
		file->size = (uint64_t)info.st_size;
		file->modified_ns = ns_of(info.st_mtim);
		file->changed_ns = ns_of(info.st_ctim);
	}
	return !same;
}

/* Milliseconds; it is read at every glance, so the cheapest clock. */
static int64_t
coarse_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return ns_of(t) / 1000000;
}

static bool
still_tells(const zta_watched *file)
{
	struct stat info;

	return file->held && fstat(file->fd, &info) == 0 &&
	    is_as_seen(file, &info);
}

bool
zta_watched__glance(zta_watched *file)
{
	int64_t now = coarse_ms();
	bool changed;

	if (now - file->named_ms < ZTA_WATCHED_NAME_MS && still_tells(file)) {
		return false;
	}
	changed = zta_watched__look(file);
	if (!still_tells(file)) {
		zta_watched__close(file);
		file->fd = open(file->path, O_PATH | O_CLOEXEC);
		file->held = file->fd >= 0;
	}
	file->named_ms = now;
	return changed;
}

void
zta_watched__close(zta_watched *file)
{
	if (file->held) {
		(void)close(file->fd);
		file->held = false;
	}
}
