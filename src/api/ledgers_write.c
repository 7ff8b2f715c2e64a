/* SPDX-License-Identifier: Apache-2.0 */
/* ledgers_write.c - ledgers, objects and commits that come over HTTP. */
#include <string.h>

#include "api/ledger_job.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "pap/receive.h"

/* --- ledgers */

static zta_status
read_name(zta_ledger_job *job, zta_str *name, zta_error *err)
{
	static const char *const names[] = { "name", NULL };
	const zta_json *node;
	zta_json_doc doc;
	zta_status status =
	    zta_json__read(job->arena, job->call->body, &doc, err);

	if (status == ZTA_OK) {
		status = zta_json__only(&doc, doc.root, names, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	node = zta_json__get(doc.root, "name");
	if (node == NULL || node->type != ZTA_JSON_STRING) {
		return zta_json__fail(&doc, doc.root, err, ZTA_EINVALID,
		    "`name` must be a string");
	}
	*name = zta_json__str(node);
	/* Whatever else is wrong with it, the store says. */
	return name->len <= ZTA_STORE_LEDGER_MAX ?
	    ZTA_OK :
	    zta_json__fail(
		&doc, node, err, ZTA_EINVALID, "the name is too long");
}

void
zta_ledger_verb__create(zta_ledger_job *job)
{
	zta_json_out out;
	zta_error err = { 0 };
	zta_str name;
	zta_status status = read_name(job, &name, &err);

	if (status == ZTA_OK) {
		job->ledger = (zta_ledger){ job->options->store,
			zta_ledger_job__full_name(job, name) };
		if (job->ledger.name.ptr == NULL) {
			status = zta_error__nomem(&err);
		}
	}
	if (status == ZTA_OK &&
	    !zta_ledger_job__may(job, "create", ZTA_STR(""))) {
		return;
	}
	if (status == ZTA_OK) {
		status = zta_store__ledger_create(
		    job->options->store, job->ledger.name, &err);
	}
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
		return;
	}
	job->options->say(
	    "ledgers: %.*s is made", ZTA_STR_ARG(job->ledger.name));
	out = zta_ledger_job__begin(job, 201);
	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "name");
	zta_json_out__str(&out, name);
	zta_json_out__name(&out, "id");
	zta_json_out__str(&out, job->ledger.name);
	zta_json_out__close(&out, '}');
}

/* --- commits */

static zta_status
keep_committer(zta_ledger_job *job, const zta_ssh_key *key, zta_error *err)
{
	zta_ssh_key *kept = NULL;

	if (key != NULL) {
		kept = zta_arena__alloc(job->call->arena, sizeof(*kept));
		if (kept == NULL) {
			return zta_arena__failed(job->call->arena, err);
		}
		*kept = *key;
	}
	job->committer = kept;
	job->has_committer = true;
	return ZTA_OK;
}

static zta_status
may_sign(void *context, const zta_ssh_key *key, zta_error *err)
{
	zta_ledger_job *job = context;
	const zta_access_question question = { .key = key,
		.action = "commit",
		.ledger = job->ledger.name,
		.ref = zta_form__get(&job->query, "ref") };
	zta_status status;

	/* Commits in a row by one key are one question. */
	if (job->has_committer &&
	    (key == NULL ? job->committer == NULL :
			   job->committer != NULL &&
			zta_ssh_key__eq(key, job->committer))) {
		return ZTA_OK;
	}
	status = zta_ledger_job__ask(job, &question, err);
	if (status == ZTA_OK) {
		status = keep_committer(job, key, err);
	}
	return status;
}

static void
put_finding(zta_json_out *out, const zta_ledger_finding *f)
{
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "severity");
	zta_json_out__text(out, f->warning ? "warning" : "error");
	zta_json_out__name(out, "rule");
	zta_json_out__text(out, f->rule);
	zta_json_out__name(out, "message");
	zta_json_out__text(out, f->message);
	zta_json_out__name(out, "hint");
	zta_json_out__text(out, f->hint);
	zta_json_out__name(out, "policy");
	zta_json_out__str(out, f->policy);
	zta_json_out__name(out, "file");
	zta_json_out__str(out, f->file);
	zta_json_out__name(out, "line");
	zta_json_out__int(out, f->line);
	zta_json_out__name(out, "column");
	zta_json_out__int(out, f->column);
	zta_json_out__close(out, '}');
}

static void
tell_findings(
    zta_ledger_job *job, const zta_finding_list *findings, const zta_oid *about)
{
	zta_json_out out = zta_ledger_job__begin_error(
	    job, 422, "not_admitted", "it is not a version of the ledger", "");
	uint32_t i;

	zta_json_out__name(&out, "commit");
	zta_json_out__oid(&out, about);
	zta_json_out__name(&out, "findings");
	zta_json_out__open(&out, '[');
	for (i = 0; i < findings->count; i++) {
		put_finding(&out, &findings->list[i]);
	}
	zta_json_out__close(&out, ']');
	zta_json_out__close(&out, '}');
}

static void
tell_conflict(zta_ledger_job *job, zta_str ref)
{
	zta_json_out out;
	zta_error err = { 0 };
	zta_oid now;
	zta_status status = zta_ledger__ref(&job->ledger, ref, &now, &err);

	if (status != ZTA_OK && status != ZTA_ENOTFOUND) {
		zta_ledger_job__fail_with(job, status, &err);
		return;
	}
	out = zta_ledger_job__begin_error(
	    job, 409, "conflict", "the ref is elsewhere", "old");
	zta_json_out__name(&out, "commit");
	zta_json_out__oid(&out, &now);
	zta_json_out__close(&out, '}');
}

static void
tell_moved(zta_ledger_job *job, const zta_oid *commit)
{
	zta_json_out out = zta_ledger_job__begin(job, 200);
	char digits[ZTA_OID_HEX_MAX];

	zta_oid__hex(commit, digits);
	job->options->say(
	    "ledgers: %.*s is at %s", ZTA_STR_ARG(job->ledger.name), digits);
	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "commit");
	zta_json_out__oid(&out, commit);
	zta_json_out__close(&out, '}');
}

/* What is asked for; false: it is wrong, and answered. */
static bool
read_push(zta_ledger_job *job, zta_received *in)
{
	zta_str old = zta_form__get(&job->query, "old");

	in->ref = zta_form__get(&job->query, "ref");
	in->from = (zta_oid){ 0 };
	if (in->ref.len == 0) {
		zta_ledger_job__fail(
		    job, 400, "invalid_request", "a ref is needed", "ref");
		return false;
	}
	return (zta_str__is(old, "none") ||
		   zta_ledger_job__oid(job, "old", &in->from)) &&
	    zta_ledger_job__oid(job, "new", &in->to);
}

void
zta_ledger_verb__push(zta_ledger_job *job)
{
	zta_transfer transfer;
	zta_received in = { .ledger = &job->ledger,
		.transfer = &transfer,
		.at = zta_time__now_ms(),
		.may_sign = may_sign,
		.context = job,
		.latest = job->options->latest,
		.admits = true };
	zta_error err = { 0 };
	zta_oid culprit;
	zta_check check;
	zta_status status;

	if (!read_push(job, &in) || !zta_ledger_job__transfer(job, &transfer)) {
		return;
	}
	status = zta_receive__run(&in, &check, &culprit, &err);
	if (status == ZTA_ECONFLICT) {
		tell_conflict(job, in.ref);
	} else if (status == ZTA_EUNTRUSTED) {
		job->options->say("ledgers: %s", err.message);
		zta_ledger_job__fail(
		    job, 403, "forbidden", "that is not permitted", "");
	} else if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
	} else if (check.findings.errors > 0) {
		tell_findings(job, &check.findings, &culprit);
	} else {
		tell_moved(job, &in.to);
	}
	zta_check__release(&check);
}
