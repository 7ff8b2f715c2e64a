/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - what decisions and tokens leave in the log. SPEC: ztauth 9 */
#include "base/error.h"
#include "base/random.h"
#include "base/time.h"
#include "pdp/issue.h"
#include "pdp/question.h"

void
zta_pdp__record_age(
    const zta_zone *zone, const zta_snapshot *snapshot, zta_leaf *leaf)
{
	int64_t confirmed = atomic_load(&snapshot->confirmed_ms), age;

	if (!zone->follows) {
		return;
	}
	leaf->follow = ZTA_STR("unconfirmed");
	if (confirmed > 0) {
		age = zta_time__monotonic_ms() - confirmed;
		leaf->follow = ZTA_STR("confirmed");
		leaf->age = age < 1 ? 1 : age;
	}
}

zta_status
zta_pdp__record_chain(zta_arena *arena, const zta_txn *txn,
    const zta_delegation *delegation, zta_leaf *out, zta_error *err)
{
	uint32_t grants = delegation == NULL ? 0 : delegation->taken.count;
	zta_leaf_ring *rings =
	    zta_arena__zalloc(arena, txn->ring_count + 1, sizeof(*rings));
	zta_str *digests = zta_arena__zalloc(
	    arena, txn->ring_count + grants + 2, sizeof(*digests));
	uint32_t i, count = 0;

	if (rings == NULL || digests == NULL) {
		return zta_arena__failed(arena, err);
	}
	if (txn->subject_digest.len > 0) {
		digests[count++] = txn->subject_digest;
	}
	for (i = 0; i < txn->ring_count; i++) {
		rings[i] = (zta_leaf_ring){ .workload = txn->rings[i].workload,
			.source = txn->rings[i].source,
			.proof =
			    zta_str_of(zta_proof__name(txn->rings[i].proof)),
			.digest = txn->rings[i].digest,
			.at = txn->rings[i].at };
		digests[count++] = txn->rings[i].digest;
	}
	out->rings = rings;
	out->ring_count = txn->ring_count;
	for (i = 0; i < grants; i++) {
		digests[count++] =
		    (zta_str){ (const char *)delegation->taken.grants[i].digest,
			    ZTA_SHA256_LEN };
	}
	if (txn->seal.len > 0) {
		digests[count++] = txn->seal;
	}
	out->credentials = (zta_leaf_list){ digests, count };
	out->txn = txn->txn;
	return ZTA_OK;
}

static bool
knows_type(const zta_snapshot *snapshot, zta_arena *arena, zta_str type)
{
	const zta_cedar *cedar = snapshot->cedar;
	uint32_t name = zta_names__find_symbol(
	    &cedar->names, zta_question__type(snapshot, arena, type));

	return name != ZTA_NAME_NONE &&
	    (cedar->schema == NULL ||
		zta_schema__entity(cedar->schema, name) != NULL);
}

/* Names that the ledger does not have may be anything. */
uint32_t
zta_pdp__strange(
    const zta_snapshot *snapshot, zta_arena *arena, const zta_authzen *request)
{
	const zta_str action =
	    zta_question__type(snapshot, arena, ZTA_STR("Action"));
	uint32_t strange = 0;

	if (!knows_type(snapshot, arena, request->subject_type)) {
		strange |= 1u << ZTA_PERSONAL_SUBJECT_TYPE;
	}
	if (!knows_type(snapshot, arena, request->resource_type)) {
		strange |= 1u << ZTA_PERSONAL_RESOURCE_TYPE;
	}
	if (zta_names__find_uid(&snapshot->cedar->names,
		zta_names__find_symbol(&snapshot->cedar->names, action),
		request->action) == ZTA_NAME_NONE) {
		strange |= 1u << ZTA_PERSONAL_ACTION;
	}
	return strange;
}

zta_status
zta_pdp__record(const zta_zone *zone, const zta_snapshot *snapshot,
    zta_arena *arena, const zta_authzen *request, zta_str digest,
    const zta_decision *d, zta_leaf *out, zta_error *err)
{
	*out = (zta_leaf){ .kind = ZTA_STR("decision"),
		.id = { (const char *)d->id, ZTA_LEAF_ID_LEN },
		.time = d->time,
		.zone = zone->id,
		.ledger = zone->ledger,
		.commit = zta_str_of(snapshot->tree.id),
		.request = digest,
		.subject_type = request->subject_type,
		.subject_id = request->subject_id,
		.action = request->action,
		.resource_type = request->resource_type,
		.resource_id = request->resource_id,
		.allowed = d->effect == ZTA_ALLOW,
		.leg = zta_str_of(d->leg),
		.code = zta_str_of(d->code),
		.ring = d->ring,
		.policies = { d->policies, d->policy_count },
		.elevation = { d->elevation, d->elevation_count },
		.errors = { d->errors, d->error_count },
		.mode = ZTA_STR("strict"),
		.reason = d->reason,
		.strange = zta_pdp__strange(snapshot, arena, request) };
	zta_pdp__record_age(zone, snapshot, out);
	return d->txn == NULL ?
	    ZTA_OK :
	    zta_pdp__record_chain(arena, d->txn, d->delegation, out, err);
}

zta_status
zta_pdp__record_issue(const zta_zone *zone, const zta_snapshot *snapshot,
    zta_arena *arena, zta_str body, int64_t now, const zta_issue_answer *answer,
    zta_leaf *out, zta_error *err)
{
	const zta_txn *txn = &answer->txn;
	unsigned char *bytes =
	    zta_arena__alloc(arena, ZTA_LEAF_ID_LEN + ZTA_SHA256_LEN);

	if (bytes == NULL) {
		return zta_arena__failed(arena, err);
	}
	zta_random__bytes(bytes, ZTA_LEAF_ID_LEN);
	zta_digest__sha256(body, bytes + ZTA_LEAF_ID_LEN);
	*out = (zta_leaf){ .kind = ZTA_STR("token"),
		.id = { (const char *)bytes, ZTA_LEAF_ID_LEN },
		.time = now,
		.zone = zone->id,
		.ledger = zone->ledger,
		.commit = zta_str_of(snapshot->tree.id),
		.request = { (const char *)bytes + ZTA_LEAF_ID_LEN,
		    ZTA_SHA256_LEN },
		.subject_type = txn->subject.type,
		.subject_id = txn->subject.id,
		.allowed = answer->issued,
		.leg = zta_str_of(answer->leg),
		.code = zta_str_of(answer->code),
		.ring = answer->ring,
		.elevation = { answer->elevation, answer->elevation_count },
		.mode = ZTA_STR("strict"),
		.reason = answer->reason };
	zta_pdp__record_age(zone, snapshot, out);
	return zta_pdp__record_chain(arena, txn, answer->delegation, out, err);
}
