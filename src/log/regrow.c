/* SPDX-License-Identifier: Apache-2.0 */
/* regrow.c - see regrow.h. */
#include "log/regrow.h"

#include <inttypes.h>

#include "base/error.h"
#include "log/segment.h"

/* Entries whose marks are made before they are added. */
#define MARKS 1024u

typedef struct regrowth {
	zta_log_tree *tree;
	uint64_t from; /* entries below are there */
	bool scanned;  /* this segment was */
	zta_log_mark marks[MARKS];
} regrowth;

/* A zta_segment_visit. */
static zta_status
add_frame(void *context, const zta_frame *frame, uint64_t at, zta_error *err)
{
	regrowth *g = context;
	zta_log_batch batch = { frame->entries,
		(uint32_t)(at + ZTA_FRAME_HEAD) };
	zta_str rest = frame->entries, entry;
	uint64_t index = frame->first;
	zta_status status = ZTA_OK;
	size_t count = 0;

	if (frame->first + frame->count <= g->from) {
		return ZTA_OK;
	}
	if (!g->scanned && !zta_frame__holds(frame, NULL)) {
		return zta_error__set(err, ZTA_EINVALID,
		    "the log is damaged at byte %" PRIu64 ", entry %" PRIu64,
		    at, frame->first);
	}
	for (; index < g->from && zta_frame__next(&rest, &entry); index++) {
		batch.entries = rest;
		batch.at += (uint32_t)(ZTA_FRAME_LENGTH + entry.len);
	}
	while (status == ZTA_OK && rest.len > 0) {
		for (count = 0; count < MARKS && zta_frame__next(&rest, &entry);
		     count++) {
			zta_log_tree__mark(entry, &g->marks[count]);
		}
		if (count == 0) {
			return zta_error__set(err, ZTA_EINVALID,
			    "the log is damaged: an entry ends behind its "
			    "frame");
		}
		status = zta_log_tree__prepare(g->tree, count, err);
		if (status == ZTA_OK) {
			zta_log_tree__add(g->tree, &batch, g->marks, count);
		}
	}
	return status;
}

zta_status
zta_regrow__tree(zta_log_tree *tree, const char *dir, const uint64_t *firsts,
    size_t count, uint64_t next, const zta_log_head *known, uint64_t *redone,
    zta_error *err)
{
	regrowth g = { .tree = tree };
	char path[ZTA_SEGMENT_PATH_MAX];
	uint64_t end;
	size_t i;
	zta_status status = zta_log_tree__resume(
	    tree, next, count > 0 ? firsts[count - 1] : 0, known, &g.from, err);

	if (status == ZTA_OK && count > 0 && firsts[0] > g.from) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "the tree needs entry %" PRIu64
		    ", but the log begins with %" PRIu64,
		    g.from, firsts[0]);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		end = i + 1 < count ? firsts[i + 1] : next;
		if (end <= g.from) {
			continue;
		}
		g.scanned = i + 1 == count;
		status = zta_segment__path(path, dir, firsts[i], err);
		if (status == ZTA_OK) {
			status = zta_segment__walk(
			    path, firsts[i], end, add_frame, &g, err);
		}
	}
	if (status == ZTA_OK) {
		status = zta_log_tree__resumed(tree, known, err);
	}
	*redone = next - g.from;
	return status;
}
