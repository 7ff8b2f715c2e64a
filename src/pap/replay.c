/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - decide the decisions of a log again, each under its own version.
 *
 * A line of the kept requests and its record are nearly at the same place of
 * both, so they are read side by side. What has been read of the log and waits
 * for its line is held in two generations: when the young one is full, the old
 * one is given up. That bounds the memory, whatever the length of the log.
 */
#include <string.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "cedar/ext.h"
#include "log/journal.h"
#include "pap/recorded.h"
#include "ztauth/log.h"
#include "ztauth/replay.h"

/* Records in a generation: more than all lanes of a log ever have waiting. */
#define GENERATION 65536
/* A record is not looked for further on than this, ms. */
#define SKEW 60000

typedef struct waiting {
	uint64_t index;
	zta_str bytes; /* of the record */
	bool asked;
} waiting;

typedef struct generation {
	zta_arena arena;
	zta_map ids; /* to numbers in the list */
	waiting *list;
	uint32_t count;
} generation;

typedef struct version {
	zta_report *report; /* NULL: the workspace does not have it */
} version;

typedef struct replayer {
	const zta_replay_question *asked;
	zta_replay_counts *out;
	zta_log_reader *log;
	bool ended;   /* the log was read to its end */
	int64_t last; /* time of the last record that was read */
	int64_t since;
	generation both[2];
	generation *young, *old;
	zta_arena arena; /* of versions, and names of files */
	zta_arena line;  /* of one decision */
	zta_map names;   /* to numbers of versions */
	version *versions;
	uint32_t version_count;
	zta_error *err;
} replayer;

/* --- records that wait for their lines */

static void
begin(generation *g)
{
	*g = (generation){ .count = 0 };
	zta_arena__init(&g->arena, SIZE_MAX);
	zta_map__init(&g->ids, &g->arena, zta_random__seed());
}

static void
give_up(replayer *r, generation *g)
{
	uint32_t i;

	for (i = 0; i < g->count; i++) {
		r->out->unkept += !g->list[i].asked;
	}
	zta_arena__release(&g->arena);
}

static zta_status
hold(replayer *r, const zta_leaf *leaf, uint64_t index)
{
	generation *g = r->young;
	zta_buf buf;
	zta_str id, bytes;
	zta_status status;

	if (g->count == GENERATION) {
		g = r->old;
		r->old = r->young;
		r->young = g;
		give_up(r, g);
		begin(g);
	}
	zta_buf__init(&buf, SIZE_MAX);
	zta_leaf__encode(leaf, &buf);
	bytes = zta_arena__copy(&g->arena, zta_buf__str(&buf));
	status = buf.status;
	zta_buf__release(&buf);
	id = zta_arena__copy(&g->arena, leaf->id);
	if (g->list == NULL) {
		g->list =
		    zta_arena__alloc(&g->arena, GENERATION * sizeof(*g->list));
	}
	if (status != ZTA_OK || bytes.ptr == NULL || id.ptr == NULL ||
	    g->list == NULL) {
		return zta_error__nomem(r->err);
	}
	status = zta_map__add(&g->ids, id, g->count, r->err);
	if (status == ZTA_OK) {
		g->list[g->count++] =
		    (waiting){ .index = index, .bytes = bytes };
	}
	return status == ZTA_EEXIST ? ZTA_OK : status;
}

static zta_status
read_record(replayer *r)
{
	zta_leaf leaf;
	uint64_t index;
	zta_status status = zta_log_reader__leaf(r->log, &leaf, &index, r->err);

	if (status == ZTA_ENOTFOUND) {
		r->ended = true;
		return ZTA_OK;
	}
	if (status != ZTA_OK) {
		return status;
	}
	r->last = leaf.time;
	if (leaf.time < r->since || !zta_str__is(leaf.kind, "decision")) {
		return ZTA_OK;
	}
	r->out->recorded++;
	if (zta_str__is(leaf.leg, "token")) {
		r->out->token++;
		return ZTA_OK;
	}
	return hold(r, &leaf, index);
}

static waiting *
look_up(const generation *g, zta_str id)
{
	uint32_t number = zta_map__get(&g->ids, id);

	return number == ZTA_MAP_NONE ? NULL : &g->list[number];
}

/* NULL in `*out`: the log has no such record. */
static zta_status
find(replayer *r, const zta_replay *kept, waiting **out)
{
	const zta_str id = { (const char *)kept->id, sizeof(kept->id) };
	zta_status status = ZTA_OK;

	*out = look_up(r->old, id);
	if (*out == NULL) {
		*out = look_up(r->young, id);
	}
	while (status == ZTA_OK && *out == NULL && !r->ended &&
	    r->last <= kept->time + SKEW) {
		status = read_record(r);
		*out = look_up(r->young, id);
	}
	return status;
}

/* --- versions */

static void
tell(const replayer *r, const zta_leaf *leaf, uint64_t index,
    const zta_decision *d, const char *why)
{
	zta_replay_difference told = { .index = index,
		.commit = leaf->commit,
		.recorded = { leaf->allowed, leaf->leg, leaf->code },
		.why = why };

	zta_hex__encode(leaf->id, told.id);
	if (d != NULL) {
		told.again = (zta_replay_outcome){ d->effect == ZTA_ALLOW,
			zta_str_of(d->leg), zta_str_of(d->code) };
	}
	r->asked->tell(r->asked->context, &told);
}

static zta_status
load(replayer *r, const zta_leaf *leaf, uint64_t index, version **out)
{
	zta_str name = zta_arena__copy(&r->arena, leaf->commit);
	zta_report *report;
	zta_status status;

	r->versions = zta_arena__grow(&r->arena, r->versions, r->version_count,
	    r->version_count + 1, sizeof(*r->versions));
	if (name.ptr == NULL || r->versions == NULL) {
		return zta_arena__failed(&r->arena, r->err);
	}
	status = zta_map__add(&r->names, name, r->version_count, r->err);
	if (status == ZTA_OK) {
		status = zta_recorded__version(
		    r->asked->workspace, name, &report, r->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	*out = &r->versions[r->version_count++];
	(*out)->report = report;
	if (report == NULL) {
		tell(r, leaf, index, NULL,
		    "the workspace does not have the version");
	} else if (!report->check.whole) {
		tell(r, leaf, index, NULL, "the version is not valid any more");
	}
	return ZTA_OK;
}

/* What cannot be decided under is told of once. NULL in `*out`: it is that. */
static zta_status
find_version(
    replayer *r, const zta_leaf *leaf, uint64_t index, const zta_snapshot **out)
{
	uint32_t number = zta_map__get(&r->names, leaf->commit);
	version *v = number == ZTA_MAP_NONE ? NULL : &r->versions[number];
	zta_status status = v == NULL ? load(r, leaf, index, &v) : ZTA_OK;

	*out = status == ZTA_OK && v->report != NULL && v->report->check.whole ?
	    v->report->check.loaded :
	    NULL;
	return status;
}

/* --- decided again */

static zta_status
decide(replayer *r, const zta_leaf *leaf, uint64_t index, const zta_replay *k)
{
	const zta_snapshot *snapshot;
	zta_error why = { 0 };
	zta_decision d;
	zta_status status;

	if (!zta_recorded__is_of(leaf, k)) {
		r->out->strange++;
		tell(r, leaf, index, NULL,
		    "the request that was kept is not the record's");
		return ZTA_OK;
	}
	status = find_version(r, leaf, index, &snapshot);
	if (status != ZTA_OK || snapshot == NULL) {
		r->out->unloaded += status == ZTA_OK;
		return status;
	}
	status = zta_pdp__decide_again(snapshot, &r->line, &k->request, k->txn,
	    k->caller, k->home, k->time, &d, &why);
	if (status == ZTA_EINVALID) {
		r->out->differ++;
		tell(r, leaf, index, NULL, "it is no question any more");
		return ZTA_OK;
	}
	if (status != ZTA_OK) {
		return zta_error__set(r->err, status, "%s", why.message);
	}
	if (zta_recorded__agrees(leaf, &d)) {
		r->out->agree++;
		return ZTA_OK;
	}
	r->out->differ++;
	tell(r, leaf, index, &d, NULL);
	return ZTA_OK;
}

/* A line that is none is passed over. */
static zta_status
take_line(void *context, zta_str line)
{
	replayer *r = context;
	zta_replay kept;
	zta_leaf leaf;
	waiting *w;
	zta_status status;

	zta_arena__reset(&r->line);
	status = zta_replay__read(&r->line, line, &kept, NULL);
	if (status == ZTA_ENOMEM) {
		return zta_arena__failed(&r->line, r->err);
	}
	if (status != ZTA_OK || kept.time < r->since) {
		return ZTA_OK;
	}
	status = find(r, &kept, &w);
	if (status != ZTA_OK) {
		return status;
	}
	if (w == NULL) {
		r->out->unrecorded++;
		return ZTA_OK;
	}
	if (w->asked) {
		return ZTA_OK;
	}
	w->asked = true;
	status = zta_leaf__decode(w->bytes, &r->line, &leaf, r->err);
	return status == ZTA_OK ? decide(r, &leaf, w->index, &kept) : status;
}

static zta_status
replay(replayer *r)
{
	const char *const *paths;
	size_t count, i;
	zta_status status =
	    zta_log_reader_open(&r->log, r->asked->log, 0, r->err);

	if (status == ZTA_OK) {
		status = zta_journal__list(
		    r->asked->log, r->since, &r->arena, &paths, &count, r->err);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = zta_journal__lines(paths[i], take_line, r, r->err);
	}
	while (status == ZTA_OK && !r->ended) {
		status = read_record(r);
	}
	return status;
}

zta_status
zta_replay_log(
    const zta_replay_question *question, zta_replay_counts *out, zta_error *err)
{
	replayer r = { .asked = question, .out = out, .err = err };
	zta_status status;
	uint32_t i;

	*out = (zta_replay_counts){ 0 };
	if (question->since != NULL &&
	    !zta_ext_datetime__read(zta_str_of(question->since), &r.since)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "%s is no time: expected 2026-01-31 or "
		    "2026-01-31T12:00:00Z",
		    question->since);
	}
	r.since = r.since < 0 ? 0 : r.since;
	r.young = &r.both[0];
	r.old = &r.both[1];
	begin(r.young);
	begin(r.old);
	zta_arena__init(&r.arena, SIZE_MAX);
	zta_arena__init(&r.line, SIZE_MAX);
	zta_map__init(&r.names, &r.arena, zta_random__seed());
	status = replay(&r);
	give_up(&r, r.young);
	give_up(&r, r.old);
	for (i = 0; i < r.version_count; i++) {
		zta_report__close(r.versions[i].report);
	}
	zta_log_reader_close(r.log);
	zta_arena__release(&r.line);
	zta_arena__release(&r.arena);
	return status;
}
