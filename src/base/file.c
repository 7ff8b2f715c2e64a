/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define CHUNK ((size_t)65536)

/* Read `fd` to its end; its size is not known before (pipes) or may change. */
static zta_status
read_all(zta_arena *arena, int fd, size_t bytes_max, size_t guess, zta_str *out,
    zta_error *err)
{
	size_t room = guess + 1, len = 0;
	char *bytes = zta_arena__alloc(arena, room);
	ssize_t got;

	for (;;) {
		if (bytes == NULL) {
			return zta_arena__failed(arena, err);
		}
		got = read(fd, bytes + len, room - len);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			return zta_error__errno(err, "read");
		}
		if (got == 0) {
			break;
		}
		len += (size_t)got;
		if (len > bytes_max) {
			return zta_error__set(
			    err, ZTA_ELIMIT, "more than %zu bytes", bytes_max);
		}
		if (len == room) {
			bytes = zta_arena__grow(arena, bytes, len, room * 2, 1);
			room *= 2;
		}
	}
	*out = (zta_str){ bytes, len };
	return ZTA_OK;
}

zta_status
zta_file__read(zta_arena *arena, const char *path, size_t bytes_max,
    zta_str *out, zta_error *err)
{
	zta_status status;
	struct stat info;
	int fd;

	if (strcmp(path, "-") == 0) {
		status =
		    read_all(arena, STDIN_FILENO, bytes_max, CHUNK, out, err);
		zta_error__place(status == ZTA_OK ? NULL : err, "-");
		return status;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		status = zta_error__errno(err, "open");
		if (errno == ENOENT) {
			status = ZTA_ENOTFOUND;
		}
	} else if (fstat(fd, &info) != 0) {
		status = zta_error__errno(err, "stat");
	} else if (S_ISDIR(info.st_mode)) {
		status = zta_error__set(err, ZTA_EINVALID, "is a directory");
	} else if (info.st_size > (off_t)bytes_max) {
		status = zta_error__set(
		    err, ZTA_ELIMIT, "more than %zu bytes", bytes_max);
	} else {
		status = read_all(
		    arena, fd, bytes_max, (size_t)info.st_size, out, err);
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	return status;
}

/* `out` has room for one byte more than a file may have. */
static zta_status
read_line(int fd, zta_buf *out, zta_error *err)
{
	size_t len = 0;
	ssize_t got = 1;

	while (got > 0 && len < out->max) {
		got = read(fd, out->ptr + len, out->max - len);
		if (got < 0 && errno == EINTR) {
			got = 1;
			continue;
		}
		len += got > 0 ? (size_t)got : 0;
	}
	if (got < 0) {
		return zta_error__errno(err, "read");
	}
	if (len == out->max) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "more than %zu bytes", out->max - 1);
	}
	while (len > 0 &&
	    (out->ptr[len - 1] == '\n' || out->ptr[len - 1] == '\r')) {
		len--;
	}
	out->len = len;
	return len > 0 ? ZTA_OK :
			 zta_error__set(err, ZTA_EINVALID, "it is empty");
}

zta_status
zta_file__read_secret(const char *path, zta_buf *out, zta_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	zta_status status;

	if (fd < 0) {
		status = errno == ENOENT ? ZTA_ENOTFOUND : ZTA_EIO;
		(void)zta_error__errno(err, "open");
	} else if (zta_buf__extend(out, out->max) == NULL) {
		status = zta_error__nomem(err);
	} else {
		status = read_line(fd, out, err);
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	if (status != ZTA_OK) {
		zta_buf__clear(out);
		zta_error__place(err, "%s", path);
	}
	return status;
}

zta_status
zta_file__lock(const char *path, int *fd, zta_error *err)
{
	char name[PATH_MAX];
	int len = snprintf(name, sizeof(name), "%s.lock", path);
	zta_status status;

	*fd = -1;
	if (len < 0 || (size_t)len >= sizeof(name)) {
		return zta_error__set(err, ZTA_ELIMIT, "path is too long");
	}
	*fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd >= 0 && flock(*fd, LOCK_EX) == 0) {
		return ZTA_OK;
	}
	status = zta_error__errno(err, "lock");
	zta_error__place(err, "%s", name);
	return status;
}

zta_status
zta_file__write_all(int fd, zta_str content, zta_error *err)
{
	ssize_t put;

	while (content.len > 0) {
		put = write(fd, content.ptr, content.len);
		if (put < 0 && errno == EINTR) {
			continue;
		}
		if (put < 0) {
			return zta_error__errno(err, "write");
		}
		content.ptr += put;
		content.len -= (size_t)put;
	}
	return ZTA_OK;
}

zta_status
zta_file__sync_parent(const char *path, zta_error *err)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX] = ".";
	zta_status status = ZTA_OK;
	int fd;

	if (slash != NULL) {
		(void)snprintf(parent, sizeof(parent), "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
	}
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		return zta_error__errno(err, "open directory");
	}
	if (fsync(fd) != 0) {
		status = zta_error__errno(err, "sync directory");
	}
	(void)close(fd);
	return status;
}

zta_status
zta_file_draft__open(zta_file_draft *draft, const char *path, zta_error *err)
{
	zta_status status;
	int len = snprintf(
	    draft->temporary, sizeof(draft->temporary), "%s.XXXXXX", path);

	draft->path = path;
	draft->fd = -1;
	if (len < 0 || (size_t)len >= sizeof(draft->temporary)) {
		return zta_error__set(err, ZTA_ELIMIT, "path is too long");
	}
	draft->fd = mkostemp(draft->temporary, O_CLOEXEC);
	if (draft->fd >= 0) {
		return ZTA_OK;
	}
	status = zta_error__errno(err, "create");
	zta_error__place(err, "%s", path);
	return status;
}

zta_status
zta_file_draft__commit(zta_file_draft *draft, unsigned mode, zta_error *err)
{
	zta_status status = ZTA_OK;
	int fd = draft->fd;

	if (fchmod(fd, (mode_t)mode) != 0) {
		status = zta_error__errno(err, "set the mode of");
	} else if (fsync(fd) != 0) {
		status = zta_error__errno(err, "sync");
	}
	draft->fd = -1;
	if (close(fd) != 0 && status == ZTA_OK) {
		status = zta_error__errno(err, "close");
	}
	if (status == ZTA_OK && rename(draft->temporary, draft->path) != 0) {
		status = zta_error__errno(err, "rename");
	}
	if (status == ZTA_OK) {
		status = zta_file__sync_parent(draft->path, err);
	} else {
		(void)unlink(draft->temporary);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", draft->path);
	}
	return status;
}

void
zta_file_draft__drop(zta_file_draft *draft)
{
	if (draft->fd >= 0) {
		(void)close(draft->fd);
		(void)unlink(draft->temporary);
		draft->fd = -1;
	}
}

zta_status
zta_file__replace(
    const char *path, unsigned mode, zta_str content, zta_error *err)
{
	zta_file_draft draft;
	zta_status status = zta_file_draft__open(&draft, path, err);

	if (status != ZTA_OK) {
		return status;
	}
	status = zta_file__write_all(draft.fd, content, err);
	if (status == ZTA_OK) {
		return zta_file_draft__commit(&draft, mode, err);
	}
	zta_error__place(err, "%s", path);
	zta_file_draft__drop(&draft);
	return status;
}
