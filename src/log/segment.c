/* SPDX-License-Identifier: Apache-2.0 */
/* segment.c - see segment.h. */
#include "log/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/sort.h"
#include "base/str.h"

#define NAME_DIGITS 20
/* Pages are given back so many bytes at a time. */
#define LEFT_AT_ONCE ((size_t)4 << 20)

zta_status
zta_segment__path(char out[ZTA_SEGMENT_PATH_MAX], const char *dir,
    uint64_t first, zta_error *err)
{
	int len = snprintf(
	    out, ZTA_SEGMENT_PATH_MAX, "%s/%020" PRIu64 ".seg", dir, first);

	return len > 0 && len < ZTA_SEGMENT_PATH_MAX ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_ELIMIT, "the path is too long");
}

/* Is it the name of a segment? Other files are not ours. */
static bool
read_name(const char *name, uint64_t *first)
{
	size_t i;

	*first = 0;
	for (i = 0; i < NAME_DIGITS; i++) {
		if (name[i] < '0' || name[i] > '9') {
			return false;
		}
		*first = *first * 10 + (uint64_t)(name[i] - '0');
	}
	return strcmp(name + NAME_DIGITS, ".seg") == 0;
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

zta_status
zta_segment__list(
    const char *dir, uint64_t **firsts, size_t *count, zta_error *err)
{
	DIR *handle = opendir(dir);
	uint64_t *list = NULL, *more, first;
	const struct dirent *entry;
	zta_status status = ZTA_OK;
	size_t n = 0;

	*firsts = NULL;
	*count = 0;
	if (handle == NULL) {
		status = zta_error__errno(err, "open the log");
		zta_error__place(err, "%s", dir);
		return errno == ENOENT ? ZTA_ENOTFOUND : status;
	}
	while ((entry = readdir(handle)) != NULL) {
		if (!read_name(entry->d_name, &first)) {
			continue;
		}
		if ((n & (n - 1)) == 0) {
			more = realloc(list, (n * 2 + 1) * sizeof(*list));
			if (more == NULL) {
				status = zta_error__nomem(err);
				break;
			}
			list = more;
		}
		list[n++] = first;
	}
	(void)closedir(handle);
	if (status != ZTA_OK) {
		free(list);
		return status;
	}
	if (n > 0) {
		zta_sort__run(list, n, sizeof(*list), compare);
	}
	*firsts = list;
	*count = n;
	return ZTA_OK;
}

/* Does a whole frame of a later entry stand anywhere in `bytes`? */
static bool
holds_later_frame(zta_str bytes, uint64_t next)
{
	static const char head[4] = { 'Z', 'T', 'A', 'F' };
	zta_frame frame;
	const char *found;
	size_t skip;

	while ((found = memmem(bytes.ptr, bytes.len, head, sizeof(head))) !=
	    NULL) {
		skip = (size_t)(found - bytes.ptr);
		bytes.ptr += skip;
		bytes.len -= skip;
		if (zta_frame__read(bytes, zta_frame__first(bytes), NULL, NULL,
			&frame) == ZTA_FRAME_GOOD &&
		    frame.first > next) {
			return true;
		}
		bytes.ptr++;
		bytes.len--;
	}
	return false;
}

/* A segment in memory; zeroed: none. */
typedef struct mapping {
	void *bytes;
	size_t len;
	size_t left; /* bytes whose pages were given back */
} mapping;

static zta_status
map_segment(const char *path, mapping *out, zta_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	zta_status status = ZTA_OK;

	*out = (mapping){ 0 };
	if (fd < 0 || fstat(fd, &st) != 0) {
		status = zta_error__errno(err, "open the segment");
	} else if (st.st_size > 0) {
		out->len = (size_t)st.st_size;
		out->bytes =
		    mmap(NULL, out->len, PROT_READ, MAP_PRIVATE, fd, 0);
		if (out->bytes == MAP_FAILED) {
			*out = (mapping){ 0 };
			status = zta_error__errno(err, "map the segment");
		}
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return status;
}

static void
unmap_segment(const mapping *m)
{
	if (m->bytes != NULL) {
		(void)munmap(m->bytes, m->len);
	}
}

/* Whoever reads a log needs no more memory for a longer one. */
static void
leave_behind(mapping *m, size_t at)
{
	size_t done = at < ZTA_SEGMENT_KEPT ? 0 : at - ZTA_SEGMENT_KEPT;

	done -= done % LEFT_AT_ONCE;
	if (done > m->left) {
		/* Whether it helps or not, they are not needed. */
		(void)madvise(
		    (char *)m->bytes + m->left, done - m->left, MADV_DONTNEED);
		m->left = done;
	}
}

/* A zta_segment_visit of whoever wants to know the end alone. */
static zta_status
pass(void *context, const zta_frame *frame, uint64_t at, zta_error *err)
{
	(void)context;
	(void)frame;
	(void)at;
	(void)err;
	return ZTA_OK;
}

/* The next frame of the log counts. */
static void
go_on(zta_segment_end *end, const zta_frame *frame)
{
	end->next += frame->count;
	end->size += frame->size;
	end->time = frame->time;
	memcpy(end->hash, frame->hash, ZTA_SHA256_LEN);
}

static zta_status
follow(mapping *m, const unsigned char *before, zta_segment_visit *visit,
    void *context, zta_segment_end *end, zta_error *err)
{
	zta_str rest = { m->bytes, m->len };
	zta_buf leaves;
	zta_frame frame;
	zta_status status = ZTA_OK;

	zta_buf__init(&leaves, SIZE_MAX);
	while (status == ZTA_OK && rest.len > 0 &&
	    zta_frame__read(rest, end->next, before, &leaves, &frame) ==
		ZTA_FRAME_GOOD) {
		frame.leaves = (const unsigned char *)leaves.ptr;
		status = leaves.status == ZTA_OK ?
		    visit(context, &frame, end->size, err) :
		    zta_error__nomem(err);
		zta_buf__clear(&leaves);
		go_on(end, &frame);
		before = end->hash;
		rest.ptr += frame.size;
		rest.len -= frame.size;
		leave_behind(m, (size_t)end->size);
	}
	zta_buf__release(&leaves);
	end->torn = rest.len;
	if (status == ZTA_OK && rest.len > 0 &&
	    holds_later_frame(rest, end->next)) {
		return zta_error__set(err, ZTA_EINVALID,
		    "the log is damaged at byte %" PRIu64 ", entry %" PRIu64
		    ": whole records stand behind it",
		    end->size, end->next);
	}
	return status;
}

zta_status
zta_segment__follow(const char *path, uint64_t first,
    const unsigned char *before, zta_segment_visit *visit, void *context,
    zta_segment_end *end, zta_error *err)
{
	mapping m;
	zta_status status = map_segment(path, &m, err), last;

	*end = (zta_segment_end){ .next = first };
	if (before != NULL) {
		memcpy(end->hash, before, ZTA_SHA256_LEN);
	}
	if (status == ZTA_OK) {
		status = follow(&m, before, visit, context, end, err);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	last = visit(context, NULL, end->size, status == ZTA_OK ? err : NULL);
	unmap_segment(&m);
	return status != ZTA_OK ? status : last;
}

zta_status
zta_segment__scan(const char *path, uint64_t first, const unsigned char *before,
    zta_segment_end *end, zta_error *err)
{
	return zta_segment__follow(path, first, before, pass, NULL, end, err);
}

zta_status
zta_segment__walk(const char *path, uint64_t first, uint64_t end,
    zta_segment_visit *visit, void *context, zta_error *err)
{
	zta_frame frame;
	zta_str rest;
	mapping m;
	zta_status status = map_segment(path, &m, err);

	rest = (zta_str){ m.bytes, m.len };
	while (status == ZTA_OK && first < end) {
		if (zta_frame__look(rest, first, &frame) != ZTA_FRAME_GOOD) {
			status = zta_error__set(err, ZTA_EINVALID,
			    "the log is damaged at byte %zu, entry %" PRIu64,
			    m.len - rest.len, first);
			break;
		}
		status = visit(context, &frame, m.len - rest.len, err);
		first += frame.count;
		rest.ptr += frame.size;
		rest.len -= frame.size;
		leave_behind(&m, m.len - rest.len);
	}
	if (status == ZTA_OK && first != end) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "the segment reaches to entry %" PRIu64
		    ", into the next one",
		    first);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	unmap_segment(&m);
	return status;
}
