/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants_copy.c - the file of grants at another server; see grants.h.
 * SPEC: docs/formats/sync.md
 *
 * 1. A check stands for all of the file before it. So a place in a file is known
 *    by its offset and the check in front of it, whoever has the file.
 */
#include "trust/grants.h"

#include <unistd.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/str.h"

/* A check and its end of line. */
#define MARK_LEN (ZTA_GRANTS_DIGITS + 1)

void
zta_grants__position(zta_followed *followed, zta_grants_position *out)
{
	const zta_grants *g = zta_followed__enter(followed);

	out->size = g->size;
	zta_b64__encode(
	    (zta_str){ (const char *)g->check, ZTA_SHA256_LEN }, out->check);
	zta_followed__leave(followed);
}

/* --- giving */

static zta_status
read_at(int fd, uint64_t at, char *bytes, size_t len, zta_error *err)
{
	return pread(fd, bytes, len, (off_t)at) == (ssize_t)len ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EIO, "the list cannot be read");
}

/* Does a file of ours begin with what they have? */
static zta_status
begins_so(int fd, uint64_t size, const zta_grants_position *from, bool *out,
    zta_error *err)
{
	char mark[MARK_LEN];
	zta_status status;

	*out = false;
	if (from->size < MARK_LEN || from->size > size) {
		return ZTA_OK;
	}
	status = read_at(fd, from->size - MARK_LEN, mark, sizeof(mark), err);
	*out = status == ZTA_OK && mark[ZTA_GRANTS_DIGITS] == '\n' &&
	    memcmp(mark, from->check, ZTA_GRANTS_DIGITS) == 0;
	return status;
}

static zta_status
give_lines(int fd, uint64_t start, uint64_t end, zta_buf *out, zta_error *err)
{
	size_t len = end - start > ZTA_GRANTS_PAGE_MAX ? ZTA_GRANTS_PAGE_MAX :
							 (size_t)(end - start);
	char *bytes;
	zta_status status;

	if (len == 0) {
		return ZTA_OK;
	}
	bytes = zta_buf__extend(out, len);
	status = bytes == NULL ? zta_error__nomem(err) :
				 read_at(fd, start, bytes, len, err);
	/* Only whole ones, and a page is longer than any. */
	while (status == ZTA_OK && out->ptr[out->len - 1] != '\n') {
		out->len--;
	}
	return status;
}

/* The rest of the file that was ours before, if that is what they have. */
static zta_status
give_past(const zta_grants *g, const zta_grants_position *from, zta_buf *out,
    bool *given, zta_error *err)
{
	zta_status status = ZTA_OK;

	*given = false;
	if (g->past_fd >= 0 && from->size < g->past_size) {
		status = begins_so(g->past_fd, g->past_size, from, given, err);
	}
	return status == ZTA_OK && *given ?
	    give_lines(g->past_fd, from->size, g->past_size, out, err) :
	    status;
}

zta_status
zta_grants__give(zta_followed *followed, const zta_grants_position *from,
    zta_buf *out, uint64_t *start, uint64_t *end, zta_error *err)
{
	const zta_grants *g = zta_followed__enter(followed);
	bool same, past = false;
	zta_status status = begins_so(g->fd, g->size, from, &same, err);

	*start = same ? from->size : 0;
	*end = g->size;
	if (status == ZTA_OK && !same) {
		status = give_past(g, from, out, &past, err);
	}
	if (past) {
		/* The end of that is not the end of what there is. */
		*start = from->size;
		*end = g->past_size + 1;
	} else if (status == ZTA_OK) {
		status = give_lines(g->fd, *start, *end, out, err);
	}
	zta_followed__leave(followed);
	return status;
}

/* --- taking */

/* Read again what is on the disk: the index was ahead of it. */
static void
fall_back(zta_followed *f)
{
	void *content;

	if (f->class->load(&content, f->path, NULL) == ZTA_OK) {
		f->class->forget(f->content);
		f->content = content;
	}
}

/* In the index first: what was taken back holds before it is written. */
static zta_status
take_lines(zta_followed *f, zta_grants *g, zta_str lines, zta_error *err)
{
	uint64_t size = g->size;
	size_t taken;
	zta_status status = zta_grants__feed(g, lines, false, &taken, err);
	zta_status written;

	if (status == ZTA_OK && taken < lines.len) {
		status = zta_error__set(
		    err, ZTA_EINVALID, "the lines do not end with one");
	}
	lines.len = taken;
	written = taken == 0 ? ZTA_OK :
			       zta_grants__append(f->path, size, lines,
				   status == ZTA_OK ? err : NULL);
	if (written != ZTA_OK) {
		fall_back(f);
	}
	return status != ZTA_OK ? status : written;
}

zta_status
zta_grants__receive(zta_followed *f, zta_str lines, zta_error *err)
{
	void *grants;
	int lock;
	zta_status status = zta_file__lock(f->path, &lock, err);

	if (status == ZTA_OK) {
		status = zta_followed__enter_good(f, &grants, err);
	}
	if (status == ZTA_OK) {
		status = take_lines(f, grants, lines, err);
		zta_followed__leave(f);
	}
	if (lock >= 0) {
		(void)close(lock);
	}
	return status;
}

/* --- another file */

zta_status
zta_grants__remake(zta_followed *f, zta_str lines, bool *made, zta_error *err)
{
	zta_grants_line first;
	zta_grants *g;
	zta_str line = { "", 0 };
	void *content;
	int lock;
	zta_status status;

	*made = false;
	if (!zta_str__next(&lines, '\n', &line) ||
	    zta_grants_line__read(&first, line, NULL) != NULL) {
		return zta_error__set(
		    err, ZTA_EINVALID, "the list has no first line");
	}
	status = zta_file__lock(f->path, &lock, err);
	if (status == ZTA_OK) {
		status = zta_followed__enter_good(f, &content, err);
	}
	if (status == ZTA_OK) {
		g = content;
		*made = g->size > 0 &&
		    memcmp(g->check, first.before, ZTA_SHA256_LEN) == 0;
		/* The lock is ours: the index stays. */
		zta_followed__leave(f);
		if (*made) {
			status =
			    zta_grants__compact(g, f->path, first.made_at, err);
		}
	}
	if (lock >= 0) {
		(void)close(lock);
	}
	return status;
}

zta_status
zta_grants__replace(
    zta_followed *f, zta_file_draft *draft, int64_t now, zta_error *err)
{
	zta_grants next, *g;
	int lock;
	zta_status status = zta_file__lock(f->path, &lock, err);

	if (status != ZTA_OK) {
		return status;
	}
	status = zta_grants__read(&next, draft->temporary, err);
	g = zta_followed__enter(f);
	if (status == ZTA_OK) {
		status = zta_grants__compare(g, &next, now, err);
	}
	if (status == ZTA_OK) {
		status = zta_file_draft__commit(draft, 0600, err);
	}
	if (status == ZTA_OK) {
		zta_grants__become(g, &next);
	}
	zta_followed__leave(f);
	zta_grants__release(&next);
	(void)close(lock);
	return status;
}
