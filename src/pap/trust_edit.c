/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust_edit.c - see ztauth/trust.h. The commit is HEAD with one file edited,
 * whatever else lies in the folder: what takes a workload out in a hurry carries
 * nothing that nobody has looked at.
 */
#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "pap/folder.h"
#include "pap/workspace_draft.h"
#include "trust/model.h"
#include "trust/quarantine.h"
#include "ztauth/trust.h"

typedef struct changer {
	zta_workspace *workspace;
	const zta_trust_edit *edit;
	zta_draft draft;
	zta_str folder;        /* the file as it is there */
	zta_str before, after; /* in HEAD, and with the edit */
	zta_trust_changed *out;
	zta_error *err;
} changer;

/* --- the file */

static zta_status
read_head(changer *c)
{
	zta_workspace *w = c->workspace;
	const zta_tree_file *file;
	zta_oid oid;
	zta_status status = zta_workspace__head(w, &oid, c->err);

	if (status == ZTA_OK && zta_oid__is_none(&oid)) {
		return zta_error__set(c->err, ZTA_ENOTFOUND,
		    "there is no commit yet; `ztauth commit` makes one");
	}
	if (status == ZTA_OK) {
		status = zta_workspace__files(w, &oid, &c->draft.head, c->err);
	}
	if (status == ZTA_OK) {
		status = zta_draft__begin(&c->draft, 0, c->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	file = zta_tree__find(&c->draft.tree, ZTA_STR(ZTA_QUARANTINE_FILE));
	if (file == NULL) {
		status = zta_error__set(c->err, ZTA_ENOTFOUND,
		    "HEAD has no such file, so no workload acts for anybody");
		zta_error__place(c->err, "%s", ZTA_QUARANTINE_FILE);
		return status;
	}
	c->before = zta_arena__copy(&w->arena, file->text);
	return c->before.ptr == NULL ? zta_arena__failed(&w->arena, c->err) :
				       ZTA_OK;
}

static zta_status
apply(changer *c, zta_str text, zta_str *out)
{
	zta_arena *arena = &c->workspace->arena;
	const zta_trust_edit *edit = c->edit;

	return edit->restore ?
	    zta_quarantine__remove(arena, text, edit->entry, out, c->err) :
	    zta_quarantine__add(arena, text, edit->entry, out, c->err);
}

/*
 * The folder's file is overwritten, so nothing may be lost by that. It may lack
 * this edit alone: a run that was cut short has left it so.
 */
static zta_status
read_folder(changer *c)
{
	zta_arena *arena = &c->workspace->arena;
	const char *path =
	    zta_workspace__from_top(c->workspace, ZTA_STR(ZTA_QUARANTINE_FILE));
	zta_str edited;
	zta_status status;

	if (path == NULL) {
		return zta_arena__failed(arena, c->err);
	}
	status = zta_file__read(
	    arena, path, ZTA_LEDGER_FILE_MAX, &c->folder, c->err);
	if (status != ZTA_OK || zta_str__eq(c->folder, c->before)) {
		return status;
	}
	status = apply(c, c->folder, &edited);
	if (status == ZTA_OK && !zta_str__eq(edited, c->before)) {
		status = zta_error__set(c->err, ZTA_ECONFLICT,
		    "it differs from HEAD: commit that first, or take it "
		    "back");
		zta_error__place(c->err, "%s", path);
	}
	return status;
}

/* Put what HEAD has into the folder. */
static zta_status
mend(const changer *c)
{
	const zta_ledger_change change = { .kind = ZTA_LEDGER_CHANGED,
		.path = ZTA_STR(ZTA_QUARANTINE_FILE),
		.before = c->folder,
		.after = c->before };
	const zta_ledger_changes changes = { &change, 1 };

	return zta_str__eq(c->folder, c->before) ?
	    ZTA_OK :
	    zta_folder__apply(c->workspace->dir, &changes, c->err);
}

/* --- what is said of it */

static bool
are_related(zta_str a, zta_str b)
{
	return zta_trust_entry__covers(a, b) || zta_trust_entry__covers(b, a);
}

static bool
is_known(const zta_trust_model *model, zta_str entry)
{
	uint32_t i, j;

	for (i = 0; i < model->group_count; i++) {
		for (j = 0; j < model->groups[i].member_count; j++) {
			if (are_related(model->groups[i].members[j], entry)) {
				return true;
			}
		}
	}
	return false;
}

/* Look at the model as it is with the edit. */
static zta_status
describe(changer *c)
{
	zta_arena *arena = &c->workspace->arena;
	const zta_tree_file *levels =
	    zta_tree__find(&c->draft.tree, ZTA_STR("trust/levels.json"));
	zta_str text =
	    levels == NULL ? ZTA_STR("") : zta_arena__copy(arena, levels->text);
	zta_str *others;
	zta_trust_model model;
	uint32_t i;
	zta_status status;

	if (text.ptr == NULL) {
		return zta_arena__failed(arena, c->err);
	}
	status = zta_trust_model__read(&model, arena, text, c->after, c->err);
	if (status != ZTA_OK) {
		return status;
	}
	others = zta_arena__alloc(
	    arena, (model.quarantine_count + 1) * sizeof(*others));
	if (others == NULL) {
		return zta_arena__failed(arena, c->err);
	}
	for (i = 0; i < model.quarantine_count; i++) {
		if (!zta_str__eq(model.quarantine[i], c->edit->entry) &&
		    are_related(model.quarantine[i], c->edit->entry)) {
			others[c->out->other_count++] = model.quarantine[i];
		}
	}
	c->out->others = others;
	c->out->known = is_known(&model, c->edit->entry);
	c->out->already = c->after.ptr == c->before.ptr;
	return ZTA_OK;
}

/* --- the edit */

static zta_status
prepare(changer *c)
{
	const zta_trust_edit *edit = c->edit;
	zta_status status =
	    edit->restore ? ZTA_OK : zta_quarantine__check(edit->entry, c->err);

	if (status == ZTA_OK) {
		status = read_head(c);
	}
	if (status == ZTA_OK) {
		status = read_folder(c);
	}
	if (status == ZTA_OK) {
		status = apply(c, c->before, &c->after);
	}
	return status != ZTA_OK ? status : describe(c);
}

static zta_status
judge(changer *c, zta_files *files)
{
	zta_status status = zta_draft__set(
	    &c->draft, ZTA_STR(ZTA_QUARANTINE_FILE), c->after, c->err);

	return status != ZTA_OK ?
	    status :
	    zta_draft__judge(&c->draft, files, &c->out->result, c->err);
}

static zta_status
make_message(changer *c, zta_str because, zta_str *out)
{
	zta_buf text;
	zta_status status = ZTA_OK;

	zta_buf__init(&text, SIZE_MAX);
	zta_buf__printf(&text, "%s %.*s\n\n%.*s\n",
	    c->edit->restore ? "Restore" : "Quarantine",
	    ZTA_STR_ARG(c->edit->entry), ZTA_STR_ARG(because));
	*out = zta_arena__copy(&c->workspace->arena, zta_buf__str(&text));
	if (text.status != ZTA_OK || out->ptr == NULL) {
		status = zta_error__nomem(c->err);
	}
	zta_buf__release(&text);
	return status;
}

static zta_status
commit(changer *c, zta_str because, const zta_workspace_signing *signing)
{
	zta_files files;
	zta_str message;
	zta_status status = judge(c, &files);

	if (status != ZTA_OK || !c->out->result.report->valid) {
		return status;
	}
	status = make_message(c, because, &message);
	return status != ZTA_OK ? status :
				  zta_draft__commit(&c->draft, &files, message,
				      signing, &c->out->result, c->err);
}

zta_status
zta_trust_change(zta_workspace *w, const zta_trust_edit *edit, zta_str because,
    const zta_workspace_signing *signing, zta_trust_changed *out,
    zta_error *err)
{
	zta_arena arena;
	changer c = { .workspace = w,
		.edit = edit,
		.draft = { .workspace = w, .arena = &arena },
		.out = out,
		.err = err };
	zta_status status;

	*out = (zta_trust_changed){ 0 };
	zta_arena__init(&arena, SIZE_MAX);
	status = prepare(&c);
	if (status == ZTA_OK) {
		status = out->already ? mend(&c) : commit(&c, because, signing);
	}
	zta_arena__release(&arena);
	return status;
}

zta_status
zta_trust_plan(zta_workspace *w, const zta_trust_edit *edit,
    const zta_ledger_questions *questions, zta_trust_changed *out,
    zta_workspace_outlook *outlook, zta_error *err)
{
	zta_arena arena;
	changer c = { .workspace = w,
		.edit = edit,
		.draft = { .workspace = w, .arena = &arena },
		.out = out,
		.err = err };
	zta_files files;
	zta_status status;

	*out = (zta_trust_changed){ 0 };
	*outlook = (zta_workspace_outlook){ 0 };
	zta_arena__init(&arena, SIZE_MAX);
	status = prepare(&c);
	if (status == ZTA_OK && !out->already) {
		status = judge(&c, &files);
		if (status == ZTA_OK) {
			status = zta_workspace__plan(
			    w, &c.draft.head, &files, questions, outlook, err);
		}
	}
	zta_arena__release(&arena);
	return status;
}
