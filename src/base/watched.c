/* SPDX-License-Identifier: Apache-2.0 */
/* watched.c - see watched.h. */
#include "base/watched.h"

#include <sys/stat.h>

static int64_t
ns_of(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool
zta_watched__look(zta_watched *file)
{
	zta_watched now = { .path = file->path, .seen = true };
	struct stat info;
	bool same;

	if (stat(file->path, &info) == 0) {
		now.exists = true;
		now.device = (uint64_t)info.st_dev;
		now.inode = (uint64_t)info.st_ino;
		now.size = (uint64_t)info.st_size;
		now.modified_ns = ns_of(info.st_mtim);
		now.changed_ns = ns_of(info.st_ctim);
	}
	same = file->seen && file->exists == now.exists &&
	    file->device == now.device && file->inode == now.inode &&
	    file->size == now.size && file->modified_ns == now.modified_ns &&
	    file->changed_ns == now.changed_ns;
	*file = now;
	return !same;
}
