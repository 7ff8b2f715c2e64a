/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants_read.c - the file of grants: all of it once, and then what was
 * appended; see grants.h. SPEC: docs/formats/delegation.md
 */
#include "trust/grants.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

/* What is read at a time. */
#define CHUNK ((size_t)1 << 20)

/* --- lines */

/* A block that never reached the disk reads as NULs; a bit that flips is one. */
static bool
has_hole(zta_str line)
{
	return memmem(line.ptr, line.len, "\0\0", 2) != NULL;
}

static const unsigned char *
check_before(const zta_grants *g)
{
	return g->lines == 0 ? NULL : g->check;
}

static zta_status
damaged(const zta_grants *g, const char *why, zta_error *err)
{
	return zta_error__at(err, ZTA_EINVALID, (uint32_t)g->lines + 1, 1,
	    "the list is damaged: %s", why);
}

/* What has no end of line yet: a write under way, or torn; or is it more? */
static zta_status
check_rest(const zta_grants *g, zta_str rest, bool end, zta_error *err)
{
	zta_grants_line line;

	if (rest.len > ZTA_GRANTS_LINE_MAX) {
		return damaged(g, "a line is too long", err);
	}
	if (end && rest.len > 1 &&
	    zta_grants_line__read(&line, (zta_str){ rest.ptr, rest.len - 1 },
		check_before(g)) == NULL) {
		return damaged(g, "the end of the last line is gone", err);
	}
	return ZTA_OK;
}

zta_status
zta_grants__feed(
    zta_grants *g, zta_str bytes, bool end, size_t *taken, zta_error *err)
{
	zta_grants_line line;
	zta_str rest = bytes, text;
	const char *why;
	zta_status status = ZTA_OK;
	size_t len;

	*taken = 0;
	while (
	    status == ZTA_OK && (len = zta_str__find(rest, '\n')) < rest.len) {
		text = (zta_str){ rest.ptr, len };
		why = zta_grants_line__read(&line, text, check_before(g));
		if (why != NULL) {
			return end && len + 1 == rest.len && has_hole(text) ?
			    ZTA_OK :
			    damaged(g, why, err);
		}
		status = zta_grants__apply(g, &line,
		    g->size +
			(line.kind == ZTA_GRANTS_ADDED ?
				(uint64_t)(line.token.ptr - text.ptr) :
				0),
		    err);
		if (status == ZTA_OK) {
			g->size += len + 1;
			*taken += len + 1;
			rest.ptr += len + 1;
			rest.len -= len + 1;
		}
	}
	return status != ZTA_OK ? status : check_rest(g, rest, end, err);
}

/* --- files */

/* All that stands behind what was read. */
static zta_status
read_tail(zta_grants *g, zta_error *err)
{
	char *bytes = malloc(CHUNK);
	zta_status status = bytes == NULL ? zta_error__nomem(err) : ZTA_OK;
	bool end = false;
	ssize_t got;
	size_t taken;

	while (status == ZTA_OK && !end) {
		got = pread(g->fd, bytes, CHUNK, (off_t)g->size);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			status = zta_error__errno(err, "read");
			break;
		}
		end = (size_t)got < CHUNK;
		status = zta_grants__feed(
		    g, (zta_str){ bytes, (size_t)got }, end, &taken, err);
	}
	free(bytes);
	return status;
}

static zta_status
open_file(const char *path, int *fd, struct stat *info, zta_error *err)
{
	zta_status status = ZTA_OK;

	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0) {
		status = zta_error__errno(err, "open");
		return errno == ENOENT ? ZTA_ENOTFOUND : status;
	}
	if (fstat(*fd, info) != 0) {
		status = zta_error__errno(err, "stat");
	} else if (!S_ISREG(info->st_mode)) {
		status = zta_error__set(err, ZTA_EINVALID, "is no file");
	}
	return status;
}

/* Read all of an open file, which is the index's from then on. */
static zta_status
read_all(zta_grants *out, int fd, const struct stat *info, zta_error *err)
{
	zta_grants__init(out);
	out->fd = fd;
	out->device = (uint64_t)info->st_dev;
	out->inode = (uint64_t)info->st_ino;
	return read_tail(out, err);
}

zta_status
zta_grants__read(zta_grants *out, const char *path, zta_error *err)
{
	struct stat info;
	int fd;
	zta_status status = open_file(path, &fd, &info, err);

	zta_grants__init(out);
	if (status == ZTA_OK) {
		status = read_all(out, fd, &info, err);
		fd = -1;
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
		zta_grants__release(out);
	}
	return status;
}

/* --- nothing goes back */

zta_status
zta_grants__compare(const zta_grants *earlier, const zta_grants *later,
    int64_t now, zta_error *err)
{
	const zta_known_grant *was, *is;
	uint32_t i;

	for (i = 0; i < earlier->count; i++) {
		was = &earlier->list[i];
		if (was->expires_at <= now) {
			continue;
		}
		is = zta_grants__find(later, was->jti);
		if (is == NULL ||
		    memcmp(is->digest, was->digest, ZTA_SHA256_LEN) != 0 ||
		    (was->revoked && !is->revoked) ||
		    (was->used && !is->used)) {
			return zta_error__set(err, ZTA_ECONFLICT,
			    "the list has lost what was known of grant %.*s",
			    ZTA_STR_ARG(was->jti));
		}
	}
	return ZTA_OK;
}

/* --- following it */

static void
forget(void *content)
{
	if (content != NULL) {
		zta_grants__release(content);
		free(content);
	}
}

static zta_status
load(void **out, const char *path, zta_error *err)
{
	zta_grants *grants = calloc(1, sizeof(*grants));
	zta_status status;

	*out = grants;
	if (grants == NULL) {
		return zta_error__nomem(err);
	}
	status = zta_grants__read(grants, path, err);
	if (status != ZTA_OK) {
		forget(grants);
		*out = NULL;
	}
	return status;
}

void
zta_grants__become(zta_grants *g, zta_grants *next)
{
	next->past_fd = g->fd;
	next->past_size = g->size;
	g->fd = -1;
	zta_grants__release(g);
	*g = *next;
	/* Maps have the address of their arena. */
	g->by_jti.arena = g->by_digest.arena = &g->arena;
	*next = (zta_grants){ .fd = -1, .past_fd = -1 };
}

/* Another file stands in the place of ours. */
static zta_status
change_over(zta_grants *g, int fd, const struct stat *info, zta_error *err)
{
	zta_grants next;
	zta_status status = read_all(&next, fd, info, err);

	if (status == ZTA_OK) {
		/* Nobody writes to ours any more; what came last counts, too. */
		(void)!read_tail(g, NULL);
		status = zta_grants__compare(g, &next, zta_time__now_ms(), err);
	}
	if (status != ZTA_OK) {
		zta_grants__release(&next);
		return status;
	}
	zta_grants__become(g, &next);
	return ZTA_OK;
}

static zta_status
advance(void *content, const char *path, zta_error *err)
{
	zta_grants *g = content;
	struct stat info;
	int fd;
	zta_status status = open_file(path, &fd, &info, err);

	if (status == ZTA_OK &&
	    ((uint64_t)info.st_dev != g->device ||
		(uint64_t)info.st_ino != g->inode)) {
		status = change_over(g, fd, &info, err);
		fd = -1;
	} else if (status == ZTA_OK) {
		status = (uint64_t)info.st_size < g->size ?
		    damaged(g, "it was cut", err) :
		    read_tail(g, err);
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	return status;
}

const zta_followed_class zta_grants__class = { load, forget, advance };
