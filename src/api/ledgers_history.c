/* SPDX-License-Identifier: Apache-2.0 */
/* ledgers_history.c - commits of a ledger, and what two of them differ in. */
#include <stdio.h>

#include "api/ledger_job.h"
#include "base/str.h"
#include "base/time.h"
#include "ledger/commit_sign.h"
#include "ledger/tree_diff.h"

/* Commits of one page: each is read and verified. */
#define LOG_MAX 500
#define LOG_USUAL 50

static void
put_person(zta_json_out *out, zta_arena *arena, const zta_commit_person *p)
{
	size_t len = p->name.len + p->email.len + 4;
	char *text = zta_arena__alloc(arena, len);

	if (text == NULL) {
		out->buf->status = ZTA_ENOMEM;
		return;
	}
	(void)snprintf(text, len, "%.*s <%.*s>", ZTA_STR_ARG(p->name),
	    ZTA_STR_ARG(p->email));
	zta_json_out__name(out, "author");
	zta_json_out__text(out, text);
}

/* The key whose signature holds, or null. */
static void
put_key(zta_json_out *out, const zta_commit *commit)
{
	char fingerprint[ZTA_KEY_FINGERPRINT_MAX];
	zta_ssh_allowed one = { .principals = ZTA_STR("signer"),
		.namespaces = ZTA_SSH_GIT,
		.valid_after_s = INT64_MIN,
		.valid_before_s = INT64_MAX,
		.line = 1 };
	const zta_ssh_allowed_list list = { &one, 1 };
	const zta_ssh_allowed *who;
	zta_ssh_sig sig;

	zta_json_out__name(out, "key");
	if (commit->signature.len == 0 ||
	    zta_commit__signature(commit, &sig, NULL) != ZTA_OK) {
		zta_json_out__null(out);
		return;
	}
	one.key = sig.key;
	if (zta_commit__verify(commit, &list, 0, &who, NULL) != ZTA_OK) {
		zta_json_out__null(out);
		return;
	}
	zta_ssh_key__fingerprint(&sig.key, fingerprint);
	zta_json_out__text(out, fingerprint);
}

static void
put_commit(zta_ledger_job *job, zta_json_out *out, const zta_oid *oid,
    const zta_commit *commit)
{
	char date[ZTA_TIME_TEXT_MAX];

	zta_time__format(commit->author.time_s * 1000, date);
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "id");
	zta_json_out__oid(out, oid);
	zta_json_out__name(out, "parent");
	zta_json_out__oid(out, &commit->parent);
	zta_json_out__name(out, "tree");
	zta_json_out__oid(out, &commit->tree);
	put_person(out, job->arena, &commit->author);
	zta_json_out__name(out, "date");
	zta_json_out__text(out, date);
	zta_json_out__name(out, "message");
	zta_json_out__str(out, commit->message);
	put_key(out, commit);
	zta_json_out__close(out, '}');
}

/* Where the log begins: `from`, or where `main` is; none: nowhere. */
static bool
find_start(zta_ledger_job *job, zta_oid *from)
{
	zta_error err = { 0 };
	zta_store_ref *refs;
	size_t count, i;
	zta_status status;

	*from = (zta_oid){ 0 };
	if (zta_form__get(&job->query, "from").len > 0) {
		return zta_ledger_job__oid(job, "from", from);
	}
	status = zta_store__ref_list(job->options->store, job->ledger.name,
	    job->arena, &refs, &count, &err);
	for (i = 0; status == ZTA_OK && i < count; i++) {
		if (zta_str__eq(refs[i].name, ZTA_LEDGER_MAIN)) {
			*from = refs[i].oid;
		}
	}
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
	}
	return status == ZTA_OK;
}

void
zta_ledger_verb__log(zta_ledger_job *job)
{
	zta_json_out out = zta_ledger_job__begin(job, 200);
	zta_error err = { 0 };
	uint64_t limit, i;
	zta_commit commit;
	zta_oid at;
	zta_status status = ZTA_OK;

	if (!zta_ledger_job__number(job, "limit", LOG_USUAL, LOG_MAX, &limit) ||
	    !find_start(job, &at)) {
		return;
	}
	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "commits");
	zta_json_out__open(&out, '[');
	for (i = 0; i < limit && !zta_oid__is_none(&at); i++) {
		status = zta_ledger__commit(
		    &job->ledger, &at, job->arena, &commit, &err);
		if (status != ZTA_OK) {
			break;
		}
		put_commit(job, &out, &at, &commit);
		at = commit.parent;
	}
	zta_json_out__close(&out, ']');
	zta_json_out__name(&out, "next");
	zta_json_out__oid(&out, &at);
	zta_json_out__close(&out, '}');
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
	}
}

static void
put_changes(zta_ledger_job *job, const zta_tree_changes *changes)
{
	static const char *const words[] = { "added", "changed", "removed" };
	zta_json_out out = zta_ledger_job__begin(job, 200);
	const zta_tree_change *c;
	uint32_t i;

	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "files");
	zta_json_out__open(&out, '[');
	for (i = 0; i < changes->count; i++) {
		c = &changes->items[i];
		zta_json_out__open(&out, '{');
		zta_json_out__name(&out, "path");
		zta_json_out__str(&out, c->path);
		zta_json_out__name(&out, "change");
		zta_json_out__text(&out, words[c->kind]);
		zta_json_out__name(&out, "from");
		zta_json_out__oid(&out, &c->before);
		zta_json_out__name(&out, "to");
		zta_json_out__oid(&out, &c->after);
		zta_json_out__close(&out, '}');
	}
	zta_json_out__close(&out, ']');
	zta_json_out__close(&out, '}');
}

void
zta_ledger_verb__diff(zta_ledger_job *job)
{
	zta_object_source source = zta_ledger__source(&job->ledger);
	zta_tree_changes changes;
	zta_commit before, after;
	zta_error err = { 0 };
	zta_oid from, to;
	zta_status status;

	if (!zta_ledger_job__oid(job, "from", &from) ||
	    !zta_ledger_job__oid(job, "to", &to)) {
		return;
	}
	status =
	    zta_ledger__commit(&job->ledger, &from, job->arena, &before, &err);
	if (status == ZTA_OK) {
		status = zta_ledger__commit(
		    &job->ledger, &to, job->arena, &after, &err);
	}
	if (status == ZTA_OK) {
		status = zta_tree_diff__run(job->arena, &source, &before.tree,
		    &after.tree, &changes, &err);
	}
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
		return;
	}
	put_changes(job, &changes);
}
