/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.c - see journal.h. A line is one write to a file that is appended to,
 * so that lines of several threads do not mix. What a write that failed, or a
 * crash, left behind is a line of its own, which readers pass over.
 */
#include "log/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/sort.h"
#include "base/str.h"
#include "base/time.h"

#define FOLDER "requests"
#define SUFFIX ".jsonl"
/* "2026-01-31.jsonl" and a NUL. */
#define DAY_LEN 10
#define NAME_MAX_LEN (DAY_LEN + sizeof(SUFFIX))

struct zta_journal {
	pthread_mutex_t lock;
	char dir[PATH_MAX];
	char name[NAME_MAX_LEN]; /* of the file that is open */
	int fd;
	bool torn;   /* what was written last is no whole line */
	zta_buf buf; /* one line */
};

static void
name_of(int64_t time, char out[NAME_MAX_LEN])
{
	char text[ZTA_TIME_TEXT_MAX];

	zta_time__format(time, text);
	(void)snprintf(out, NAME_MAX_LEN, "%.*s" SUFFIX, DAY_LEN, text);
}

zta_status
zta_journal__open(zta_journal **out, const char *log_dir, zta_error *err)
{
	zta_journal *j = calloc(1, sizeof(*j));
	zta_status status = ZTA_OK;

	*out = NULL;
	if (j == NULL) {
		return zta_error__nomem(err);
	}
	j->fd = -1;
	zta_buf__init(&j->buf, SIZE_MAX);
	(void)pthread_mutex_init(&j->lock, NULL);
	if ((size_t)snprintf(j->dir, sizeof(j->dir), "%s/" FOLDER, log_dir) >=
	    sizeof(j->dir) - NAME_MAX_LEN - 1) {
		status =
		    zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	} else if (mkdir(j->dir, 0700) != 0 && errno != EEXIST) {
		status = zta_error__errno(err, "make the directory");
		zta_error__place(err, "%s", j->dir);
	}
	if (status != ZTA_OK) {
		zta_journal__close(j);
		return status;
	}
	*out = j;
	return ZTA_OK;
}

void
zta_journal__close(zta_journal *j)
{
	if (j != NULL) {
		if (j->fd >= 0) {
			(void)close(j->fd);
		}
		zta_buf__release(&j->buf);
		(void)pthread_mutex_destroy(&j->lock);
		free(j);
	}
}

/* Does something stand in the file whose last line is not ended? */
static bool
is_torn(int fd)
{
	struct stat info;
	char last = '\n';

	return fstat(fd, &info) == 0 && info.st_size > 0 &&
	    (pread(fd, &last, 1, info.st_size - 1) != 1 || last != '\n');
}

/* Open the file of the day. Under the lock. */
static zta_status
turn_page(zta_journal *j, int64_t time, zta_error *err)
{
	char name[NAME_MAX_LEN], path[PATH_MAX + 1 + NAME_MAX_LEN];
	zta_status status;

	name_of(time, name);
	if (j->fd >= 0 && strcmp(name, j->name) == 0) {
		return ZTA_OK;
	}
	if (j->fd >= 0) {
		(void)close(j->fd);
	}
	(void)snprintf(path, sizeof(path), "%s/%s", j->dir, name);
	j->fd = open(
	    path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (j->fd < 0) {
		status = zta_error__errno(err, "open the file");
		zta_error__place(err, "%s", path);
		return status;
	}
	memcpy(j->name, name, sizeof(name));
	j->torn = is_torn(j->fd);
	return ZTA_OK;
}

static zta_status
append(zta_journal *j, int64_t time, zta_str line, zta_error *err)
{
	zta_status status = turn_page(j, time, err);

	zta_buf__clear(&j->buf);
	if (j->torn) {
		zta_buf__byte(&j->buf, '\n');
	}
	zta_buf__put(&j->buf, line);
	zta_buf__byte(&j->buf, '\n');
	if (status == ZTA_OK && j->buf.status != ZTA_OK) {
		status = zta_error__nomem(err);
	}
	if (status == ZTA_OK) {
		status = zta_file__write_all(j->fd, zta_buf__str(&j->buf), err);
		j->torn = status != ZTA_OK;
		zta_error__place(
		    status == ZTA_OK ? NULL : err, "%s/%s", j->dir, j->name);
	}
	return status;
}

zta_status
zta_journal__append(zta_journal *j, int64_t time, zta_str line, zta_error *err)
{
	zta_status status;

	(void)pthread_mutex_lock(&j->lock);
	status = append(j, time, line, err);
	(void)pthread_mutex_unlock(&j->lock);
	return status;
}

/* --- reading */

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "dddd-dd-dd.jsonl" */
static bool
is_page(const char *name)
{
	static const char shape[] = "dddd-dd-dd" SUFFIX;
	size_t i;

	if (strlen(name) != sizeof(shape) - 1) {
		return false;
	}
	for (i = 0; i < sizeof(shape) - 1; i++) {
		if (i < DAY_LEN && shape[i] == 'd' ?
			name[i] < '0' || name[i] > '9' :
			name[i] != shape[i]) {
			return false;
		}
	}
	return true;
}

static zta_status
add_path(zta_arena *arena, const char *dir, const char *name,
    const char ***paths, size_t *count, zta_error *err)
{
	size_t len = strlen(dir), name_len = strlen(name);
	char *path = zta_arena__alloc(arena, len + 1 + name_len + 1);

	*paths =
	    zta_arena__grow(arena, *paths, *count, *count + 1, sizeof(**paths));
	if (path == NULL || *paths == NULL) {
		return zta_arena__failed(arena, err);
	}
	memcpy(path, dir, len);
	path[len] = '/';
	memcpy(path + len + 1, name, name_len + 1);
	(*paths)[(*count)++] = path;
	return ZTA_OK;
}

zta_status
zta_journal__list(const char *log_dir, int64_t since, zta_arena *arena,
    const char *const **paths, size_t *count, zta_error *err)
{
	char dir[PATH_MAX], first[NAME_MAX_LEN];
	const char **list = NULL;
	const struct dirent *entry;
	zta_status status = ZTA_OK;
	DIR *stream;

	*paths = NULL;
	*count = 0;
	name_of(since, first);
	if ((size_t)snprintf(dir, sizeof(dir), "%s/" FOLDER, log_dir) >=
	    sizeof(dir)) {
		return zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	}
	stream = opendir(dir);
	if (stream == NULL && errno == ENOENT) {
		return ZTA_OK;
	}
	if (stream == NULL) {
		status = zta_error__errno(err, "read the directory");
		zta_error__place(err, "%s", dir);
		return status;
	}
	while (status == ZTA_OK && (entry = readdir(stream)) != NULL) {
		if (is_page(entry->d_name) &&
		    strcmp(entry->d_name, first) >= 0) {
			status = add_path(
			    arena, dir, entry->d_name, &list, count, err);
		}
	}
	(void)closedir(stream);
	if (*count > 0) {
		zta_sort__run(list, *count, sizeof(*list), by_name);
	}
	*paths = list;
	return status;
}

zta_status
zta_journal__lines(const char *path,
    zta_status (*take)(void *context, zta_str line), void *context,
    zta_error *err)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	ssize_t len;
	zta_status status = ZTA_OK;

	if (file == NULL) {
		/* Somebody has forgotten that day just now. */
		if (errno == ENOENT) {
			return ZTA_OK;
		}
		status = zta_error__errno(err, "open the file");
		zta_error__place(err, "%s", path);
		return status;
	}
	errno = 0;
	while (status == ZTA_OK && (len = getline(&text, &room, file)) > 0) {
		len -= text[len - 1] == '\n';
		status = take(context, (zta_str){ text, (size_t)len });
	}
	if (status == ZTA_OK && ferror(file)) {
		status = zta_error__errno(err, "read the file");
		zta_error__place(err, "%s", path);
	}
	free(text);
	(void)fclose(file);
	return status;
}
