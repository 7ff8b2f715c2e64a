/* SPDX-License-Identifier: Apache-2.0 */
/* ledgers_revocations.c - which credentials were taken back, for who follows. */
#include "api/ledger_job.h"
#include "base/b64.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "identity/revocations.h"

/* Which list the caller has seen. */
static bool
read_have(zta_ledger_job *job, unsigned char *digest, bool *has)
{
	zta_str have = zta_form__get(&job->query, "have");

	*has = have.len > 0;
	if (*has &&
	    (have.len != 2 * (size_t)ZTA_SHA256_LEN ||
		!zta_hex__decode(have, digest))) {
		zta_ledger_job__fail(job, 400, "invalid_request",
		    "a digest is 64 hexadecimal digits in lower case", "have");
		return false;
	}
	return true;
}

/* The list, or nothing if it is the one that they have; run again then. */
void
zta_ledger_verb__revocations(zta_ledger_job *job)
{
	zta_followed *followed = job->options->revocations;
	unsigned char digest[ZTA_SHA256_LEN];
	const zta_revocations *list;
	uint64_t wait_ms = 0;
	int64_t until = job->wait_until;
	bool has, same;

	if (!zta_ledger_job__is_for_follower(job, followed) ||
	    !read_have(job, digest, &has) ||
	    !zta_ledger_job__number(
		job, "wait_ms", 0, ZTA_LEDGER_WAIT_MS, &wait_ms)) {
		return;
	}
	if (until == 0 && wait_ms > 0) {
		until = zta_time__monotonic_ms() + (int64_t)wait_ms;
	}
	(void)zta_ledger_job__begin(job, 200);
	job->type = "application/vnd.ztauth.revocations";
	job->polls = true;
	list = zta_followed__enter(followed);
	same = has && memcmp(list->digest, digest, sizeof(digest)) == 0;
	if (!same) {
		zta_buf__put(&job->body, list->text);
	}
	zta_followed__leave(followed);
	job->wait_until = same ? until : 0;
}
