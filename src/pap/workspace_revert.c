/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workspace_revert.c - undo a commit by another one. What it did to a file is
 * done backwards to the file as it is now; where that was changed since, the
 * two are merged, and where they clash nothing is done at all.
 */
#include "base/diff.h"
#include "base/error.h"
#include "base/str.h"
#include "pap/folder.h"
#include "pap/workspace.h"

typedef struct undoer {
	zta_workspace *workspace;
	zta_arena *arena; /* of the new version */
	zta_files head;
	zta_tree tree; /* the files of HEAD, then those of the new version */
	zta_ledger_place *places;
	size_t place_count, place_room;
	zta_error *err;
} undoer;

static zta_status
refuse(undoer *u, zta_str path, uint32_t line, const char *why)
{
	zta_arena *arena = &u->workspace->arena;

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

/* Give a file another text; a NULL pointer removes it. */
static zta_status
set_text(undoer *u, zta_str path, zta_str text)
{
	zta_tree_file *file =
	    (zta_tree_file *)(uintptr_t)zta_tree__find(&u->tree, path);
	uint32_t at;

	if (text.ptr == NULL) {
		at = (uint32_t)(file - u->tree.files);
		u->tree.count--;
		memmove(file, file + 1, (u->tree.count - at) * sizeof(*file));
		return ZTA_OK;
	}
	if (file == NULL) {
		for (at = u->tree.count++; at > 0 &&
		     zta_str__cmp(u->tree.files[at - 1].path, path) > 0;
		     at--) {
			u->tree.files[at] = u->tree.files[at - 1];
		}
		file = &u->tree.files[at];
		file->path = path;
	}
	file->text = text;
	return zta_oid__of(ZTA_OBJECT_BLOB, text, &file->blob, u->err);
}

static zta_status
merge(undoer *u, const zta_ledger_change *change, zta_str now)
{
	zta_diff_clash *clashes;
	uint32_t i, count;
	zta_str text;
	zta_status status = zta_diff__merge(u->arena, change->after, now,
	    change->before, &text, &clashes, &count, u->err);

	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = refuse(u, change->path, clashes[i].line,
		    "these lines have changed since");
	}
	return status != ZTA_OK || count > 0 ? status :
					       set_text(u, change->path, text);
}

/* What the commit did to one file, backwards. */
static zta_status
undo(undoer *u, const zta_ledger_change *change)
{
	const zta_tree_file *now = zta_tree__find(&u->tree, change->path);
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
		return set_text(u, change->path,
		    change->kind == ZTA_LEDGER_ADDED ? (zta_str){ NULL, 0 } :
						       change->before);
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

/* The files of HEAD, with room for those that come back. */
static zta_status
begin(undoer *u, size_t more)
{
	zta_tree_file *files;
	zta_status status = zta_ledger__files(
	    &u->workspace->ledger, &u->head.commit, u->arena, &u->tree, u->err);

	if (status != ZTA_OK) {
		return status;
	}
	files = zta_arena__grow(u->arena, u->tree.files, u->tree.count,
	    u->tree.count + more + 1, sizeof(*files));
	if (files == NULL) {
		return zta_arena__failed(u->arena, u->err);
	}
	u->tree.files = files;
	u->tree.id[0] = '\0';
	return ZTA_OK;
}

static zta_status
undo_all(undoer *u, const zta_ledger_changes *changes)
{
	size_t i;
	zta_status status = begin(u, changes->count);

	for (i = 0; status == ZTA_OK && i < changes->count; i++) {
		status = undo(u, &changes->list[i]);
	}
	return status;
}

static zta_status
drop(void *to, const zta_oid *oid, zta_object_kind kind, zta_str body,
    zta_error *err)
{
	(void)to;
	(void)oid;
	(void)kind;
	(void)body;
	(void)err;
	return ZTA_OK;
}

/* The gate asks whether what is committed is what was judged. */
static zta_status
identify(undoer *u)
{
	zta_object_source source = zta_ledger__source(&u->workspace->ledger);
	const zta_object_sink nowhere = { drop, NULL };
	zta_files files;
	zta_oid id;
	zta_status status =
	    zta_files__of_tree(&u->tree, NULL, u->arena, &files, u->err);

	if (status != ZTA_OK || files.count == 0) {
		return status;
	}
	status = zta_tree_build__run(u->arena, files.files, files.count,
	    &source, NULL, &nowhere, &id, u->err);
	if (status == ZTA_OK) {
		zta_oid__hex(&id, u->tree.id);
	}
	/* Names that clash cost it the id; the judgement says which. */
	return zta_error__is_input(status) ? ZTA_OK : status;
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
	*out = zta_arena__copy(&u->workspace->arena, zta_buf__str(&text));
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
	zta_workspace *w = u->workspace;
	zta_files files;
	zta_str message;
	zta_status status = identify(u);

	if (status == ZTA_OK) {
		status = zta_workspace__judge_tree(
		    w, u->arena, &u->tree, &files, u->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	out->report = &w->report->shown;
	status = zta_workspace__changes(
	    w, &u->head, &files, true, &out->changes, u->err);
	out->unchanged = out->changes.count == 0;
	if (status != ZTA_OK || out->unchanged || !out->report->valid) {
		return status;
	}
	status = make_message(u, undone, &message);
	if (status == ZTA_OK) {
		status = zta_workspace__write(
		    w, &u->head, &files, message, signing, out, u->err);
	}
	return status != ZTA_OK || out->commit.id.len == 0 ?
	    status :
	    zta_folder__apply(w->dir, &out->changes, u->err);
}

zta_status
zta_workspace_revert(zta_workspace *w, const char *commit,
    const zta_workspace_signing *signing, zta_workspace_undone *out,
    zta_error *err)
{
	zta_arena arena;
	undoer u = { .workspace = w, .arena = &arena, .err = err };
	zta_ledger_commit undone;
	zta_ledger_diff diff;
	zta_status status = zta_workspace_show(w, commit, &undone, &diff, err);

	*out = (zta_workspace_undone){ 0 };
	zta_arena__init(&arena, SIZE_MAX);
	if (status == ZTA_OK) {
		status = zta_workspace__demand_clean(w, &u.head, err);
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
