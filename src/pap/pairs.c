/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pairs.c - see pairs.h.
 *
 * A request and its record are nearly at the same place of both, for a line is
 * written just before its record. What has been read of the log and waits for
 * its line is held in two generations: when the young one is full, the old one
 * is given up. That bounds the memory, whatever the length of the log.
 */
#include "pap/pairs.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "log/journal.h"
#include "pap/recorded.h"
#include "pdp/replay.h"
#include "ztauth/log.h"

/* Records in a generation: more than a server ever has under way. */
#define GENERATION 16384u
/*
 * How much further on than its time a record is looked for, ms; and, where the
 * clock was set back, at least this many records.
 */
#define SKEW 2000
#define AHEAD 4096u

typedef struct waiting {
	uint64_t index;
	zta_leaf record;
	bool settled; /* it has had its line, or needs none */
} waiting;

typedef struct generation {
	zta_arena arena;
	zta_map ids;   /* to numbers in the list */
	waiting *list; /* of GENERATION */
	uint32_t count;
} generation;

typedef struct pairing {
	const zta_pairs *asked;
	zta_pair_counts *out;
	zta_log_reader *log;
	bool ended;     /* the log was read to its end */
	int64_t last;   /* time of the last record that was read */
	uint32_t ahead; /* records that were read since one was found */
	generation both[2];
	generation *young, *old;
	uint64_t seed;
	zta_error *err;
} pairing;

/* --- records that wait for their lines */

static void
begin(const pairing *p, generation *g)
{
	zta_arena__reset(&g->arena);
	zta_map__init(&g->ids, &g->arena, p->seed);
	g->count = 0;
}

static void
give_up(pairing *p, const generation *g)
{
	uint32_t i;

	for (i = 0; i < g->count; i++) {
		p->out->unkept += !g->list[i].settled;
	}
}

static zta_status
turn_over(pairing *p)
{
	generation *g = p->old;
	zta_status status = p->asked->forget(p->asked->context, p->err);

	give_up(p, g);
	p->old = p->young;
	p->young = g;
	begin(p, g);
	return status;
}

static zta_status
hold(pairing *p, const zta_leaf *leaf, uint64_t index, bool settled)
{
	generation *g;
	waiting *w;
	zta_status status =
	    p->young->count == GENERATION ? turn_over(p) : ZTA_OK;

	if (status != ZTA_OK) {
		return status;
	}
	g = p->young;
	w = &g->list[g->count];
	*w = (waiting){ .index = index, .settled = settled };
	if (!zta_recorded__keep(&g->arena, leaf, &w->record)) {
		return zta_error__nomem(p->err);
	}
	status = zta_map__add(&g->ids, w->record.id, g->count, p->err);
	/* An id that is there twice is nobody's: it counts as not kept. */
	if (status == ZTA_EEXIST) {
		p->out->unkept += !settled;
		return ZTA_OK;
	}
	g->count += status == ZTA_OK;
	return status;
}

static zta_status
read_record(pairing *p)
{
	zta_leaf leaf;
	uint64_t index;
	bool erased;
	zta_status status = zta_log_reader__leaf(p->log, &leaf, &index, p->err);

	if (status == ZTA_ENOTFOUND) {
		p->ended = true;
		return ZTA_OK;
	}
	if (status != ZTA_OK) {
		return status;
	}
	p->last = leaf.time;
	p->ahead++;
	if (leaf.time < p->asked->since ||
	    !zta_str__is(leaf.kind, "decision")) {
		return ZTA_OK;
	}
	p->out->recorded++;
	if (zta_str__is(leaf.leg, "token")) {
		p->out->token++;
		return ZTA_OK;
	}
	erased = leaf.subject_id.len == 0 || leaf.resource_id.len == 0;
	p->out->erased += erased;
	return hold(p, &leaf, index, erased);
}

static waiting *
look_up(const generation *g, zta_str id)
{
	uint32_t number = zta_map__get(&g->ids, id);

	return number == ZTA_MAP_NONE ? NULL : &g->list[number];
}

/* May what is not read yet have the record of a line of this time? */
static bool
may_come(const pairing *p, int64_t time)
{
	return !p->ended && (p->last <= time + SKEW || p->ahead < AHEAD);
}

/* NULL in `*out`: the log has no such record. */
static zta_status
find(pairing *p, zta_str id, int64_t time, waiting **out)
{
	zta_status status = ZTA_OK;

	*out = look_up(p->old, id);
	if (*out == NULL) {
		*out = look_up(p->young, id);
	}
	while (status == ZTA_OK && *out == NULL && may_come(p, time)) {
		status = read_record(p);
		*out = look_up(p->young, id);
	}
	if (*out != NULL) {
		p->ahead = 0;
	}
	return status;
}

/* --- the lines */

/* One that is none is passed over. */
static zta_status
take_line(void *context, zta_str line)
{
	pairing *p = context;
	unsigned char bytes[ZTA_LEAF_ID_LEN];
	const zta_str id = { (const char *)bytes, sizeof(bytes) };
	zta_pair pair = { .line = line };
	int64_t time;
	waiting *w;
	zta_status status;

	p->out->bytes_read += line.len + 1;
	if (!zta_replay__front(line, bytes, &time) || time < p->asked->since) {
		return ZTA_OK;
	}
	status = find(p, id, time, &w);
	if (status != ZTA_OK) {
		return status;
	}
	if (w == NULL) {
		p->out->unrecorded++;
		return ZTA_OK;
	}
	if (w->settled) {
		return ZTA_OK;
	}
	w->settled = true;
	p->out->paired++;
	pair.record = &w->record;
	pair.index = w->index;
	return p->asked->take(p->asked->context, &pair, p->err);
}

static zta_status
read_lines(pairing *p)
{
	const char *const *paths;
	struct stat about;
	zta_arena arena;
	size_t count, i;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_journal__list(
	    p->asked->log, p->asked->since, &arena, &paths, &count, p->err);
	for (i = 0; status == ZTA_OK && i < count; i++) {
		p->out->bytes +=
		    stat(paths[i], &about) == 0 ? (uint64_t)about.st_size : 0;
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = zta_journal__lines(paths[i], take_line, p, p->err);
	}
	zta_arena__release(&arena);
	return status;
}

static zta_status
read_both(pairing *p)
{
	zta_status settled;
	zta_status status =
	    zta_log_reader_open(&p->log, p->asked->log, 0, p->err);

	if (status == ZTA_OK) {
		status = read_lines(p);
	}
	while (status == ZTA_OK && !p->ended) {
		status = read_record(p);
	}
	/* What was handed out before a failure counts, and may have failed. */
	settled = p->asked->forget(p->asked->context, p->err);
	return settled != ZTA_OK ? settled : status;
}

zta_status
zta_pairs__read(const zta_pairs *pairs, zta_pair_counts *out, zta_error *err)
{
	pairing p = { .asked = pairs,
		.out = out,
		.seed = zta_random__seed(),
		.err = err };
	zta_arena lists;
	size_t i;
	zta_status status;

	*out = (zta_pair_counts){ 0 };
	zta_arena__init(&lists, SIZE_MAX);
	for (i = 0; i < 2; i++) {
		zta_arena__init(&p.both[i].arena, SIZE_MAX);
		begin(&p, &p.both[i]);
		p.both[i].list =
		    zta_arena__alloc(&lists, GENERATION * sizeof(waiting));
	}
	p.young = &p.both[0];
	p.old = &p.both[1];
	status = p.both[0].list == NULL || p.both[1].list == NULL ?
	    zta_error__nomem(err) :
	    read_both(&p);
	for (i = 0; i < 2; i++) {
		give_up(&p, &p.both[i]);
		zta_arena__release(&p.both[i].arena);
	}
	zta_log_reader_close(p.log);
	zta_arena__release(&lists);
	return status;
}
