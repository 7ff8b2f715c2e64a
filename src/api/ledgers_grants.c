/* SPDX-License-Identifier: Apache-2.0 */
/* ledgers_grants.c - what a zone knows of delegation grants, for who follows. */
#include <inttypes.h>

#include "api/ledger_job.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "trust/grants.h"

/* What the caller has. */
static bool
read_position(zta_ledger_job *job, zta_grants_position *out)
{
	zta_str check = zta_form__get(&job->query, "check");

	if (!zta_ledger_job__number(job, "from", 0, INT64_MAX, &out->size)) {
		return false;
	}
	if (out->size > 0 && check.len != sizeof(out->check)) {
		zta_ledger_job__fail(job, 400, "invalid_request",
		    "a check is 43 digits of base64url", "check");
		return false;
	}
	if (out->size > 0) {
		memcpy(out->check, check.ptr, sizeof(out->check));
	}
	return true;
}

/* Run again, until there are lines. */
static void
give(zta_ledger_job *job, const zta_grants_position *from, int64_t wait_until)
{
	zta_error err = { 0 };
	uint64_t start, end;
	zta_buf lines;
	zta_status status;

	zta_buf__init(&lines, SIZE_MAX);
	status = zta_grants__give(
	    job->options->grants, from, &lines, &start, &end, &err);
	if (status != ZTA_OK) {
		job->wait_until = 0;
		zta_ledger_job__fail_with(job, status, &err);
	} else {
		job->wait_until =
		    lines.len == 0 && start == from->size ? wait_until : 0;
		job->polls = true;
		(void)zta_ledger_job__begin(job, 200);
		job->type = "application/vnd.ztauth.delegations";
		zta_buf__printf(&job->body,
		    "delegations 1 %" PRIu64 " %" PRIu64 "\n", start, end);
		zta_buf__put(&job->body, zta_buf__str(&lines));
	}
	zta_buf__release(&lines);
}

void
zta_ledger_verb__delegations(zta_ledger_job *job)
{
	zta_grants_position from = { 0 };
	uint64_t wait_ms = 0;
	int64_t until = job->wait_until;

	if (!zta_ledger_job__is_for_follower(job, job->options->grants) ||
	    !read_position(job, &from) ||
	    !zta_ledger_job__number(
		job, "wait_ms", 0, ZTA_LEDGER_WAIT_MS, &wait_ms)) {
		return;
	}
	if (until == 0 && wait_ms > 0) {
		until = zta_time__monotonic_ms() + (int64_t)wait_ms;
	}
	give(job, &from, until);
}
