/* SPDX-License-Identifier: Apache-2.0 */
/* workspace_log.c - commits and changes in the forms in which they are shown. */
#include "base/error.h"
#include "base/str.h"
#include "pap/show.h"
#include "pap/workspace.h"

/* The commit as it is shown, and as it was read. */
static zta_status
show(zta_workspace *w, const zta_oid *oid, zta_ledger_commit *out,
    zta_commit *commit, zta_error *err)
{
	zta_status status =
	    zta_ledger__commit(&w->ledger, oid, &w->arena, commit, err);

	return status != ZTA_OK ?
	    status :
	    zta_show__commit(&w->arena, oid, commit, out, err);
}

zta_status
zta_workspace__show(zta_workspace *w, const zta_oid *oid,
    zta_ledger_commit *out, zta_error *err)
{
	zta_commit commit;

	return show(w, oid, out, &commit, err);
}

zta_status
zta_workspace_log(zta_workspace *w, const char *commit, size_t limit,
    const zta_ledger_commit **list, size_t *count, zta_error *err)
{
	zta_ledger_commit *shown = NULL;
	zta_commit decoded = { .has_parent = true };
	size_t room = 0;
	zta_oid at;
	zta_status status = zta_workspace__resolve(w, commit, &at, err);

	*count = 0;
	while (status == ZTA_OK && *count < limit && decoded.has_parent) {
		if (*count == room) {
			room = room == 0 ? 16 : room * 2;
			shown = zta_arena__grow(
			    &w->arena, shown, *count, room, sizeof(*shown));
			if (shown == NULL) {
				return zta_arena__failed(&w->arena, err);
			}
		}
		status = show(w, &at, &shown[(*count)++], &decoded, err);
		at = decoded.parent;
	}
	*list = shown;
	return status;
}

/* --- changes */

static zta_status
take_text(zta_workspace *w, const zta_files *version, uint32_t file,
    zta_str *out, zta_error *err)
{
	return file == ZTA_FILES_NONE ?
	    ZTA_OK :
	    zta_files__text(&w->ledger, version, file, &w->arena, out, err);
}

static zta_status
add_change(zta_workspace *w, const zta_files *before, const zta_files *after,
    uint32_t a, uint32_t b, bool texts, zta_ledger_change *out, zta_error *err)
{
	zta_status status = ZTA_OK;

	*out = (zta_ledger_change){ .kind = a == ZTA_FILES_NONE ?
		    ZTA_LEDGER_ADDED :
		    b == ZTA_FILES_NONE ? ZTA_LEDGER_REMOVED :
					  ZTA_LEDGER_CHANGED,
		.path = b == ZTA_FILES_NONE ? before->files[a].path :
					      after->files[b].path,
		.before = ZTA_STR(""),
		.after = ZTA_STR("") };
	if (texts) {
		status = take_text(w, before, a, &out->before, err);
	}
	if (texts && status == ZTA_OK) {
		status = take_text(w, after, b, &out->after, err);
	}
	return status;
}

zta_status
zta_workspace__changes(zta_workspace *w, const zta_files *before,
    const zta_files *after, bool texts, zta_ledger_changes *out, zta_error *err)
{
	zta_files_walk walk = { 0 };
	zta_ledger_change *list = NULL;
	size_t room = 0;
	uint32_t a, b;
	zta_status status = ZTA_OK;

	*out = (zta_ledger_changes){ 0 };
	while (
	    status == ZTA_OK && zta_files__next(&walk, before, after, &a, &b)) {
		if (a != ZTA_FILES_NONE && b != ZTA_FILES_NONE &&
		    zta_oid__eq(
			&before->files[a].blob, &after->files[b].blob)) {
			continue;
		}
		if (out->count == room) {
			room = room == 0 ? 16 : room * 2;
			list = zta_arena__grow(
			    &w->arena, list, out->count, room, sizeof(*list));
			if (list == NULL) {
				return zta_arena__failed(&w->arena, err);
			}
		}
		status = add_change(
		    w, before, after, a, b, texts, &list[out->count++], err);
		out->list = list;
	}
	return status;
}
