/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - what a decision leaves in the log. SPEC: ztauth 9 */
#include "base/error.h"
#include "base/time.h"
#include "pdp/decide.h"

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

static zta_status
tell_chain(
    zta_arena *arena, const zta_decision *d, zta_leaf *out, zta_error *err)
{
	const zta_txn *txn = d->txn;
	uint32_t grants =
	    d->delegation == NULL ? 0 : d->delegation->taken.count;
	zta_leaf_ring *rings =
	    zta_arena__zalloc(arena, txn->ring_count + 1, sizeof(*rings));
	zta_str *digests = zta_arena__zalloc(
	    arena, txn->ring_count + grants + 2, sizeof(*digests));
	uint32_t i;

	if (rings == NULL || digests == NULL) {
		return zta_arena__failed(arena, err);
	}
	digests[0] = txn->subject_digest;
	for (i = 0; i < txn->ring_count; i++) {
		rings[i] = (zta_leaf_ring){ .workload = txn->rings[i].workload,
			.source = txn->rings[i].source,
			.proof =
			    zta_str_of(zta_proof__name(txn->rings[i].proof)),
			.digest = txn->rings[i].digest,
			.at = txn->rings[i].at };
		digests[i + 1] = txn->rings[i].digest;
	}
	out->rings = rings;
	out->ring_count = txn->ring_count;
	for (i = 0; i < grants; i++) {
		digests[txn->ring_count + 1 + i] = (zta_str){
			(const char *)d->delegation->taken.grants[i].digest,
			ZTA_SHA256_LEN
		};
	}
	out->credentials =
	    (zta_leaf_list){ digests, txn->ring_count + 1 + grants };
	out->txn = txn->txn;
	return ZTA_OK;
}

zta_status
zta_pdp__record(const zta_zone *zone, const zta_snapshot *snapshot,
    zta_arena *arena, const zta_authzen *request, zta_str body,
    const zta_decision *d, zta_leaf *out, zta_error *err)
{
	unsigned char *digest = zta_arena__alloc(arena, ZTA_SHA256_LEN);

	if (digest == NULL) {
		return zta_arena__failed(arena, err);
	}
	zta_digest__sha256(body, digest);
	*out = (zta_leaf){ .kind = ZTA_STR("decision"),
		.id = { (const char *)d->id, ZTA_LEAF_ID_LEN },
		.time = d->time,
		.zone = zone->id,
		.ledger = zone->ledger,
		.commit = zta_str_of(snapshot->tree.id),
		.request = { (const char *)digest, ZTA_SHA256_LEN },
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
		.reason = d->reason };
	zta_pdp__record_age(zone, snapshot, out);
	return d->txn == NULL ? ZTA_OK : tell_chain(arena, d, out, err);
}
