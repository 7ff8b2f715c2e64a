/* SPDX-License-Identifier: Apache-2.0 */
/*
 * erase.c - openings of records about somebody: see erase.h.
 *
 * 1. Openings are marked, and the marks synced, before any of them is wiped: so a
 *    run that was cut short leaves nothing that is half there, and what it has
 *    marked the next run wipes.
 * 2. What was erased is said when all of it is on disk.
 */
#include "log/erase.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"
#include "base/time.h"
#include "log/journal.h"
#include "log/openings.h"
#include "log/reader.h"

typedef struct place {
	uint64_t segment, index;
} place;

typedef struct eraser {
	const char *dir;
	zta_person person;
	zta_openings_view view; /* of the segment that is worked in */
	bool open;
	place *marked;
	size_t count, room;
	zta_log_erased *out;
	zta_error *err;
} eraser;

/* --- openings */

/* On disk, what was written in the segment before. */
static zta_status
leave_segment(eraser *e)
{
	zta_status status = ZTA_OK;

	if (e->open) {
		status = zta_openings_view__sync(&e->view, e->err);
		zta_openings_view__close(&e->view);
		e->open = false;
	}
	return status;
}

static zta_status
enter_segment(eraser *e, uint64_t segment)
{
	zta_status status;

	if (e->open && e->view.first == segment) {
		return ZTA_OK;
	}
	status = leave_segment(e);
	if (status == ZTA_OK) {
		status = zta_openings_view__open(
		    &e->view, e->dir, segment, true, e->err);
		e->open = status == ZTA_OK;
	}
	return status;
}

static zta_status
mark(eraser *e, const place *at)
{
	place *more;
	zta_status status;

	if (e->count == e->room) {
		e->room = e->room == 0 ? 64 : 2 * e->room;
		more = realloc(e->marked, e->room * sizeof(*more));
		if (more == NULL) {
			return zta_error__nomem(e->err);
		}
		e->marked = more;
	}
	status = enter_segment(e, at->segment);
	if (status == ZTA_OK) {
		status = zta_openings_view__mark(&e->view, at->index, e->err);
	}
	e->marked[e->count++] = *at;
	return status;
}

/* Does its opening have to go? */
static bool
is_about(const eraser *e, const zta_leaf *leaf, const zta_log_read *read)
{
	const zta_person *p = &e->person;

	switch (read->state) {
	case ZTA_OPENING_OPEN:
		return zta_person__is(
			   p, leaf->subject_type, leaf->subject_id) ||
		    zta_person__is(p, leaf->resource_type, leaf->resource_id);
	case ZTA_OPENING_DAMAGED:
		/* Nobody knows whom it is about; it names that person. */
		return memmem(read->opening.ptr, read->opening.len, p->id.ptr,
			   p->id.len) != NULL;
	case ZTA_OPENING_MARKED:
		return true;
	case ZTA_OPENING_NONE:
	case ZTA_OPENING_ERASED:
		break;
	}
	return false;
}

static zta_status
mark_all(eraser *e)
{
	zta_log_reader *reader;
	const zta_log_read *read;
	zta_leaf leaf;
	place at;
	zta_status status = zta_log_reader_open(&reader, e->dir, 0, e->err);

	while (status == ZTA_OK) {
		status = zta_log_reader__leaf(reader, &leaf, &at.index, e->err);
		if (status != ZTA_OK) {
			break;
		}
		e->out->entries = at.index + 1;
		read = zta_log_reader__read(reader);
		at.segment = read->segment;
		if (is_about(e, &leaf, read)) {
			status = mark(e, &at);
		}
	}
	if (reader == NULL) {
		return status;
	}
	zta_log_reader_close(reader);
	return status == ZTA_ENOTFOUND ? leave_segment(e) : status;
}

static zta_status
wipe_all(eraser *e)
{
	zta_status status = ZTA_OK;
	size_t i;

	for (i = 0; status == ZTA_OK && i < e->count; i++) {
		status = enter_segment(e, e->marked[i].segment);
		if (status == ZTA_OK) {
			status = zta_openings_view__wipe(
			    &e->view, e->marked[i].index, e->err);
		}
	}
	e->out->openings = e->count;
	return status == ZTA_OK ? leave_segment(e) : status;
}

/* --- requests */

static zta_status
erase_requests(eraser *e)
{
	const char *const *paths;
	zta_arena arena;
	size_t count = 0, i;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_journal__list(e->dir, 0, &arena, &paths, &count, e->err);
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = zta_erase__page(
		    paths[i], &e->person, &e->out->requests, e->err);
	}
	zta_arena__release(&arena);
	return status;
}

/* --- the whole */

/* A line that names nobody, in a file whose changes a server records. */
static zta_status
say(eraser *e)
{
	char path[ZTA_OPENINGS_PATH_MAX], line[256], now[ZTA_TIME_TEXT_MAX];
	zta_status status = ZTA_OK;
	int fd;

	zta_time__format(zta_time__now_ms(), now);
	(void)snprintf(line, sizeof(line),
	    "%s erased %" PRIu64 " openings of %" PRIu64
	    " entries, and %" PRIu64 " requests\n",
	    now, e->out->openings, e->out->entries, e->out->requests);
	(void)snprintf(path, sizeof(path), "%s/" ZTA_ERASURES_FILE, e->dir);
	fd = open(
	    path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		status = zta_error__errno(e->err, "open the file");
	} else {
		status = zta_file__write_all(fd, zta_str_of(line), e->err);
		if (status == ZTA_OK && fsync(fd) != 0) {
			status = zta_error__errno(e->err, "sync the file");
		}
		(void)close(fd);
	}
	if (status == ZTA_OK) {
		status = zta_file__sync_parent(path, e->err);
	}
	if (status != ZTA_OK) {
		zta_error__place(e->err, "%s", path);
	}
	return status;
}

/* TYPE::"id", whose id has no escapes. */
static zta_status
read_person(zta_str text, zta_person *out, zta_error *err)
{
	size_t at = zta_str__find(text, '"');

	if (at < 3 || at + 2 >= text.len || text.ptr[text.len - 1] != '"' ||
	    memcmp(text.ptr + at - 2, "::", 2) != 0) {
		return zta_error__set(err, ZTA_EINVAL,
		    "%.*s: somebody is written like User::\"alice\"",
		    ZTA_STR_ARG(text));
	}
	*out = (zta_person){ { text.ptr, at - 2 },
		{ text.ptr + at + 1, text.len - at - 2 } };
	return ZTA_OK;
}

zta_status
zta_log_erase(
    const char *dir, zta_str subject, zta_log_erased *out, zta_error *err)
{
	eraser e = { .dir = dir, .out = out, .err = err };
	zta_status status = read_person(subject, &e.person, err);

	*out = (zta_log_erased){ 0 };
	if (status == ZTA_OK) {
		status = mark_all(&e);
	}
	if (status == ZTA_OK) {
		status = wipe_all(&e);
	}
	if (status == ZTA_OK) {
		status = erase_requests(&e);
	}
	if (status == ZTA_OK) {
		status = say(&e);
	}
	if (e.open) {
		zta_openings_view__close(&e.view);
	}
	free(e.marked);
	return status;
}
