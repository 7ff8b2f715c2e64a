/* SPDX-License-Identifier: Apache-2.0 */
/* git.c - ledgers for stock git, to read. SPEC: docs/formats/sync.md */
#include <stdio.h>

#include "api/ledger_job.h"
#include "base/deflate.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "pap/git_upload.h"

static void
begin(zta_ledger_job *job, const char *type)
{
	(void)zta_ledger_job__begin(job, 200);
	job->type = type;
	(void)snprintf(
	    job->fields, sizeof(job->fields), "Cache-Control: no-cache\r\n");
}

void
zta_ledger_verb__git_info(zta_ledger_job *job)
{
	zta_str protocol = ZTA_STR("");

	if (!zta_str__is(job->id, "refs") ||
	    !zta_str__is(
		zta_form__get(&job->query, "service"), "git-upload-pack")) {
		zta_ledger_job__fail(job, 403, "forbidden",
		    "git may clone and pull here, over the smart protocol",
		    "service");
		return;
	}
	(void)zta_http_call__header(job->call, "git-protocol", &protocol);
	begin(job, ZTA_GIT_ADVERTISEMENT);
	zta_git_upload__advertise(protocol, &job->body);
}

void
zta_ledger_verb__git_upload(zta_ledger_job *job)
{
	zta_str request = job->call->body, coding;
	zta_error err = { 0 };
	zta_buf plain;
	zta_status status = ZTA_OK;

	zta_buf__init(&plain, ZTA_HTTP_BODY_MAX);
	if (zta_http_call__header(job->call, "content-encoding", &coding)) {
		status = zta_str__is(coding, "gzip") ?
		    zta_inflate__gzip(request, &plain, &err) :
		    zta_error__set(&err, ZTA_EINVALID, "gzip alone is known");
		zta_error__place(
		    status == ZTA_OK ? NULL : &err, "Content-Encoding");
		request = zta_buf__str(&plain);
	}
	if (status == ZTA_OK) {
		begin(job, ZTA_GIT_RESULT);
		status = zta_git_upload__answer(
		    &job->ledger, request, &job->body, &err);
	}
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
	}
	zta_buf__release(&plain);
}
