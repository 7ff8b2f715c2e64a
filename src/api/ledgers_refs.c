/* SPDX-License-Identifier: Apache-2.0 */
/* ledgers_refs.c - which ledgers there are, and where their refs are. */
#include "api/ledger_job.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"

/* Changes that are looked at in one step. */
#define CHANGES_MAX 256

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
	zta_access_answer answer;
	zta_status status =
	    zta_access__ask(job->access, &question, &answer, err);

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

/*
 * Has the ledger changed after `job->after`, which moves on to `newest`? A
 * number that was never given is of another store, so that all has changed.
 */
static zta_status
has_changed(zta_ledger_job *job, uint64_t newest, bool *changed, zta_error *err)
{
	zta_store_change *changes;
	size_t count, i;
	zta_status status = ZTA_OK;

	*changed = job->wait_until == 0 && job->after > newest;
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
