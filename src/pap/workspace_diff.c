/* SPDX-License-Identifier: Apache-2.0 */
/* workspace_diff.c - differences of versions, by file, line and policy. */
#include "base/diff.h"
#include "base/error.h"
#include "pap/policy_diff.h"
#include "pap/workspace.h"

/* Equal lines around those that differ: what git shows. */
#define CONTEXT 3

static zta_status
compare(zta_workspace *w, const zta_files *before, const zta_files *after,
    zta_ledger_diff *out, zta_error *err)
{
	zta_status status =
	    zta_workspace__changes(w, before, after, true, &out->files, err);

	return status != ZTA_OK ? status :
				  zta_policy_diff__run(&w->arena, &out->files,
				      &out->policies, &out->policy_count, err);
}

static zta_status
take_commit(
    zta_workspace *w, const char *commit, zta_files *out, zta_error *err)
{
	zta_oid oid;
	zta_status status = commit == NULL ?
	    zta_workspace__head(w, &oid, err) :
	    zta_workspace__resolve(w, commit, &oid, err);

	return status != ZTA_OK ? status :
				  zta_workspace__files(w, &oid, out, err);
}

zta_status
zta_workspace_diff(zta_workspace *w, const char *before, const char *after,
    zta_ledger_diff *out, zta_error *err)
{
	zta_files from, to;
	bool strange;
	zta_status status = take_commit(w, before, &from, err);

	*out = (zta_ledger_diff){ 0 };
	if (status == ZTA_OK) {
		status = after == NULL ?
		    zta_workspace__read(w, &to, &strange, err) :
		    take_commit(w, after, &to, err);
	}
	return status != ZTA_OK ? status : compare(w, &from, &to, out, err);
}

zta_status
zta_workspace_show(zta_workspace *w, const char *commit, zta_ledger_commit *out,
    zta_ledger_diff *diff, zta_error *err)
{
	zta_files from, to;
	zta_commit decoded;
	zta_oid oid;
	zta_status status = zta_workspace__resolve(w, commit, &oid, err);

	*diff = (zta_ledger_diff){ 0 };
	if (status == ZTA_OK) {
		status = zta_workspace__show(w, &oid, out, err);
	}
	if (status == ZTA_OK) {
		status = zta_ledger__commit(
		    &w->ledger, &oid, &w->arena, &decoded, err);
	}
	if (status == ZTA_OK) {
		status = zta_workspace__files(w, &decoded.parent, &from, err);
	}
	if (status == ZTA_OK) {
		status = zta_workspace__files(w, &oid, &to, err);
	}
	return status != ZTA_OK ? status : compare(w, &from, &to, diff, err);
}

zta_status
zta_ledger_change_text(
    const zta_ledger_change *change, zta_str *out, zta_error *err)
{
	zta_arena arena;
	zta_diff diff;
	zta_buf text;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&text, SIZE_MAX);
	status =
	    zta_diff__run(&arena, change->before, change->after, &diff, err);
	if (status == ZTA_OK) {
		zta_diff__put(&diff, CONTEXT, &text);
	}
	zta_arena__release(&arena);
	return zta_buf__give(&text, status, out, err);
}
