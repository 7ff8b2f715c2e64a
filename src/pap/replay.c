/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - see ztauth/replay.h: all decisions of a log again, each under its
 * own version, or under another one.
 */
#include "ztauth/replay.h"

#include <stdlib.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/str.h"
#include "pap/replay_groups.h"
#include "pap/replayer.h"

typedef struct replay {
	const zta_replay_question *asked;
	zta_versions versions;
	zta_report *other; /* that all are decided under; NULL: their own */
	zta_replay_grouping grouping;
	bool groups;
} replay;

/* --- each under its own version */

static const char *
why_of(const zta_replayed *one)
{
	switch (one->fate) {
	case ZTA_REPLAYED_STRANGE:
		return "the request that was kept is not the record's";
	case ZTA_REPLAYED_UNLOADED:
		return one->why;
	case ZTA_REPLAYED_CHANGED:
		return one->after.answer == ZTA_REPLAY_NO_QUESTION ?
		    "it is no question any more" :
		    NULL;
	default:
		return NULL;
	}
}

static void
tell(const replay *r, const zta_replayed *one)
{
	const zta_leaf *leaf = one->pair.record;
	zta_replay_difference told = { .index = one->pair.index,
		.commit = leaf->commit,
		.recorded = { leaf->allowed ? ZTA_REPLAY_ALLOW :
					      ZTA_REPLAY_DENY,
		    leaf->leg, leaf->code, leaf->policies.items,
		    leaf->policies.count },
		.why = why_of(one) };

	if (told.why == NULL && one->fate != ZTA_REPLAYED_CHANGED) {
		return;
	}
	if (told.why == NULL) {
		told.again = one->after;
	}
	zta_hex__encode(leaf->id, told.id);
	r->asked->tell(r->asked->context, &told);
}

/* A zta_replayer_question.take(). */
static zta_status
take(void *context, const zta_replayed *one, zta_error *err)
{
	replay *r = context;
	bool example;

	if (!r->groups) {
		tell(r, one);
		return ZTA_OK;
	}
	return one->fate == ZTA_REPLAYED_CHANGED ?
	    zta_replay_grouping__add(&r->grouping, one, &example, err) :
	    ZTA_OK;
}

/* --- another version */

static zta_status
load_commit(replay *r, zta_error *err)
{
	zta_workspace *w = r->asked->workspace;
	zta_arena arena;
	zta_tree tree;
	zta_oid commit;
	zta_status status =
	    zta_workspace__resolve(w, r->asked->at, &commit, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_ledger__files(&w->ledger, &commit, &arena, &tree, err);
	if (status != ZTA_OK) {
		zta_arena__release(&arena);
		return status;
	}
	return zta_report__tree(&r->other, &arena, &tree, 0, err);
}

/* What is wrong with it, first. */
static zta_status
refuse(const zta_report *report, const char *name, zta_error *err)
{
	const zta_ledger_report *shown = &report->shown;
	const zta_ledger_finding *f = NULL;
	size_t i;

	for (i = 0; f == NULL && i < shown->finding_count; i++) {
		f = shown->findings[i].warning ? NULL : &shown->findings[i];
	}
	if (f == NULL) {
		return zta_error__set(
		    err, ZTA_EINVALID, "%s is not a valid version", name);
	}
	(void)zta_error__at(
	    err, ZTA_EINVALID, f->line, f->column, "%s", f->message);
	zta_error__place(err, "%s/%.*s", name, ZTA_STR_ARG(f->file));
	return ZTA_EINVALID;
}

/* Its decision tests may fail: what it decides is what is asked for. */
static zta_status
load_other(replay *r, zta_error *err)
{
	const zta_replay_question *q = r->asked;
	zta_status status = q->at != NULL ?
	    load_commit(r, err) :
	    zta_report__dir(&r->other, q->with, 0, true, err);

	if (status != ZTA_OK) {
		return status;
	}
	return r->other->check.whole && r->other->check.loaded != NULL ?
	    ZTA_OK :
	    refuse(r->other, q->at != NULL ? q->at : q->with, err);
}

/* --- all of it */

/* A zta_replayer_question.go_on(). */
static bool
go_on(void *context, const zta_replay_progress *progress)
{
	const zta_replay_question *q = ((const replay *)context)->asked;

	return q->go_on == NULL || q->go_on(q->context, progress);
}

static zta_status
run(replay *r, zta_replay_result *out, zta_error *err)
{
	zta_replayer_question question = { .log = r->asked->log,
		.threads = r->asked->threads,
		.versions = &r->versions,
		.take = take,
		.go_on = go_on,
		.context = r };
	zta_replayer_counts counts;
	zta_status status =
	    zta_replayer__since(r->asked->since, &question.since, err);

	if (status == ZTA_OK && r->groups) {
		status = load_other(r, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (r->other != NULL) {
		question.version = r->other->check.loaded;
	}
	status = zta_replayer__run(&question, &counts, err);
	out->counts = counts.shown;
	return status == ZTA_OK && r->groups ?
	    zta_replay_grouping__finish(&r->grouping, &out->groups, err) :
	    status;
}

zta_status
zta_replay_log(
    const zta_replay_question *question, zta_replay_result *out, zta_error *err)
{
	replay r = { .asked = question,
		.groups = question->at != NULL || question->with != NULL };
	zta_arena *memory = calloc(1, sizeof(*memory));
	zta_status status = ZTA_OK;

	*out = (zta_replay_result){ .memory = memory };
	if (memory == NULL) {
		return zta_error__nomem(err);
	}
	zta_arena__init(memory, SIZE_MAX);
	zta_versions__init(&r.versions, question->workspace);
	if (r.groups) {
		status = zta_replay_grouping__begin(&r.grouping, memory, err);
	}
	if (status == ZTA_OK) {
		status = run(&r, out, err);
	}
	if (r.groups) {
		zta_replay_grouping__release(&r.grouping);
	}
	zta_report__close(r.other);
	zta_versions__release(&r.versions);
	return status;
}

void
zta_replay_release(zta_replay_result *result)
{
	zta_arena *memory = result->memory;

	if (memory != NULL) {
		zta_arena__release(memory);
		free(memory);
	}
	*result = (zta_replay_result){ 0 };
}
