/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workspace_commit.c - make a commit. Its objects are collected in memory, so
 * that they and the move of HEAD are one transaction. Whether it may exist is
 * for the gate to say (admit.h), as of every other commit.
 */
#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "pap/admit.h"
#include "pap/signers.h"
#include "pap/statements.h"
#include "pap/workspace.h"

/* What is to be written. */
typedef struct batch {
	zta_arena *arena;
	zta_store_object *list;
	size_t count, room;
} batch;

static zta_status
add(void *to, const zta_oid *oid, zta_object_kind kind, zta_str body,
    zta_error *err)
{
	batch *b = to;
	size_t more = b->room == 0 ? 64 : b->room * 2;
	void *grown;

	if (b->count == b->room) {
		grown = zta_arena__grow(
		    b->arena, b->list, b->count, more, sizeof(*b->list));
		if (grown == NULL) {
			return zta_arena__failed(b->arena, err);
		}
		b->list = grown;
		b->room = more;
	}
	b->list[b->count++] = (zta_store_object){ *oid, kind, body };
	return ZTA_OK;
}

/* The same of a body that will be gone. */
static zta_status
add_copy(void *to, const zta_oid *oid, zta_object_kind kind, zta_str body,
    zta_error *err)
{
	batch *b = to;
	zta_str copy = zta_arena__copy(b->arena, body);

	return copy.ptr == NULL ? zta_arena__failed(b->arena, err) :
				  add(to, oid, kind, copy, err);
}

static zta_status
add_blobs(batch *b, const zta_files *files, const zta_ledger_changes *changes,
    zta_error *err)
{
	const zta_ledger_change *change;
	size_t i;
	uint32_t at;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < changes->count; i++) {
		change = &changes->list[i];
		if (change->kind != ZTA_LEDGER_REMOVED) {
			at = zta_files__find(files, change->path);
			status = add(b, &files->files[at].blob, ZTA_OBJECT_BLOB,
			    change->after, err);
		}
	}
	return status;
}

char *
zta_workspace__from_top(zta_workspace *w, zta_str path)
{
	bool absolute = path.len > 0 && path.ptr[0] == '/';
	size_t len = strlen(w->dir) + 1 + path.len + 1;
	char *joined = zta_arena__alloc(&w->arena, len);

	if (joined != NULL) {
		(void)snprintf(joined, len, "%s%s%.*s", absolute ? "" : w->dir,
		    absolute ? "" : "/", ZTA_STR_ARG(path));
	}
	return joined;
}

zta_status
zta_workspace__signers(zta_workspace *w, zta_ssh_allowed_list *list,
    const zta_ssh_allowed_list **out, zta_error *err)
{
	char *path;

	*out = NULL;
	if (w->config.signers.len == 0) {
		return ZTA_OK;
	}
	path = zta_workspace__from_top(w, w->config.signers);
	if (path == NULL) {
		return zta_arena__failed(&w->arena, err);
	}
	*out = list;
	return zta_signers__read(&w->arena, path, list, err);
}

zta_status
zta_workspace__signer(zta_workspace *w, const zta_workspace_signing *signing,
    zta_signer *out, zta_error *err)
{
	const char *path = signing->key;

	*out = (zta_signer){ 0 };
	if (path == NULL && w->config.key.len > 0) {
		path = zta_workspace__from_top(w, w->config.key);
		if (path == NULL) {
			return zta_arena__failed(&w->arena, err);
		}
	}
	return zta_signer__open(out, path, signing->agent, err);
}

/* Sign it, unless there is nobody who could. */
static zta_status
sign(zta_workspace *w, zta_commit *commit, const zta_workspace_signing *signing,
    zta_error *err)
{
	zta_signer signer;
	zta_status status = zta_workspace__signer(w, signing, &signer, err);

	if (status == ZTA_OK && signer.present) {
		status = zta_commit__sign(&w->arena, commit, &signer.ssh, err);
	}
	zta_signer__close(&signer);
	return status;
}

static zta_status
add_commit(batch *b, const zta_commit *commit, zta_oid *out, zta_error *err)
{
	zta_buf body;
	zta_status status;

	zta_buf__init(&body, SIZE_MAX);
	status = zta_commit__encode(commit, &body, err);
	if (status == ZTA_OK) {
		status = zta_oid__of(
		    ZTA_OBJECT_COMMIT, zta_buf__str(&body), out, err);
	}
	if (status == ZTA_OK) {
		status = add_copy(
		    b, out, ZTA_OBJECT_COMMIT, zta_buf__str(&body), err);
	}
	zta_buf__release(&body);
	return status;
}

static zta_status
build_tree(zta_workspace *w, batch *b, const zta_files *head,
    const zta_files *files, zta_oid *out, zta_error *err)
{
	zta_object_source source = zta_ledger__source(&w->ledger);
	const zta_object_sink sink = { add_copy, b };

	return zta_tree_build__run(&w->arena, files->files, files->count,
	    &source, zta_oid__is_none(&head->commit) ? NULL : &head->tree,
	    &sink, out, err);
}

/* Who commits, and when. */
static zta_commit_person
person(const zta_workspace *w, const zta_workspace_signing *signing)
{
	bool known = w->config.author.len > 0;

	return (zta_commit_person){
		known ? w->config.author : signing->author,
		known ? w->config.email : signing->email,
		zta_time__now_ms() / 1000,
	};
}

/* What the gate has to know; the signers are read into `list`. */
static zta_status
make_admission(zta_workspace *w, zta_ssh_allowed_list *list, zta_admission *out,
    zta_error *err)
{
	zta_status status = zta_workspace__signers(w, list, &out->signers, err);

	out->must_be_signed = out->signers != NULL;
	out->received_at = zta_time__now_ms();
	if (status == ZTA_OK) {
		status = zta_workspace__head(w, &out->head, err);
	}
	out->has_head = !zta_oid__is_none(&out->head);
	return status;
}

/* A commit brings nothing that has lapsed; else `*admitted` is false. */
static zta_status
check_statements(zta_workspace *w, const zta_files *head,
    zta_workspace_result *result, bool *admitted, zta_error *err)
{
	zta_object_source source = zta_ledger__source(&w->ledger);
	const zta_finding_list *findings = &w->report->check.findings;
	uint32_t errors = findings->errors;
	zta_status status = zta_statements__refuse_new(
	    &w->report->check, &source, &head->tree, err);

	*admitted = findings->errors == errors;
	if (!*admitted) {
		zta_report__show(w->report);
		result->report = &w->report->shown;
	}
	return status;
}

/* Ask the gate; `*admitted`, or what it says is shown in `result`. */
static zta_status
admit(zta_workspace *w, const zta_commit *commit, zta_workspace_result *result,
    bool *admitted, zta_error *err)
{
	zta_admission admission = { 0 };
	zta_ssh_allowed_list list;
	zta_check check = { 0 };
	zta_status status = make_admission(w, &list, &admission, err);

	if (status == ZTA_OK) {
		status = zta_admit__judged(
		    &check, &admission, commit, &w->report->check, err);
	}
	*admitted = status == ZTA_OK && check.findings.errors == 0;
	if (status == ZTA_OK && !*admitted) {
		zta_report__close(w->refusal);
		status = zta_report__of(&w->refusal, &check, err);
		if (status == ZTA_OK) {
			result->report = &w->refusal->shown;
		}
	}
	zta_check__release(&check);
	return status;
}

zta_status
zta_workspace__write(zta_workspace *w, const zta_files *head,
    const zta_files *files, zta_str message,
    const zta_workspace_signing *signing, zta_workspace_result *result,
    zta_error *err)
{
	batch b = { .arena = &w->arena };
	zta_commit commit = { .parent = head->commit,
		.has_parent = !zta_oid__is_none(&head->commit),
		.author = person(w, signing),
		.signature = ZTA_STR(""),
		.message = message };
	zta_store_move move = { .ref = ZTA_LEDGER_MAIN, .from = head->commit };
	bool admitted = false;
	zta_status status = check_statements(w, head, result, &admitted, err);

	if (status != ZTA_OK || !admitted) {
		return status;
	}
	commit.committer = commit.author;
	status = add_blobs(&b, files, &result->changes, err);
	if (status == ZTA_OK) {
		status = build_tree(w, &b, head, files, &commit.tree, err);
	}
	if (status == ZTA_OK) {
		status = sign(w, &commit, signing, err);
	}
	if (status == ZTA_OK) {
		status = admit(w, &commit, result, &admitted, err);
	}
	if (status != ZTA_OK || !admitted) {
		return status;
	}
	status = add_commit(&b, &commit, &move.to, err);
	if (status == ZTA_OK) {
		move.objects = b.list;
		move.count = b.count;
		status =
		    zta_store__ref_move(w->store, w->ledger.name, &move, err);
	}
	return status != ZTA_OK ?
	    status :
	    zta_workspace__show(w, &move.to, &result->commit, err);
}

/* Commit the folder, which is valid. */
static zta_status
commit_folder(zta_workspace *w, const zta_files *folder, zta_str message,
    const zta_workspace_signing *signing, zta_workspace_result *out,
    zta_error *err)
{
	zta_files head;
	zta_oid oid;
	zta_status status = zta_workspace__head(w, &oid, err);

	if (status == ZTA_OK) {
		status = zta_workspace__files(w, &oid, &head, err);
	}
	if (status == ZTA_OK) {
		status = zta_workspace__changes(
		    w, &head, folder, true, &out->changes, err);
	}
	out->unchanged = out->changes.count == 0;
	return status != ZTA_OK || out->unchanged ?
	    status :
	    zta_workspace__write(w, &head, folder, message, signing, out, err);
}

zta_status
zta_workspace_commit(zta_workspace *w, zta_str message,
    const zta_workspace_signing *signing, zta_workspace_result *out,
    zta_error *err)
{
	zta_files folder;
	zta_status status = zta_workspace__judge(w, false, &folder, err);

	*out = (zta_workspace_result){ 0 };
	if (status != ZTA_OK) {
		return status;
	}
	out->report = &w->report->shown;
	return out->report->valid ?
	    commit_folder(w, &folder, message, signing, out, err) :
	    ZTA_OK;
}
