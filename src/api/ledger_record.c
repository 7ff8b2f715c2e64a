/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_record.c - what the admin ledger was asked, and what it answered, in
 * the decision log. SPEC: docs/formats/decision.md
 *
 * The thread waits until a record is durable: nothing is done before that, and
 * what cannot be recorded is not done.
 */
#include <string.h>

#include "api/ledger_job.h"
#include "base/error.h"
#include "base/random.h"
#include "base/str.h"
#include "base/time.h"

/* Complete the record with what is the same in all, and write it. */
static zta_status
record(zta_ledger_job *job, zta_leaf *leaf, zta_error *err)
{
	unsigned char id[ZTA_LEAF_ID_LEN];
	char commit[ZTA_OID_HEX_MAX];
	zta_str to = zta_form__get(&job->query, "new");
	zta_oid oid;

	zta_random__bytes(id, sizeof(id));
	zta_oid__hex(&job->access->commit, commit);
	leaf->kind = ZTA_STR("access");
	leaf->id = (zta_str){ (const char *)id, sizeof(id) };
	leaf->time = zta_time__now_ms();
	leaf->zone = job->options->zone;
	leaf->ledger = ZTA_STR(ZTA_ACCESS_LEDGER);
	leaf->commit = zta_str_of(commit);
	leaf->resource_type = ZTA_STR("Ledger");
	leaf->resource_id = job->ledger.name;
	leaf->mode = ZTA_STR("strict");
	if (zta_oid__parse(to, &oid)) {
		leaf->to = to;
	}
	return zta_log_lane__write(job->options->lane, leaf, err);
}

zta_status
zta_ledger_job__ask(
    zta_ledger_job *job, const zta_access_question *q, zta_error *err)
{
	zta_access_answer answer;
	zta_error why = { 0 };
	zta_leaf leaf;
	zta_status recorded;
	zta_status status = zta_access__ask(job->access, q, &answer, &why);

	if ((status == ZTA_OK && strcmp(q->action, "read") != 0) ||
	    status == ZTA_EUNTRUSTED) {
		leaf = (zta_leaf){ .subject_type = answer.principal_type,
			.subject_id = answer.principal_id,
			.action = zta_str_of(q->action),
			.allowed = answer.permitted,
			.leg = ZTA_STR("policy"),
			.code = zta_str_of(answer.code),
			.policies = { answer.policies, answer.policy_count },
			.reason = zta_str_of(why.message),
			.ref = q->ref };
		recorded = record(job, &leaf, err);
		if (recorded != ZTA_OK) {
			return ZTA_EUNAVAILABLE;
		}
	}
	if (err != NULL) {
		*err = why;
	}
	return status;
}

/* Without it, a ref is in the query all the same. */
zta_status
zta_ledger_job__record_refusal(
    zta_ledger_job *job, const char *why, zta_error *err)
{
	const zta_ledger_verb *verb = job->verb;
	const char *action = verb->action != NULL ? verb->action :
	    verb->run == zta_ledger_verb__create  ? "create" :
						    "read";
	zta_leaf leaf = { .action = zta_str_of(action),
		.leg = ZTA_STR("token"),
		.code = ZTA_STR("invalid_token"),
		.reason = zta_str_of(why),
		.ref = zta_form__get(&job->query, "ref") };

	return record(job, &leaf, err);
}
