/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workspace_revert.c - undo a commit by another one. What it did to a file is
 * done backwards to the file as it is now; where that was changed since, the
 * two are merged, and where they clash nothing is done at all.
 */
#include "base/diff.h"
#include "base/error.h"
#include "base/str.h"
#include "pap/workspace_draft.h"

typedef struct undoer {
	zta_draft draft;
	zta_ledger_place *places;
	size_t place_count, place_room;
	zta_error *err;
} undoer;

static zta_status
refuse(undoer *u, zta_str path, uint32_t line, const char *why)
{
	zta_arena *arena = &u->draft.workspace->arena;

	if (u->place_count == u->place_room) {
		u->place_room = u->place_room == 0 ? 8 : u->place_room * 2;
		u->places = zta_arena__grow(arena, u->places, u->place_count,
		    u->place_room, sizeof(*u->places));
		if (u->places == NULL) {
			return zta_arena__failed(arena, u->err);
		}
	}
	u->places[u->place_count++] = (zta_ledger_place){ path, line, why };
	return ZTA_OK;
}

/* --- one file */

static zta_status
merge(undoer *u, const zta_ledger_change *change, zta_str now)
{
	zta_diff_clash *clashes;
	uint32_t i, count;
	zta_str text;
	zta_status status = zta_diff__merge(u->draft.arena, change->after, now,
	    change->before, &text, &clashes, &count, u->err);

	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = refuse(u, change->path, clashes[i].line,
		    "these lines have changed since");
	}
	return status != ZTA_OK || count > 0 ?
	    status :
	    zta_draft__set(&u->draft, change->path, text, u->err);
}

/* What the commit did to one file, backwards. */
static zta_status
undo(undoer *u, const zta_ledger_change *change)
{
	const zta_tree_file *now = zta_tree__find(&u->draft.tree, change->path);
	bool done = change->kind == ZTA_LEDGER_ADDED ?
	    now == NULL :
	    now != NULL && zta_str__eq(now->text, change->before);
	bool as_it_was = change->kind == ZTA_LEDGER_REMOVED ?
	    now == NULL :
	    now != NULL && zta_str__eq(now->text, change->after);

	if (done) {
		return ZTA_OK;
	}
	if (as_it_was) {
		return zta_draft__set(&u->draft, change->path,
		    change->kind == ZTA_LEDGER_ADDED ? (zta_str){ NULL, 0 } :
						       change->before,
		    u->err);
	}
	switch (change->kind) {
	case ZTA_LEDGER_ADDED:
		return refuse(u, change->path, 0,
		    "it was added by this commit and has changed since");
	case ZTA_LEDGER_REMOVED:
		return refuse(u, change->path, 0,
		    "it was removed by this commit and is there again");
	case ZTA_LEDGER_CHANGED:
		break;
	}
	return now == NULL ?
	    refuse(u, change->path, 0,
		"it was changed by this commit and removed since") :
	    merge(u, change, now->text);
}

/* --- the new version */

static zta_status
undo_all(undoer *u, const zta_ledger_changes *changes)
{
	size_t i;
	zta_status status = zta_draft__begin(&u->draft, changes->count, u->err);

	for (i = 0; status == ZTA_OK && i < changes->count; i++) {
		status = undo(u, &changes->list[i]);
	}
	return status;
}

/* --- the commit */

/* As git says it. */
static zta_status
make_message(undoer *u, const zta_ledger_commit *undone, zta_str *out)
{
	zta_str subject = undone->message;
	zta_buf text;
	zta_status status = ZTA_OK;

	subject.len = zta_str__find(subject, '\n');
	zta_buf__init(&text, SIZE_MAX);
	zta_buf__printf(&text, "Revert \"%.*s\"\n\nThis reverts commit %.*s.\n",
	    ZTA_STR_ARG(subject), ZTA_STR_ARG(undone->id));
	*out = zta_arena__copy(&u->draft.workspace->arena, zta_buf__str(&text));
	if (text.status != ZTA_OK || out->ptr == NULL) {
		status = zta_error__nomem(u->err);
	}
	zta_buf__release(&text);
	return status;
}

/* Judge the new version, commit it, and put it into the folder. */
static zta_status
finish(undoer *u, const zta_ledger_commit *undone,
    const zta_workspace_signing *signing, zta_workspace_result *out)
{
	zta_files files;
	zta_str message;
	zta_status status = zta_draft__judge(&u->draft, &files, out, u->err);

	if (status != ZTA_OK || out->unchanged || !out->report->valid) {
		return status;
	}
	status = make_message(u, undone, &message);
	return status != ZTA_OK ?
	    status :
	    zta_draft__commit(&u->draft, &files, message, signing, out, u->err);
}

zta_status
zta_workspace_revert(zta_workspace *w, const char *commit,
    const zta_workspace_signing *signing, zta_workspace_undone *out,
    zta_error *err)
{
	zta_arena arena;
	undoer u = { .draft = { .workspace = w, .arena = &arena }, .err = err };
	zta_ledger_commit undone;
	zta_ledger_diff diff;
	zta_status status = zta_workspace_show(w, commit, &undone, &diff, err);

	*out = (zta_workspace_undone){ 0 };
	zta_arena__init(&arena, SIZE_MAX);
	if (status == ZTA_OK) {
		status = zta_workspace__demand_clean(w, &u.draft.head, err);
	}
	if (status == ZTA_OK) {
		status = undo_all(&u, &diff.files);
	}
	if (status == ZTA_OK) {
		out->places = u.places;
		out->place_count = u.place_count;
	}
	if (status == ZTA_OK && u.place_count == 0) {
		status = finish(&u, &undone, signing, &out->result);
	}
	zta_arena__release(&arena);
	return status;
}
