/* SPDX-License-Identifier: Apache-2.0 */
/* file_state.c - see file_state.h. */
#include "daemon/file_state.h"

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
zta_file_state__add(zta_file_state *state, const char *path)
{
	if (path != NULL && state->count < ZTA_FILE_STATE_PATHS_MAX) {
		state->paths[state->count++] = path;
	}
}

bool
zta_file_state__look(zta_file_state *state)
{
	struct stat st;
	uint64_t sum = 1, before = state->seen;
	size_t i;

	for (i = 0; i < state->count; i++) {
		if (stat(state->paths[i], &st) == 0) {
			sum += S_ISDIR(st.st_mode) ?
			    look_into(state->paths[i]) :
			    look_at(&st, state->paths[i]);
		}
	}
	state->seen = sum;
	return sum != before;
}
