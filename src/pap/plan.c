/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.c - what a commit would change, before it is made: files, policies, what
 * is wrong, and which requests would be answered otherwise. The policies that
 * decided a request under either version are what a flip comes from, so those
 * are explained under both.
 */
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "pap/planner.h"
#include "pap/policy_diff.h"

/* Policies of a flip that are explained: nobody reads more. */
#define EXPLAINED_MAX 16

/* --- requests */

static zta_ledger_flip *
push(zta_planner *p)
{
	zta_arena *arena = &p->workspace->arena;
	zta_workspace_outlook *out = p->out;

	if (out->flip_count == p->flip_room) {
		p->flip_room = p->flip_room == 0 ? 16 : p->flip_room * 2;
		p->flips = zta_arena__grow(arena, p->flips, out->flip_count,
		    p->flip_room, sizeof(*p->flips));
		out->flips = p->flips;
	}
	return p->flips == NULL ? NULL : &p->flips[out->flip_count++];
}

static zta_status
refuse(zta_planner *p, const zta_plan_question *q, const char *why)
{
	zta_arena *arena = &p->workspace->arena;
	zta_workspace_outlook *out = p->out;
	char *kept = zta_arena__cstr(arena, zta_str_of(why));

	if (out->refused_count == p->refused_room) {
		p->refused_room =
		    p->refused_room == 0 ? 16 : p->refused_room * 2;
		p->refused = zta_arena__grow(arena, p->refused,
		    out->refused_count, p->refused_room, sizeof(*p->refused));
		out->refused = p->refused;
	}
	if (kept == NULL || p->refused == NULL) {
		return zta_arena__failed(arena, p->err);
	}
	p->refused[out->refused_count++] =
	    (zta_ledger_place){ .file =
				    zta_str_of(q->log == NULL ? "" : q->log),
		    .line = (uint32_t)q->number,
		    .message = kept };
	return ZTA_OK;
}

/* The policies that decided under either version, each once. */
static size_t
gather(const zta_ledger_flip *flip, zta_str ids[EXPLAINED_MAX])
{
	const zta_ledger_verdict *sides[] = { &flip->before, &flip->after };
	size_t count = 0, side, i, j;

	for (side = 0; side < 2; side++) {
		for (i = 0; i < sides[side]->policy_count; i++) {
			for (j = 0; j < count; j++) {
				if (zta_str__eq(
					ids[j], sides[side]->policies[i])) {
					break;
				}
			}
			if (j == count && count < EXPLAINED_MAX) {
				ids[count++] = sides[side]->policies[i];
			}
		}
	}
	return count;
}

/* How a question of either kind is asked. */
static zta_status
decide_one(const zta_plan_question *q, const zta_snapshot *s, zta_arena *arena,
    zta_ledger_verdict *out, zta_error *err)
{
	return q->log != NULL ? zta_ask__again(s, arena, q->text, out, err) :
				zta_ask__decide(s, arena, q->text, out, err);
}

static zta_status
explain_one(const zta_plan_question *q, const zta_snapshot *s, zta_arena *arena,
    const zta_str *ids, size_t count, zta_ledger_verdict *out, zta_error *err)
{
	return q->log != NULL ?
	    zta_ask__explain_again(s, arena, q->text, ids, count, out, err) :
	    zta_ask__explain(s, arena, q->text, ids, count, out, err);
}

zta_status
zta_planner__refuse(zta_planner *p, const zta_plan_question *q)
{
	zta_ledger_verdict after;
	zta_status status;

	zta_arena__reset(&p->scratch);
	status = decide_one(q, p->after, &p->scratch, &after, p->err);
	return status == ZTA_OK && after.refused != NULL ?
	    refuse(p, q, after.refused) :
	    status;
}

/* Decide it again, to be kept and explained. */
zta_status
zta_planner__keep(zta_planner *p, const zta_plan_question *question)
{
	zta_arena *arena = &p->workspace->arena;
	zta_plan_question q = *question;
	zta_str ids[EXPLAINED_MAX];
	zta_ledger_flip *flip = push(p);
	size_t count;
	zta_status status;

	q.text = zta_arena__copy(arena, q.text);
	if (flip == NULL || q.text.ptr == NULL) {
		return zta_arena__failed(arena, p->err);
	}
	*flip = (zta_ledger_flip){ .line = q.number,
		.recorded = q.log != NULL,
		.request = q.text,
		.about = ZTA_STR("") };
	status = decide_one(&q, p->before, arena, &flip->before, p->err);
	if (status == ZTA_OK) {
		status = decide_one(&q, p->after, arena, &flip->after, p->err);
	}
	if (status == ZTA_OK && flip->recorded) {
		status =
		    zta_ask__tell_again(arena, q.text, &flip->about, p->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	count = gather(flip, ids);
	status = explain_one(
	    &q, p->before, arena, ids, count, &flip->before, p->err);
	return status != ZTA_OK ?
	    status :
	    explain_one(&q, p->after, arena, ids, count, &flip->after, p->err);
}

static zta_status
ask(zta_planner *p, const zta_plan_question *q)
{
	zta_workspace_outlook *out = p->out;
	zta_ledger_verdict before, after;
	zta_status status;

	zta_arena__reset(&p->scratch);
	status = decide_one(q, p->before, &p->scratch, &before, p->err);
	if (status == ZTA_OK) {
		status = decide_one(q, p->after, &p->scratch, &after, p->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	out->requests++;
	if (after.refused != NULL && (before.refused != NULL || !p->before)) {
		out->no_questions++;
		return refuse(p, q, after.refused);
	}
	if (before.permitted == after.permitted &&
	    (before.refused == NULL) == (after.refused == NULL)) {
		return ZTA_OK;
	}
	out->to_none += after.refused != NULL;
	out->to_allow += after.permitted;
	out->to_deny += after.refused == NULL && !after.permitted;
	return zta_planner__keep(p, q);
}

static zta_status
ask_lines(zta_planner *p, zta_str requests)
{
	zta_plan_question q = { .number = 0 };
	zta_status status = ZTA_OK;

	while (status == ZTA_OK && zta_str__next(&requests, '\n', &q.text)) {
		q.number++;
		q.text.len -= zta_str__ends(q.text, ZTA_STR("\r"));
		if (q.text.len > 0) {
			status = ask(p, &q);
		}
	}
	return status;
}

static zta_status
ask_all(zta_planner *p)
{
	zta_status status;

	zta_arena__init(&p->scratch, ZTA_CEDAR_REQUEST_MEMORY_MAX);
	status = ask_lines(p, p->questions->requests);
	if (status == ZTA_OK && p->questions->log != NULL) {
		status = zta_planner__ask_log(p);
	}
	zta_arena__release(&p->scratch);
	return status;
}

/* --- both versions */

/* Load HEAD as it was judged once; its tests may fail today. */
static zta_status
load_head(zta_planner *p, const zta_files *head)
{
	zta_workspace *w = p->workspace;
	zta_arena arena;
	zta_tree tree;
	zta_status status;

	if (zta_oid__is_none(&head->commit)) {
		return ZTA_OK;
	}
	zta_arena__init(&arena, SIZE_MAX);
	status =
	    zta_ledger__files(&w->ledger, &head->commit, &arena, &tree, p->err);
	if (status != ZTA_OK) {
		zta_arena__release(&arena);
		return status;
	}
	zta_report__close(w->head_report);
	status = zta_report__tree(&w->head_report, &arena, &tree, 0, p->err);
	if (status != ZTA_OK) {
		return status;
	}
	p->before =
	    w->head_report->check.whole ? w->head_report->check.loaded : NULL;
	return p->before != NULL ?
	    ZTA_OK :
	    zta_error__set(p->err, ZTA_EINVALID, "HEAD is not valid any more");
}

static bool
are_any(const zta_ledger_questions *questions)
{
	return questions->requests.len > 0 || questions->log != NULL;
}

static zta_status
decide(zta_planner *p, const zta_files *head)
{
	zta_status status = ZTA_OK;

	p->out->decided = p->workspace->report->check.whole;
	if (!p->out->decided || !are_any(p->questions)) {
		return ZTA_OK;
	}
	p->after = p->workspace->report->check.loaded;
	status = load_head(p, head);
	return status != ZTA_OK ? status : ask_all(p);
}

zta_status
zta_workspace__plan(zta_workspace *w, const zta_files *head,
    const zta_files *files, const zta_ledger_questions *questions,
    zta_workspace_outlook *out, zta_error *err)
{
	zta_planner p = {
		.workspace = w, .questions = questions, .out = out, .err = err
	};
	zta_status status;

	out->report = &w->report->shown;
	status =
	    zta_workspace__changes(w, head, files, true, &out->diff.files, err);
	if (status == ZTA_OK) {
		status = zta_policy_diff__run(&w->arena, &out->diff.files,
		    &out->diff.policies, &out->diff.policy_count, err);
	}
	return status != ZTA_OK ? status : decide(&p, head);
}

zta_status
zta_workspace_plan(zta_workspace *w, const zta_ledger_questions *questions,
    zta_workspace_outlook *out, zta_error *err)
{
	zta_files head, folder;
	zta_oid oid;
	zta_status status = zta_workspace__head(w, &oid, err);

	*out = (zta_workspace_outlook){ 0 };
	if (status == ZTA_OK) {
		status = zta_workspace__files(w, &oid, &head, err);
	}
	if (status == ZTA_OK) {
		status =
		    zta_workspace__judge(w, are_any(questions), &folder, err);
	}
	return status != ZTA_OK ?
	    status :
	    zta_workspace__plan(w, &head, &folder, questions, out, err);
}
