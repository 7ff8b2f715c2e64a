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
#include "pap/ask.h"
#include "pap/policy_diff.h"
#include "pap/workspace.h"

/* Policies of a flip that are explained: nobody reads more. */
#define EXPLAINED_MAX 16

typedef struct planner {
	zta_workspace *workspace;
	const zta_snapshot *before, *after; /* NULL: none permits */
	zta_arena scratch;                  /* of one request after another */
	zta_ledger_flip *flips;
	zta_ledger_place *refused;
	size_t flip_room, refused_room;
	zta_workspace_outlook *out;
	zta_error *err;
} planner;

/* --- requests */

static zta_ledger_flip *
push(planner *p)
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
refuse(planner *p, size_t line, const char *why)
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
	p->refused[out->refused_count++] = (zta_ledger_place){
		.file = ZTA_STR(""), .line = (uint32_t)line, .message = kept
	};
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

/* Decide it again, to be kept and explained. */
static zta_status
keep(planner *p, size_t line, zta_str request)
{
	zta_arena *arena = &p->workspace->arena;
	zta_str ids[EXPLAINED_MAX];
	zta_ledger_flip *flip = push(p);
	size_t count;
	zta_status status;

	if (flip == NULL) {
		return zta_arena__failed(arena, p->err);
	}
	*flip = (zta_ledger_flip){ .line = line, .request = request };
	status =
	    zta_ask__decide(p->before, arena, request, &flip->before, p->err);
	if (status == ZTA_OK) {
		status = zta_ask__decide(
		    p->after, arena, request, &flip->after, p->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	count = gather(flip, ids);
	status = zta_ask__explain(
	    p->before, arena, request, ids, count, &flip->before, p->err);
	return status != ZTA_OK ? status :
				  zta_ask__explain(p->after, arena, request,
				      ids, count, &flip->after, p->err);
}

static zta_status
ask(planner *p, size_t line, zta_str request)
{
	zta_ledger_verdict before, after;
	zta_status status =
	    zta_ask__decide(p->before, &p->scratch, request, &before, p->err);

	if (status == ZTA_OK) {
		status = zta_ask__decide(
		    p->after, &p->scratch, request, &after, p->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	p->out->requests++;
	if (after.refused != NULL && (before.refused != NULL || !p->before)) {
		return refuse(p, line, after.refused);
	}
	return before.permitted == after.permitted &&
		(before.refused == NULL) == (after.refused == NULL) ?
	    ZTA_OK :
	    keep(p, line, request);
}

static zta_status
ask_all(planner *p, zta_str requests)
{
	zta_str line;
	size_t number = 0;
	zta_status status = ZTA_OK;

	zta_arena__init(&p->scratch, ZTA_CEDAR_REQUEST_MEMORY_MAX);
	while (status == ZTA_OK && zta_str__next(&requests, '\n', &line)) {
		number++;
		line.len -= zta_str__ends(line, ZTA_STR("\r"));
		if (line.len > 0) {
			status = ask(p, number, line);
		}
		zta_arena__reset(&p->scratch);
	}
	zta_arena__release(&p->scratch);
	return status;
}

/* --- both versions */

/* Load HEAD as it was judged once; its tests may fail today. */
static zta_status
load_head(planner *p, const zta_files *head)
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

static zta_status
decide(planner *p, const zta_files *head, zta_str requests)
{
	zta_status status = ZTA_OK;

	p->out->decided = p->workspace->report->check.whole;
	if (!p->out->decided || requests.len == 0) {
		return ZTA_OK;
	}
	p->after = p->workspace->report->check.loaded;
	status = load_head(p, head);
	return status != ZTA_OK ? status : ask_all(p, requests);
}

zta_status
zta_workspace_plan(zta_workspace *w, zta_str requests,
    zta_workspace_outlook *out, zta_error *err)
{
	planner p = { .workspace = w, .out = out, .err = err };
	zta_files head, folder;
	zta_oid oid;
	zta_status status = zta_workspace__head(w, &oid, err);

	*out = (zta_workspace_outlook){ 0 };
	if (status == ZTA_OK) {
		status = zta_workspace__files(w, &oid, &head, err);
	}
	if (status == ZTA_OK) {
		status =
		    zta_workspace__judge(w, requests.len > 0, &folder, err);
	}
	if (status == ZTA_OK) {
		out->report = &w->report->shown;
		status = zta_workspace__changes(
		    w, &head, &folder, true, &out->diff.files, err);
	}
	if (status == ZTA_OK) {
		status = zta_policy_diff__run(&w->arena, &out->diff.files,
		    &out->diff.policies, &out->diff.policy_count, err);
	}
	return status != ZTA_OK ? status : decide(&p, &head, requests);
}
