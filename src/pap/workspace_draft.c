/* SPDX-License-Identifier: Apache-2.0 */
/* workspace_draft.c - see workspace_draft.h. */
#include "pap/workspace_draft.h"

#include "base/error.h"
#include "base/str.h"
#include "pap/folder.h"

zta_status
zta_draft__begin(zta_draft *v, size_t more, zta_error *err)
{
	zta_tree_file *files;
	zta_status status = zta_ledger__files(
	    &v->workspace->ledger, &v->head.commit, v->arena, &v->tree, err);

	if (status != ZTA_OK) {
		return status;
	}
	files = zta_arena__grow(v->arena, v->tree.files, v->tree.count,
	    v->tree.count + more + 1, sizeof(*files));
	if (files == NULL) {
		return zta_arena__failed(v->arena, err);
	}
	v->tree.files = files;
	v->tree.id[0] = '\0';
	return ZTA_OK;
}

zta_status
zta_draft__set(zta_draft *v, zta_str path, zta_str text, zta_error *err)
{
	zta_tree_file *file =
	    (zta_tree_file *)(uintptr_t)zta_tree__find(&v->tree, path);
	uint32_t at;

	if (text.ptr == NULL) {
		at = (uint32_t)(file - v->tree.files);
		v->tree.count--;
		memmove(file, file + 1, (v->tree.count - at) * sizeof(*file));
		return ZTA_OK;
	}
	if (file == NULL) {
		for (at = v->tree.count++; at > 0 &&
		     zta_str__cmp(v->tree.files[at - 1].path, path) > 0;
		     at--) {
			v->tree.files[at] = v->tree.files[at - 1];
		}
		file = &v->tree.files[at];
		file->path = path;
	}
	file->text = text;
	return zta_oid__of(ZTA_OBJECT_BLOB, text, &file->blob, err);
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
identify(zta_draft *v, zta_error *err)
{
	zta_object_source source = zta_ledger__source(&v->workspace->ledger);
	const zta_object_sink nowhere = { drop, NULL };
	zta_files files;
	zta_oid id;
	zta_status status =
	    zta_files__of_tree(&v->tree, NULL, v->arena, &files, err);

	if (status != ZTA_OK || files.count == 0) {
		return status;
	}
	status = zta_tree_build__run(v->arena, files.files, files.count,
	    &source, NULL, &nowhere, &id, err);
	if (status == ZTA_OK) {
		zta_oid__hex(&id, v->tree.id);
	}
	/* Names that clash cost it the id; the judgement says which. */
	return zta_error__is_input(status) ? ZTA_OK : status;
}

zta_status
zta_draft__judge(
    zta_draft *v, zta_files *out, zta_workspace_result *result, zta_error *err)
{
	zta_workspace *w = v->workspace;
	zta_status status = identify(v, err);

	if (status == ZTA_OK) {
		status =
		    zta_workspace__judge_tree(w, v->arena, &v->tree, out, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	result->report = &w->report->shown;
	status = zta_workspace__changes(
	    w, &v->head, out, true, &result->changes, err);
	result->unchanged = result->changes.count == 0;
	return status;
}

zta_status
zta_draft__commit(zta_draft *v, const zta_files *files, zta_str message,
    const zta_workspace_signing *signing, zta_workspace_result *result,
    zta_error *err)
{
	zta_status status = zta_workspace__write(
	    v->workspace, &v->head, files, message, signing, result, err);

	return status != ZTA_OK || result->commit.id.len == 0 ?
	    status :
	    zta_folder__apply(v->workspace->dir, &result->changes, err);
}
