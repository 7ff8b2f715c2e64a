/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_log.c - ask the requests of a decision log again. The log says which
 * decisions there were; the files beside it what they were asked. Only what is
 * in both is asked: a line without its record was never answered.
 */
#include "base/error.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "cedar/ext.h"
#include "log/journal.h"
#include "log/leaf.h"
#include "pap/planner.h"
#include "pdp/replay.h"
#include "ztauth/log.h"

typedef struct record {
	uint64_t index;
	bool allowed, asked;
} record;

typedef struct replayer {
	zta_planner *p;
	int64_t since;   /* ms */
	zta_arena arena; /* of ids, records and names of files */
	zta_arena line;  /* of one line after another */
	zta_map ids;     /* to numbers of records */
	record *list;
	size_t count, room;
} replayer;

/* --- the log */

static zta_status
add_record(replayer *r, const zta_leaf *leaf, uint64_t index)
{
	zta_str id = zta_arena__copy(&r->arena, leaf->id);
	zta_status status;

	if (r->count == r->room) {
		r->room = r->room == 0 ? 256 : 2 * r->room;
		r->list = zta_arena__grow(
		    &r->arena, r->list, r->count, r->room, sizeof(*r->list));
	}
	if (id.ptr == NULL || r->list == NULL) {
		return zta_arena__failed(&r->arena, r->p->err);
	}
	status = zta_map__add(&r->ids, id, (uint32_t)r->count, r->p->err);
	if (status == ZTA_OK) {
		r->list[r->count++] =
		    (record){ .index = index, .allowed = leaf->allowed };
	}
	return status == ZTA_EEXIST ? ZTA_OK : status;
}

static zta_status
read_log(replayer *r)
{
	zta_log_reader *reader;
	zta_leaf leaf;
	uint64_t index;
	zta_status status =
	    zta_log_reader_open(&reader, r->p->questions->log, 0, r->p->err);

	while (status == ZTA_OK) {
		status = zta_log_reader__leaf(reader, &leaf, &index, r->p->err);
		if (status == ZTA_OK && leaf.time >= r->since &&
		    zta_str__is(leaf.kind, "decision")) {
			status = add_record(r, &leaf, index);
		}
	}
	if (reader == NULL) {
		return status;
	}
	zta_log_reader_close(reader);
	return status == ZTA_ENOTFOUND ? ZTA_OK : status;
}

/* --- the requests */

/* A line that is none, or has no record, is passed over. */
static zta_status
ask_line(void *context, zta_str line)
{
	replayer *r = context;
	zta_plan_question q = { .text = line, .log = r->p->questions->log };
	zta_replay replay;
	uint32_t number;
	zta_status status;

	zta_arena__reset(&r->line);
	status = zta_replay__read(&r->line, line, &replay, NULL);
	if (status == ZTA_ENOMEM) {
		return zta_arena__failed(&r->line, r->p->err);
	}
	if (status != ZTA_OK) {
		return ZTA_OK;
	}
	number = zta_map__get(
	    &r->ids, (zta_str){ (char *)replay.id, sizeof(replay.id) });
	if (number == ZTA_MAP_NONE || r->list[number].asked) {
		return ZTA_OK;
	}
	r->list[number].asked = true;
	q.number = (size_t)r->list[number].index;
	q.allowed = r->list[number].allowed;
	return zta_planner__ask(r->p, &q);
}

static zta_status
ask_files(replayer *r)
{
	const char *const *paths;
	size_t count, i;
	zta_status status = zta_journal__list(r->p->questions->log, r->since,
	    &r->arena, &paths, &count, r->p->err);

	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = zta_journal__lines(paths[i], ask_line, r, r->p->err);
	}
	return status;
}

/* --- all of it */

static zta_status
read_since(replayer *r)
{
	const char *since = r->p->questions->since;

	if (since == NULL) {
		return ZTA_OK;
	}
	if (!zta_ext_datetime__read(zta_str_of(since), &r->since)) {
		return zta_error__set(r->p->err, ZTA_EINVAL,
		    "%s is no time: expected 2026-01-31 or "
		    "2026-01-31T12:00:00Z",
		    since);
	}
	r->since = r->since < 0 ? 0 : r->since;
	return ZTA_OK;
}

zta_status
zta_planner__ask_log(zta_planner *p)
{
	replayer r = { .p = p };
	size_t i;
	zta_status status = read_since(&r);

	zta_arena__init(&r.arena, SIZE_MAX);
	zta_arena__init(&r.line, SIZE_MAX);
	zta_map__init(&r.ids, &r.arena, zta_random__seed());
	if (status == ZTA_OK) {
		status = read_log(&r);
	}
	if (status == ZTA_OK) {
		status = ask_files(&r);
	}
	p->out->recorded = r.count;
	for (i = 0; i < r.count; i++) {
		p->out->unkept += !r.list[i].asked;
	}
	zta_arena__release(&r.line);
	zta_arena__release(&r.arena);
	return status;
}
