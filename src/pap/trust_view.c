/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust_view.c - see trust_view.h and ztauth/trust.h. Since when an entry is in
 * quarantine is read off the history: the oldest commit, from HEAD back, that
 * has it without a gap.
 */
#include "pap/trust_view.h"

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "trust/quarantine.h"

zta_status
zta_trust_view__file(
    zta_workspace *w, const char *path, zta_str *out, zta_error *err)
{
	const char *place = zta_workspace__from_top(w, zta_str_of(path));

	return place == NULL ?
	    zta_arena__failed(&w->arena, err) :
	    zta_file__read(&w->arena, place, ZTA_LEDGER_FILE_MAX, out, err);
}

/* --- the model */

static zta_trust_level
show_level(const zta_level *level)
{
	zta_trust_level out = { .name = level->name,
		.rank = level->rank,
		.proof_age_max_s = level->proof_age_ms / 1000,
		.consent = level->consent,
		.attestations = level->attestations,
		.attestation_count = level->attestation_count };
	zta_proof proof;

	for (proof = ZTA_PROOF_BEARER; proof <= ZTA_PROOF_WPT; proof++) {
		if ((level->proofs & 1u << proof) != 0) {
			out.proofs[out.proof_count++] = zta_proof__name(proof);
		}
	}
	return out;
}

zta_status
zta_trust_view__of(zta_arena *arena, zta_trust_read *r, zta_error *err)
{
	const zta_trust_model *m = &r->model;
	const zta_group *group;
	uint32_t i;

	r->levels =
	    zta_arena__zalloc(arena, m->level_count + 1, sizeof(*r->levels));
	r->groups =
	    zta_arena__zalloc(arena, m->group_count + 1, sizeof(*r->groups));
	if (r->levels == NULL || r->groups == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; i < m->level_count; i++) {
		r->levels[i] = show_level(&m->levels[i]);
	}
	for (i = 0; i < m->group_count; i++) {
		group = &m->groups[i];
		r->groups[i] = (zta_trust_group){ group->name,
			&r->levels[group->level - m->levels], group->members,
			group->member_count };
	}
	return ZTA_OK;
}

zta_status
zta_trust_view__read(
    zta_workspace *w, int64_t now, zta_trust_read *out, zta_error *err)
{
	zta_str levels, groups;
	zta_status status =
	    zta_trust_view__file(w, "trust/levels.json", &levels, err);

	*out = (zta_trust_read){ 0 };
	if (status == ZTA_OK) {
		status =
		    zta_trust_view__file(w, ZTA_QUARANTINE_FILE, &groups, err);
	}
	if (status == ZTA_OK) {
		status = zta_trust_model__read(
		    &out->model, &w->arena, levels, groups, err);
	}
	if (status == ZTA_OK) {
		status = zta_trust_view__of(&w->arena, out, err);
	}
	return status != ZTA_OK ? status :
				  zta_trust_view__statements(w, now, out, err);
}

/* --- one workload */

static zta_trust_membership
membership(const zta_trust_read *read, uint32_t number, zta_str entry,
    const zta_ring *ring, int64_t now, const zta_foreign *foreign)
{
	const zta_group *group = &read->model.groups[number];
	const zta_str *property = zta_trust_model__unattested(
	    &read->model, group->level, ring->workload, now);
	unsigned lacks =
	    zta_level__lacks(group->level, ring->proof, now - ring->at);

	return (zta_trust_membership){ .group = &read->groups[number],
		.entry = entry,
		.other_proof = (lacks & ZTA_LEVEL_PROOF) != 0,
		.too_old = (lacks & ZTA_LEVEL_AGE) != 0,
		.no_consent = (lacks & ZTA_LEVEL_CONSENT) != 0,
		.no_attestation = property != NULL,
		.unattested = property == NULL ? ZTA_STR("") : *property,
		.out_of_scope = !zta_foreign__has_group(foreign, group),
		.above_cap = !zta_foreign__reaches(foreign, group->level) };
}

zta_status
zta_trust_view__groups(zta_arena *arena, const zta_trust_read *read,
    const zta_ring *ring, int64_t now, const zta_foreign *foreign,
    const zta_trust_membership **out, size_t *count, zta_error *err)
{
	const zta_trust_model *m = &read->model;
	const zta_group *group;
	uint32_t i, j;
	zta_trust_membership *list =
	    zta_arena__alloc(arena, (m->group_count + 1) * sizeof(*list));

	*out = list;
	*count = 0;
	if (list == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; i < m->group_count; i++) {
		group = &m->groups[i];
		for (j = 0; j < group->member_count &&
		     !zta_trust_entry__covers(
			 group->members[j], ring->workload);
		     j++) {
		}
		if (j < group->member_count) {
			list[(*count)++] = membership(
			    read, i, group->members[j], ring, now, foreign);
		}
	}
	return ZTA_OK;
}

zta_status
zta_trust_view__quarantine(zta_arena *arena, const zta_trust_model *m,
    zta_str workload, const zta_str **out, size_t *count, zta_error *err)
{
	uint32_t i;
	zta_str *list =
	    zta_arena__alloc(arena, (m->quarantine_count + 1) * sizeof(*list));

	*out = list;
	*count = 0;
	if (list == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; i < m->quarantine_count; i++) {
		if (zta_trust_entry__covers(m->quarantine[i], workload)) {
			list[(*count)++] = m->quarantine[i];
		}
	}
	return ZTA_OK;
}

/* --- since when */

typedef struct tracer {
	zta_workspace *workspace;
	zta_trust_quarantined *list;
	bool *closed; /* an entry's commit is known */
	uint32_t count;
	zta_oid blob; /* of the file that was looked at last */
	zta_error *err;
} tracer;

/* Does this version of the file have it? One that is none has nothing. */
static bool
has(const zta_json *list, zta_str entry)
{
	uint32_t i;

	for (i = 0; i < list->count; i++) {
		if (list[1 + i].type != ZTA_JSON_STRING) {
			return false;
		}
		if (zta_str__eq(zta_json__str(&list[1 + i]), entry)) {
			return true;
		}
	}
	return false;
}

/* The entries that the text has; `*open` says whether any goes on. */
static zta_status
look(tracer *t, zta_str text, const zta_ledger_commit *commit, bool *open)
{
	zta_arena scratch;
	zta_json_doc doc = { .root = NULL };
	const zta_json *list = NULL;
	uint32_t i;
	zta_status status;

	zta_arena__init(&scratch, SIZE_MAX);
	status = zta_json__read(&scratch, text, &doc, NULL);
	if (status == ZTA_OK) {
		list = zta_json__get(doc.root, "quarantine");
	}
	*open = false;
	for (i = 0; i < t->count; i++) {
		t->closed[i] = t->closed[i] || list == NULL ||
		    list->type != ZTA_JSON_ARRAY ||
		    !has(list, t->list[i].entry);
		if (!t->closed[i]) {
			t->list[i].commit = commit;
			*open = true;
		}
	}
	zta_arena__release(&scratch);
	return status == ZTA_ENOMEM ? zta_error__nomem(t->err) : ZTA_OK;
}

/* The same file as in the commit before keeps what is open. */
static zta_status
step(tracer *t, const zta_oid *at, bool *open, zta_oid *parent)
{
	zta_workspace *w = t->workspace;
	zta_ledger_commit *shown = zta_arena__alloc(&w->arena, sizeof(*shown));
	zta_commit commit;
	zta_oid blob;
	zta_str text;
	uint32_t i;
	zta_status status =
	    zta_ledger__commit(&w->ledger, at, &w->arena, &commit, t->err);

	if (shown == NULL) {
		return zta_arena__failed(&w->arena, t->err);
	}
	if (status == ZTA_OK) {
		status = zta_workspace__show(w, at, shown, t->err);
	}
	if (status == ZTA_OK) {
		status = zta_workspace__blob(w, commit.tree,
		    ZTA_STR(ZTA_QUARANTINE_FILE), &blob, t->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	*parent = commit.has_parent ? commit.parent : (zta_oid){ 0 };
	if (!zta_oid__is_none(&blob) && zta_oid__eq(&blob, &t->blob)) {
		for (i = 0; i < t->count; i++) {
			t->list[i].commit =
			    t->closed[i] ? t->list[i].commit : shown;
		}
		return ZTA_OK;
	}
	t->blob = blob;
	status = zta_workspace__text(w, &blob, &text, t->err);
	return status != ZTA_OK ? status : look(t, text, shown, open);
}

static zta_status
trace(tracer *t)
{
	bool open = t->count > 0;
	zta_oid at, parent;
	zta_status status = zta_workspace__head(t->workspace, &at, t->err);

	while (status == ZTA_OK && open && !zta_oid__is_none(&at)) {
		status = step(t, &at, &open, &parent);
		at = parent;
	}
	return status;
}

zta_status
zta_trust_show(zta_workspace *w, zta_trust_view *out, zta_error *err)
{
	zta_trust_read read;
	tracer t = { .workspace = w, .err = err };
	uint32_t i;
	zta_status status =
	    zta_trust_view__read(w, zta_time__now_ms(), &read, err);

	*out = (zta_trust_view){ 0 };
	if (status != ZTA_OK) {
		return status;
	}
	t.count = read.model.quarantine_count;
	t.list = zta_arena__zalloc(&w->arena, t.count + 1, sizeof(*t.list));
	t.closed = zta_arena__zalloc(&w->arena, t.count + 1, sizeof(bool));
	if (t.list == NULL || t.closed == NULL) {
		return zta_arena__failed(&w->arena, err);
	}
	for (i = 0; i < t.count; i++) {
		t.list[i].entry = read.model.quarantine[i];
	}
	status = trace(&t);
	*out = (zta_trust_view){ read.levels, read.model.level_count,
		read.groups, read.model.group_count, t.list, t.count,
		read.model.domains.own, read.statements,
		read.model.statements.count };
	return status;
}
