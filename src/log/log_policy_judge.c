/* SPDX-License-Identifier: Apache-2.0 */
/* log_policy_judge.c - is a checkpoint to be believed? See log_policy.h. */
#include "base/error.h"
#include "base/str.h"
#include "log/cosignature.h"
#include "log/log_policy.h"

zta_log_policy
zta_log_policy__of(const zta_policy_log *log)
{
	return (zta_log_policy){ .logs = log, .log_count = 1, .quorum = -1 };
}

const zta_policy_log *
zta_log_policy__log(const zta_log_policy *policy, zta_str origin)
{
	uint32_t i;

	for (i = 0; i < policy->log_count; i++) {
		if (zta_str__is(origin, policy->logs[i].key.name)) {
			return &policy->logs[i];
		}
	}
	return NULL;
}

/* Members stand before their groups, so one pass counts all. */
static bool
is_reached(const zta_log_policy *policy, const bool *cosigned)
{
	uint32_t votes[ZTA_LOG_POLICY_VOTERS_MAX] = { 0 }, i;
	const zta_policy_voter *v;
	bool counts = policy->quorum < 0;

	for (i = 0; i < policy->voter_count; i++) {
		v = &policy->voters[i];
		if (v->is_witness ? !cosigned[i] : votes[i] < v->threshold) {
			continue;
		}
		if (v->group >= 0) {
			votes[v->group]++;
		}
		counts = counts || (int32_t)i == policy->quorum;
	}
	return counts;
}

zta_status
zta_log_policy__quorum(
    const zta_log_policy *policy, zta_str note, uint32_t *count, zta_error *err)
{
	bool cosigned[ZTA_LOG_POLICY_VOTERS_MAX] = { false };
	uint32_t have = 0, i;
	int64_t at;
	zta_status status;

	for (i = 0; i < policy->voter_count; i++) {
		if (!policy->voters[i].is_witness) {
			continue;
		}
		status = zta_cosignature__find(
		    note, &policy->voters[i].key, &at, err);
		if (status != ZTA_OK && status != ZTA_ENOTFOUND) {
			return status;
		}
		cosigned[i] = status == ZTA_OK;
		have += cosigned[i];
	}
	if (count != NULL) {
		*count = have;
	}
	return is_reached(policy, cosigned) ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EUNTRUSTED,
		"%u of %u witnesses have cosigned it, which is not the quorum "
		"`%.*s`",
		have, policy->witness_count,
		ZTA_STR_ARG(policy->voters[policy->quorum].name));
}

zta_status
zta_log_policy__find(const zta_log_policy *policy, zta_str note,
    const zta_policy_log **log, zta_str *text, zta_error *err)
{
	zta_str origin = { note.ptr, zta_str__find(note, '\n') };
	bool known = false;
	zta_status status;
	uint32_t i;

	*log = NULL;
	for (i = 0; i < policy->log_count; i++) {
		if (!zta_str__is(origin, policy->logs[i].key.name)) {
			continue;
		}
		known = true;
		status = zta_note__find(note, &policy->logs[i].key, text, err);
		if (status != ZTA_OK && status != ZTA_ENOTFOUND) {
			return status;
		}
		if (status == ZTA_OK) {
			*log = &policy->logs[i];
		}
	}
	if (*log != NULL) {
		return ZTA_OK;
	}
	return known ?
	    zta_error__set(err, ZTA_EUNTRUSTED, "its log has not signed it") :
	    zta_error__set(err, ZTA_ENOTFOUND,
		"it is of another log than those that are believed");
}

zta_status
zta_log_policy__open(const zta_log_policy *policy, zta_str note,
    zta_log_head *head, const zta_policy_log **log, zta_error *err)
{
	const zta_policy_log *found;
	zta_str text;
	zta_status status =
	    zta_log_policy__find(policy, note, &found, &text, err);

	if (status == ZTA_OK) {
		status = zta_checkpoint__read(
		    text, zta_str_of(found->key.name), head, err);
	}
	if (status == ZTA_OK) {
		status = zta_log_policy__quorum(policy, note, NULL, err);
	}
	if (status == ZTA_OK && log != NULL) {
		*log = found;
	}
	return status == ZTA_ENOTFOUND ? ZTA_EUNTRUSTED : status;
}
