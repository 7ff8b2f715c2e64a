/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replayer.c - see replayer.h.
 *
 * 1. A batch owns the lines of its pairs and what came of them; records are in
 *    the memory of the pairs, which is not forgotten before the crew is settled.
 *    Nor is a version displaced before.
 * 2. A thread decides in an arena of its own, one decision after another, so
 *    that it stays small; only what has changed is copied out of it
 *    (replayed.c).
 * 3. The first failure, in the order of the pairs, is the one that is told.
 */
#include "pap/replayer.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/time.h"
#include "cedar/ext.h"
#include "pap/crew.h"

/* Pairs in a batch: enough that handing it over costs little of each. */
#define BATCH 64u

typedef struct batch {
	bool begun;
	zta_arena arena; /* of lines, and of what has changed */
	zta_replayed list[BATCH];
	uint32_t count;
	uint32_t done; /* of them, before `status` */
	zta_status status;
	zta_error err;
} batch;

typedef struct replayer {
	const zta_replayer_question *asked;
	zta_replayer_counts *out;
	zta_pair_counts pairs;
	zta_crew *crew;
	uint64_t decided;
	zta_status status; /* of what was taken so far */
	zta_error *err;
	zta_arena scratch[ZTA_CREW_THREADS_MAX]; /* of each thread */
} replayer;

/* --- on a thread of the crew */

static void
work(void *context, unsigned thread, void *job)
{
	replayer *r = context;
	batch *b = job;

	b->status = ZTA_OK;
	b->done = 0;
	while (b->status == ZTA_OK && b->done < b->count) {
		b->status = zta_replayed__decide(&b->list[b->done], r->asked,
		    &r->scratch[thread], &b->arena, &b->err);
		b->done += b->status == ZTA_OK;
	}
}

/* --- on the caller's thread */

static void
count(replayer *r, const zta_replayed *one)
{
	zta_replay_counts *n = &r->out->shown;

	r->out->outdated += one->outdated;
	switch (one->fate) {
	case ZTA_REPLAYED_AGREES:
		n->agree++;
		break;
	case ZTA_REPLAYED_CHANGED:
		n->otherwise += one->after.answer == one->before.answer;
		if (one->after.answer != one->before.answer) {
			n->to_deny += one->after.answer == ZTA_REPLAY_DENY;
			n->to_allow += one->after.answer == ZTA_REPLAY_ALLOW;
			n->to_none +=
			    one->after.answer == ZTA_REPLAY_NO_QUESTION;
		}
		break;
	case ZTA_REPLAYED_NEITHER:
		r->out->neither++;
		break;
	case ZTA_REPLAYED_STRANGE:
		n->strange++;
		break;
	case ZTA_REPLAYED_UNLOADED:
		n->unloaded++;
		break;
	case ZTA_REPLAYED_UNREADABLE:
		n->unkept++;
		break;
	}
}

/* A zta_crew_work.take(): batches come in the order of their pairs. */
static void
take_batch(void *context, void *job)
{
	replayer *r = context;
	batch *b = job;
	uint32_t i;

	for (i = 0; r->status == ZTA_OK && i < b->done; i++) {
		count(r, &b->list[i]);
		if (b->list[i].fate != ZTA_REPLAYED_AGREES) {
			r->status = r->asked->take(
			    r->asked->context, &b->list[i], r->err);
		}
	}
	if (r->status == ZTA_OK && b->status != ZTA_OK) {
		r->status = b->status;
		if (r->err != NULL) {
			*r->err = b->err;
		}
	}
	r->decided += b->count;
	zta_arena__reset(&b->arena);
	b->count = 0;
}

static batch *
batch_of(const replayer *r)
{
	batch *b = zta_crew__job(r->crew);

	if (!b->begun) {
		zta_arena__init(&b->arena, SIZE_MAX);
		b->begun = true;
	}
	return b;
}

static zta_status
go_on(replayer *r)
{
	const zta_replay_progress progress = { r->decided, r->pairs.bytes_read,
		r->pairs.bytes };

	if (r->status == ZTA_OK && r->asked->go_on != NULL &&
	    !r->asked->go_on(r->asked->context, &progress)) {
		r->status =
		    zta_error__set(r->err, ZTA_EUNAVAILABLE, "it was ended");
	}
	return r->status;
}

/* A zta_pairs.forget(). */
static zta_status
settle(void *context, zta_error *err)
{
	replayer *r = context;

	(void)err;
	if (batch_of(r)->count > 0) {
		zta_crew__hand_over(r->crew);
	}
	zta_crew__settle(r->crew);
	return go_on(r);
}

static zta_status
find_version(replayer *r, zta_replayed *one, zta_error *err)
{
	zta_versions *v = r->asked->versions;
	zta_str name = one->pair.record->commit;
	zta_status status;

	one->version = r->asked->version;
	if (one->version != NULL) {
		return ZTA_OK;
	}
	status = zta_versions__displaces(v, name) ? settle(r, err) : ZTA_OK;
	return status != ZTA_OK ?
	    status :
	    zta_versions__find(v, name, &one->version, &one->why, err);
}

/* A zta_pairs.take(). */
static zta_status
take_pair(void *context, const zta_pair *pair, zta_error *err)
{
	replayer *r = context;
	zta_replayed one = { .pair = *pair };
	batch *b;
	zta_status status = find_version(r, &one, err);

	if (status != ZTA_OK) {
		return status;
	}
	b = batch_of(r);
	one.pair.line = zta_arena__copy(&b->arena, pair->line);
	if (one.pair.line.ptr == NULL) {
		return zta_arena__failed(&b->arena, err);
	}
	b->list[b->count++] = one;
	if (b->count < BATCH) {
		return ZTA_OK;
	}
	zta_crew__hand_over(r->crew);
	return go_on(r);
}

static void
forget_batch(void *job)
{
	zta_arena__release(&((batch *)job)->arena);
}

static zta_status
run(replayer *r, unsigned threads)
{
	const zta_crew_work what = { .threads = threads,
		.job_size = sizeof(batch),
		.work = work,
		.take = take_batch,
		.context = r };
	const zta_pairs pairs = { .log = r->asked->log,
		.since = r->asked->since,
		.take = take_pair,
		.forget = settle,
		.context = r };
	zta_status status = zta_crew__open(&r->crew, &what, r->err);

	if (status == ZTA_OK) {
		status = zta_pairs__read(&pairs, &r->pairs, r->err);
	}
	zta_crew__close(r->crew, forget_batch);
	return status;
}

zta_status
zta_replayer__run(const zta_replayer_question *question,
    zta_replayer_counts *out, zta_error *err)
{
	replayer *r = calloc(1, sizeof(*r));
	unsigned threads = question->threads == 0 ? zta_crew__processors() :
						    question->threads,
		 i;
	zta_status status;

	*out = (zta_replayer_counts){ 0 };
	if (r == NULL) {
		return zta_error__nomem(err);
	}
	r->asked = question;
	r->out = out;
	r->err = err;
	threads =
	    threads > ZTA_CREW_THREADS_MAX ? ZTA_CREW_THREADS_MAX : threads;
	for (i = 0; i < threads; i++) {
		zta_arena__init(&r->scratch[i], ZTA_CEDAR_REQUEST_MEMORY_MAX);
	}
	status = run(r, threads);
	for (i = 0; i < threads; i++) {
		zta_arena__release(&r->scratch[i]);
	}
	out->shown.recorded = r->pairs.recorded;
	out->shown.token = r->pairs.token;
	out->shown.erased = r->pairs.erased;
	out->shown.unkept += r->pairs.unkept;
	out->shown.unrecorded = r->pairs.unrecorded;
	free(r);
	return status;
}

zta_status
zta_replayer__since(const char *text, int64_t *ms, zta_error *err)
{
	const zta_str since = zta_str_of(text == NULL ? "" : text);
	int64_t span;

	*ms = 0;
	if (text == NULL) {
		return ZTA_OK;
	}
	if (zta_ext_duration__read(since, &span) && span >= 0) {
		*ms = zta_time__now_ms() - span;
	} else if (!zta_ext_datetime__read(since, ms)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "%s is no time: expected 2026-01-31, 2026-01-31T12:00:00Z, "
		    "or for the last week 7d",
		    text);
	}
	*ms = *ms < 0 ? 0 : *ms;
	return ZTA_OK;
}
