/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_log.c - the decisions of a log under HEAD and under the folder. There may
 * be millions: all are counted, in groups, and the examples of each group are
 * kept and explained as other requests are.
 */
#include "base/error.h"
#include "pap/planner.h"
#include "pap/replay_groups.h"

/* Requests that are no question are much alike. */
#define REFUSED_MAX 16u

typedef struct log_planner {
	zta_planner *p;
	zta_replay_grouping grouping;
} log_planner;

static zta_plan_question
question_of(const log_planner *l, const zta_replayed *one)
{
	return (zta_plan_question){ .number = (size_t)one->pair.index,
		.text = one->pair.line,
		.log = l->p->questions->log };
}

/* A zta_replayer_question.take(). */
static zta_status
take(void *context, const zta_replayed *one, zta_error *err)
{
	log_planner *l = context;
	const zta_plan_question q = question_of(l, one);
	bool example = false;
	zta_status status = ZTA_OK;

	if (one->fate == ZTA_REPLAYED_NEITHER &&
	    l->p->out->refused_count < REFUSED_MAX) {
		return zta_planner__refuse(l->p, &q);
	}
	if (one->fate == ZTA_REPLAYED_CHANGED) {
		status =
		    zta_replay_grouping__add(&l->grouping, one, &example, err);
	}
	return status == ZTA_OK && example ? zta_planner__keep(l->p, &q) :
					     status;
}

/* A zta_replayer_question.go_on(). */
static bool
go_on(void *context, const zta_replay_progress *progress)
{
	const zta_ledger_questions *q = ((log_planner *)context)->p->questions;

	return q->go_on == NULL || q->go_on(q->context, progress);
}

static void
add_counts(zta_workspace_outlook *out, const zta_replayer_counts *n)
{
	const zta_replay_counts *shown = &n->shown;

	out->requests += shown->agree + shown->otherwise + shown->to_deny +
	    shown->to_allow + shown->to_none + n->neither;
	out->to_deny += shown->to_deny;
	out->to_allow += shown->to_allow;
	out->to_none += shown->to_none;
	out->no_questions += n->neither;
	out->recorded = shown->recorded;
	out->unkept = shown->unkept + shown->token;
	out->erased = shown->erased;
	out->strange = shown->strange;
	out->outdated = n->outdated;
}

static zta_status
run(log_planner *l)
{
	zta_planner *p = l->p;
	zta_replay_groups *groups =
	    zta_arena__zalloc(&p->workspace->arena, 1, sizeof(*groups));
	zta_replayer_question question = { .log = p->questions->log,
		.version = p->after,
		.held_to_version = true,
		.before = p->before,
		.take = take,
		.go_on = go_on,
		.context = l };
	zta_replayer_counts counts;
	zta_status status =
	    zta_replayer__since(p->questions->since, &question.since, p->err);

	if (groups == NULL) {
		return zta_arena__failed(&p->workspace->arena, p->err);
	}
	if (status == ZTA_OK) {
		status = zta_replayer__run(&question, &counts, p->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	add_counts(p->out, &counts);
	p->out->groups = groups;
	return zta_replay_grouping__finish(&l->grouping, groups, p->err);
}

zta_status
zta_planner__ask_log(zta_planner *p)
{
	log_planner l = { .p = p };
	zta_status status = zta_replay_grouping__begin(
	    &l.grouping, &p->workspace->arena, p->err);

	if (status == ZTA_OK) {
		status = run(&l);
	}
	zta_replay_grouping__release(&l.grouping);
	return status;
}
