/* SPDX-License-Identifier: Apache-2.0 */
/* watch.c - see watch.h. */
#include "daemon/watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"

/* What tells one state of a file from another, as a number. */
static uint64_t
look_at(const struct stat *st, const char *name)
{
	const int64_t parts[] = { (int64_t)st->st_dev, (int64_t)st->st_ino,
		(int64_t)st->st_size, st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
		st->st_ctim.tv_sec, st->st_ctim.tv_nsec };

	return zta_str__hash((zta_str){ (const char *)parts, sizeof(parts) },
	    zta_str__hash(zta_str_of(name), 0));
}

/* Its files, in whatever order they are listed. */
static uint64_t
look_into(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	struct stat st;
	uint64_t sum = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 &&
		    S_ISREG(st.st_mode)) {
			sum += look_at(&st, entry->d_name);
		}
	}
	if (dir != NULL) {
		(void)closedir(dir);
	}
	return sum;
}

void
zta_watch__add(zta_watch *watch, const char *path)
{
	if (path != NULL && watch->count < ZTA_WATCH_PATHS_MAX) {
		watch->paths[watch->count++] = path;
	}
}

bool
zta_watch__look(zta_watch *watch)
{
	struct stat st;
	uint64_t sum = 1, before = watch->seen;
	size_t i;

	for (i = 0; i < watch->count; i++) {
		if (stat(watch->paths[i], &st) == 0) {
			sum += S_ISDIR(st.st_mode) ?
			    look_into(watch->paths[i]) :
			    look_at(&st, watch->paths[i]);
		}
	}
	watch->seen = sum;
	return sum != before;
}
