/* SPDX-License-Identifier: Apache-2.0 */
/* ledgers_read.c - what is in ledgers, over HTTP. SPEC: docs/formats/sync.md */
#include <inttypes.h>
#include <stdio.h>

#include "api/ledger_job.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "ledger/commit_sign.h"
#include "ledger/tree_diff.h"
#include "pap/transfer.h"

/* Commits of one page: each is read and verified. */
#define LOG_MAX 500
#define LOG_USUAL 50
/* Changes that are looked at in one step. */
#define CHANGES_MAX 256

/* --- ledgers and refs */

static zta_status
put_refs(zta_ledger_job *job, zta_str ledger, zta_json_out *out, zta_error *err)
{
	zta_store_ref *refs;
	size_t count, i;
	zta_status status = zta_store__ref_list(
	    job->options->store, ledger, job->arena, &refs, &count, err);

	zta_json_out__name(out, "refs");
	zta_json_out__open(out, '{');
	for (i = 0; status == ZTA_OK && i < count; i++) {
		zta_json_out__name_str(out, refs[i].name);
		zta_json_out__oid(out, &refs[i].oid);
	}
	zta_json_out__close(out, '}');
	return status;
}

static zta_status
put_ledger(
    zta_ledger_job *job, zta_str ledger, zta_json_out *out, zta_error *err)
{
	size_t slash = zta_str__find(ledger, '/') + 1;
	zta_status status;

	zta_json_out__open(out, '{');
	zta_json_out__name(out, "name");
	zta_json_out__str(
	    out, (zta_str){ ledger.ptr + slash, ledger.len - slash });
	zta_json_out__name(out, "id");
	zta_json_out__str(out, ledger);
	status = put_refs(job, ledger, out, err);
	zta_json_out__close(out, '}');
	return status;
}

/* May the caller see that it is there? */
static zta_status
may_read(zta_ledger_job *job, zta_str ledger, bool *may, zta_error *err)
{
	const zta_access_question question = {
		.key = job->signer.is_signed ? &job->signer.key : NULL,
		.action = "read",
		.ledger = ledger,
		.ref = ZTA_STR("")
	};
	zta_status status = zta_access__ask(job->access, &question, err);

	*may = status == ZTA_OK;
	return status == ZTA_EUNTRUSTED ? ZTA_OK : status;
}

void
zta_ledger_verb__list(zta_ledger_job *job)
{
	zta_json_out out = zta_ledger_job__begin(job, 200);
	zta_error err = { 0 };
	zta_str *ledgers;
	size_t count, i;
	bool may;
	zta_status status = zta_store__ledger_list(job->options->store,
	    job->options->zone, job->arena, &ledgers, &count, &err);

	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "ledgers");
	zta_json_out__open(&out, '[');
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = may_read(job, ledgers[i], &may, &err);
		if (status == ZTA_OK && may) {
			status = put_ledger(job, ledgers[i], &out, &err);
		}
	}
	zta_json_out__close(&out, ']');
	zta_json_out__close(&out, '}');
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
	}
}

/* Has the ledger changed after `job->after`, which moves on to `newest`? */
static zta_status
has_changed(zta_ledger_job *job, uint64_t newest, bool *changed, zta_error *err)
{
	zta_store_change *changes;
	size_t count, i;
	zta_status status = ZTA_OK;

	*changed = false;
	while (status == ZTA_OK && !*changed && job->after < newest) {
		status = zta_store__changes(job->options->store, job->after,
		    CHANGES_MAX, job->arena, &changes, &count, err);
		for (i = 0; status == ZTA_OK && i < count; i++) {
			*changed = *changed ||
			    zta_str__eq(changes[i].ledger, job->ledger.name);
			job->after = changes[i].seq;
		}
		if (count == 0) {
			break;
		}
	}
	return status;
}

/* With `after`, it is run again each time that something changes. */
void
zta_ledger_verb__refs(zta_ledger_job *job)
{
	zta_json_out out = zta_ledger_job__begin(job, 200);
	zta_error err = { 0 };
	uint64_t newest = 0, wait_ms = 0;
	bool first = job->wait_until == 0, changed = true;
	bool waits = zta_form__get(&job->query, "after").len > 0;
	zta_status status;

	if (first &&
	    (!zta_ledger_job__number(job, "after", 0, INT64_MAX, &job->after) ||
		!zta_ledger_job__number(
		    job, "wait_ms", 0, ZTA_LEDGER_WAIT_MS, &wait_ms))) {
		return;
	}
	/* The number first: what is read then is no older. */
	status = zta_store__wait(job->options->store, 0, 0, &newest, &err);
	if (status == ZTA_OK && waits) {
		status = has_changed(job, newest, &changed, &err);
	}
	zta_json_out__open(&out, '{');
	if (status == ZTA_OK) {
		status = put_refs(job, job->ledger.name, &out, &err);
	}
	zta_json_out__name(&out, "sequence");
	zta_json_out__int(&out, (int64_t)newest);
	zta_json_out__close(&out, '}');
	if (status != ZTA_OK) {
		job->wait_until = 0;
		zta_ledger_job__fail_with(job, status, &err);
	} else if (changed) {
		job->wait_until = 0;
	} else if (first && wait_ms > 0) {
		job->wait_until = zta_time__monotonic_ms() + (int64_t)wait_ms;
	}
}

/* --- history */

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

/* --- objects */

/* An answer that is no JSON. */
static void
begin_bytes(zta_ledger_job *job, const char *type)
{
	(void)zta_ledger_job__begin(job, 200);
	job->type = type;
}

void
zta_ledger_verb__object(zta_ledger_job *job)
{
	zta_store_object object;
	zta_error err = { 0 };
	zta_oid oid;
	zta_status status;

	if (!zta_oid__parse(job->id, &oid)) {
		zta_ledger_job__fail(job, 400, "invalid_request",
		    "an id is 64 hexadecimal digits in lower case", "");
		return;
	}
	status = zta_store__object_get(job->options->store, job->ledger.name,
	    &oid, job->arena, &object, &err);
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
		return;
	}
	begin_bytes(job, "application/octet-stream");
	(void)snprintf(job->fields, sizeof(job->fields), "ztauth-kind: %s\r\n",
	    zta_object_kind__name(object.kind));
	zta_buf__put(&job->body, object.body);
}

/* The ids in an array of the body. */
static zta_status
read_oids(zta_ledger_job *job, const zta_json_doc *doc, const char *name,
    zta_oid **out, uint32_t *count, zta_error *err)
{
	const zta_json *node = zta_json__get(doc->root, name);
	const zta_str *texts;
	uint32_t i;
	zta_status status =
	    zta_json__strings(doc, node, job->arena, &texts, count, err);

	if (status != ZTA_OK) {
		return status;
	}
	*out = zta_arena__zalloc(job->arena, (size_t)*count + 1, sizeof(**out));
	if (*out == NULL) {
		return zta_arena__failed(job->arena, err);
	}
	for (i = 0; i < *count; i++) {
		if (!zta_oid__parse(texts[i], &(*out)[i])) {
			return zta_json__fail(doc, node, err, ZTA_EINVALID,
			    "an id is 64 hexadecimal digits in lower case");
		}
	}
	return ZTA_OK;
}

void
zta_ledger_verb__fetch(zta_ledger_job *job)
{
	static const char *const names[] = { "want", "have", NULL };
	zta_error err = { 0 };
	uint32_t want_count = 0, have_count = 0;
	zta_oid *want, *have;
	zta_json_doc doc;
	zta_status status =
	    zta_json__read(job->arena, job->call->body, &doc, &err);

	if (status == ZTA_OK) {
		status = zta_json__only(&doc, doc.root, names, &err);
	}
	if (status == ZTA_OK) {
		status = read_oids(job, &doc, "want", &want, &want_count, &err);
	}
	if (status == ZTA_OK) {
		status = read_oids(job, &doc, "have", &have, &have_count, &err);
	}
	if (status == ZTA_OK && want_count != 1) {
		status = zta_json__fail(
		    &doc, doc.root, &err, ZTA_EINVALID, "`want` has one id");
	}
	if (status == ZTA_OK) {
		begin_bytes(job, ZTA_TRANSFER_TYPE);
		status = zta_transfer__fetch(
		    &job->ledger, want, have, have_count, &job->body, &err);
	}
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
	}
}
