/* SPDX-License-Identifier: Apache-2.0 */
/* verify_records.c - what the records of a log say of it: see verify_part.h. */
#include "log/verify_part.h"

#include <inttypes.h>

#include "base/error.h"
#include "base/str.h"

void
zta_verify_records__open(
    zta_verify_records *r, const char *dir, zta_log_verified *out)
{
	*r = (zta_verify_records){ .dir = dir, .out = out };
	zta_openings_run__init(&r->openings);
	zta_arena__init(&r->arena, SIZE_MAX);
}

void
zta_verify_records__close(zta_verify_records *r)
{
	zta_openings_run__close(&r->openings);
	zta_arena__release(&r->arena);
}

static bool
is_hiding(const zta_leaf *leaf)
{
	unsigned i = 0;

	while (i < ZTA_PERSONAL_COUNT && leaf->commitments[i].len == 0) {
		i++;
	}
	return i < ZTA_PERSONAL_COUNT;
}

/*
 * What the opening of a record is. One that does not fit is read again, by
 * itself: it may have been erased while a window was read.
 */
static zta_status
judge_opening(zta_verify_records *r, zta_leaf *leaf, uint64_t index,
    zta_opening_state *state)
{
	zta_str opening;
	zta_status status =
	    zta_openings_run__read(&r->openings, index, &opening, &r->err);

	if (status != ZTA_OK) {
		return status;
	}
	*state = zta_opening__use(leaf, opening);
	if (*state == ZTA_OPENING_DAMAGED) {
		status = zta_openings_view__read(
		    &r->openings.view, index, &r->arena, &opening, &r->err);
		*state = zta_opening__use(leaf, opening);
	}
	return status;
}

static zta_status
count(zta_verify_records *r, const zta_leaf *leaf, uint64_t index,
    zta_opening_state state)
{
	switch (state) {
	case ZTA_OPENING_OPEN:
		r->out->open++;
		break;
	case ZTA_OPENING_ERASED:
	case ZTA_OPENING_MARKED:
		r->out->erased++;
		break;
	case ZTA_OPENING_NONE:
		r->out->missing += is_hiding(leaf);
		break;
	case ZTA_OPENING_DAMAGED:
		(void)zta_error__set(&r->err, ZTA_EINVALID,
		    "the opening is damaged: it is not that of its record");
		zta_error__place(
		    &r->err, "the opening of entry %" PRIu64, index);
		return ZTA_EINVALID;
	}
	return ZTA_OK;
}

static zta_status
look(zta_verify_records *r, zta_str entry, uint64_t index)
{
	zta_opening_state state = ZTA_OPENING_NONE;
	zta_leaf leaf;
	zta_status status;

	zta_arena__reset(&r->arena);
	status = zta_leaf__decode(entry, &r->arena, &leaf, &r->err);
	if (status != ZTA_OK) {
		zta_error__place(&r->err, "%s, entry %" PRIu64, r->dir, index);
		return status;
	}
	if (zta_str__is(leaf.kind, "log") &&
	    (uint64_t)leaf.minimum > r->retained) {
		r->retained = (uint64_t)leaf.minimum;
	}
	status = judge_opening(r, &leaf, index, &state);
	return status == ZTA_OK ? count(r, &leaf, index, state) : status;
}

void
zta_verify_records__frame(
    zta_verify_records *r, uint64_t segment, const zta_frame *frame)
{
	zta_str rest = frame->entries, entry;
	uint64_t index = frame->first;

	/* Not before there is a frame: then its openings are there. */
	if (r->status == ZTA_OK && (!r->entered || r->segment != segment)) {
		r->status = zta_openings_run__open(
		    &r->openings, r->dir, segment, &r->err);
		r->segment = segment;
		r->entered = true;
	}
	while (r->status == ZTA_OK && zta_frame__next(&rest, &entry)) {
		r->status = look(r, entry, index++);
	}
}

zta_status
zta_verify_records__judge(const zta_verify_records *r, zta_error *err)
{
	if (r->status != ZTA_OK) {
		if (err != NULL) {
			*err = r->err;
		}
		return r->status;
	}
	if (r->out->minimum > r->retained) {
		(void)zta_error__set(err, ZTA_EINVALID,
		    "the log begins with entry %" PRIu64
		    ", and no record says that those before may be gone",
		    r->out->minimum);
		zta_error__place(err, "%s", r->dir);
		return ZTA_EINVALID;
	}
	return ZTA_OK;
}
