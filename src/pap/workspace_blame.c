/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workspace_blame.c - which commit brought each line of a file. From the newest
 * version back, a line stays with the commit whose parent does not have it.
 */
#include "base/diff.h"
#include "base/error.h"
#include "base/str.h"
#include "ledger/tree_object.h"
#include "pap/workspace.h"

/* Nobody knows yet where the line comes from. */
#define OPEN NULL

typedef struct blamer {
	zta_workspace *workspace;
	zta_str path;
	zta_ledger_blame *list; /* lines of the newest version */
	uint32_t *at; /* the line of each in the version that is looked at */
	uint32_t count;
	uint32_t open; /* lines that are not known yet */
	zta_error *err;
} blamer;

/* --- one file of a commit */

zta_status
zta_workspace__blob(
    zta_workspace *w, zta_oid tree, zta_str path, zta_oid *out, zta_error *err)
{
	zta_object_source source = zta_ledger__source(&w->ledger);
	zta_tree_object entries;
	zta_str rest = path, name;
	const zta_tree_entry *found;
	uint32_t i;
	zta_status status;

	*out = (zta_oid){ 0 };
	while (zta_str__next(&rest, '/', &name)) {
		status = zta_tree_object__read(
		    &w->arena, &source, &tree, &entries, err);
		if (status != ZTA_OK) {
			return status;
		}
		found = NULL;
		for (i = 0; found == NULL && i < entries.count; i++) {
			if (zta_str__eq(entries.entries[i].name, name)) {
				found = &entries.entries[i];
			}
		}
		if (found == NULL || found->directory == (rest.ptr == NULL)) {
			return ZTA_OK;
		}
		tree = found->oid;
	}
	*out = tree;
	return ZTA_OK;
}

zta_status
zta_workspace__text(
    zta_workspace *w, const zta_oid *blob, zta_str *out, zta_error *err)
{
	zta_object_source source = zta_ledger__source(&w->ledger);

	*out = ZTA_STR("");
	return zta_oid__is_none(blob) ?
	    ZTA_OK :
	    zta_object__read(
		&source, blob, ZTA_OBJECT_BLOB, &w->arena, out, err);
}

/* --- going back */

/* Where line `line` of the newer text is in the older; NONE: it is new. */
static uint32_t
trace(const zta_diff *diff, uint32_t line)
{
	uint32_t low = 0, high = diff->count, middle;
	const zta_diff_hunk *h;

	/* The first hunk that ends behind the line. */
	while (low < high) {
		middle = low + (high - low) / 2;
		h = &diff->hunks[middle];
		if (h->b + h->b_count > line) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	if (low < diff->count && diff->hunks[low].b <= line) {
		return ZTA_FILES_NONE;
	}
	if (low == 0) {
		return line;
	}
	h = &diff->hunks[low - 1];
	return h->a + h->a_count + (line - h->b - h->b_count);
}

/* Lines that are not in the text of the parent are those of `commit`. */
static zta_status
settle(blamer *b, const zta_ledger_commit *commit, zta_str parent, zta_str text)
{
	zta_diff diff;
	uint32_t i;
	zta_status status =
	    zta_diff__run(&b->workspace->arena, parent, text, &diff, b->err);

	for (i = 0; status == ZTA_OK && i < b->count; i++) {
		if (b->list[i].commit != OPEN) {
			continue;
		}
		b->at[i] = trace(&diff, b->at[i]);
		if (b->at[i] == ZTA_FILES_NONE) {
			b->list[i].commit = commit;
			b->open--;
		}
	}
	return status;
}

/* One commit: its file, and that of its parent. */
static zta_status
step(blamer *b, const zta_oid *oid, const zta_oid *blob, const zta_oid *older)
{
	zta_workspace *w = b->workspace;
	zta_ledger_commit *shown = zta_arena__alloc(&w->arena, sizeof(*shown));
	zta_str text, parent;
	zta_status status;

	if (shown == NULL) {
		return zta_arena__failed(&w->arena, b->err);
	}
	status = zta_workspace__show(w, oid, shown, b->err);
	if (status == ZTA_OK) {
		status = zta_workspace__text(w, blob, &text, b->err);
	}
	if (status == ZTA_OK) {
		status = zta_workspace__text(w, older, &parent, b->err);
	}
	return status != ZTA_OK ? status : settle(b, shown, parent, text);
}

static zta_status
go_back(blamer *b, zta_oid oid, zta_oid blob)
{
	zta_workspace *w = b->workspace;
	zta_commit commit, parent = { 0 };
	zta_oid older;
	zta_status status =
	    zta_ledger__commit(&w->ledger, &oid, &w->arena, &commit, b->err);

	while (status == ZTA_OK && b->open > 0) {
		older = (zta_oid){ 0 };
		if (commit.has_parent) {
			status = zta_ledger__commit(&w->ledger, &commit.parent,
			    &w->arena, &parent, b->err);
			if (status == ZTA_OK) {
				status = zta_workspace__blob(
				    w, parent.tree, b->path, &older, b->err);
			}
		}
		if (status == ZTA_OK && !zta_oid__eq(&older, &blob)) {
			status = step(b, &oid, &blob, &older);
		}
		oid = commit.parent;
		blob = older;
		commit = parent;
	}
	return status;
}

/* --- the whole */

static zta_status
open_lines(blamer *b, zta_str text)
{
	zta_arena *arena = &b->workspace->arena;
	zta_diff lines;
	zta_str line;
	uint32_t i;
	zta_status status =
	    zta_diff__run(arena, ZTA_STR(""), text, &lines, b->err);

	if (status != ZTA_OK) {
		return status;
	}
	b->count = b->open = lines.after.count;
	b->list =
	    zta_arena__alloc(arena, ((size_t)b->count + 1) * sizeof(*b->list));
	b->at =
	    zta_arena__alloc(arena, ((size_t)b->count + 1) * sizeof(*b->at));
	if (b->list == NULL || b->at == NULL) {
		return zta_arena__failed(arena, b->err);
	}
	for (i = 0; i < b->count; i++) {
		line = lines.after.list[i];
		line.len -= zta_str__ends(line, ZTA_STR("\n"));
		b->list[i] = (zta_ledger_blame){ OPEN, line };
		b->at[i] = i;
	}
	return ZTA_OK;
}

zta_status
zta_workspace_blame(zta_workspace *w, const char *commit, const char *path,
    const zta_ledger_blame **list, size_t *count, zta_error *err)
{
	blamer b = { .workspace = w, .path = zta_str_of(path), .err = err };
	zta_commit decoded;
	zta_oid oid, blob;
	zta_str text;
	zta_status status = zta_workspace__resolve(w, commit, &oid, err);

	if (status == ZTA_OK) {
		status = zta_ledger__commit(
		    &w->ledger, &oid, &w->arena, &decoded, err);
	}
	if (status == ZTA_OK) {
		status =
		    zta_workspace__blob(w, decoded.tree, b.path, &blob, err);
	}
	if (status == ZTA_OK && zta_oid__is_none(&blob)) {
		status = zta_error__set(
		    err, ZTA_ENOTFOUND, "%s has no file `%s`", commit, path);
	}
	if (status == ZTA_OK) {
		status = zta_workspace__text(w, &blob, &text, err);
	}
	if (status == ZTA_OK) {
		status = open_lines(&b, text);
	}
	if (status == ZTA_OK) {
		status = go_back(&b, oid, blob);
	}
	*list = b.list;
	*count = b.count;
	return status;
}
