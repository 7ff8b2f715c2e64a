/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why_rings.c - what there is to say of the workloads of a chain: by the record,
 * by the trust model of the version, and by asking again whether each may act.
 */
#include "base/error.h"
#include "base/str.h"
#include "pap/why.h"

static zta_status
ask_again(zta_account *a, uint32_t number, zta_why_ring *out)
{
	const zta_operation operation = zta_ask__operation(&a->replay);
	const zta_elevation_question question =
	    zta_ask__about_ring(&a->replay, number, &operation);
	zta_elevation_answer answer;
	zta_status status = zta_elevation__ask(
	    a->version->elevation, &a->arena, &question, &answer, a->err);

	if (status != ZTA_OK) {
		return status;
	}
	out->code = zta_elevation__code_name(answer.code);
	out->policies = answer.policies;
	out->policy_count = answer.policy_count;
	if (answer.level != NULL) {
		out->level = answer.level->name;
	}
	return ZTA_OK;
}

static bool
read_proof(zta_str name, zta_proof *out)
{
	for (*out = ZTA_PROOF_BEARER; *out <= ZTA_PROOF_WPT; (*out)++) {
		if (zta_str__is(name, zta_proof__name(*out))) {
			return true;
		}
	}
	return false;
}

/* Its groups need no more than the record and the model. */
static zta_status
find_groups(zta_account *a, const zta_leaf_ring *leaf, zta_why_ring *out)
{
	zta_ring ring = { .workload = leaf->workload, .at = leaf->at };
	const zta_elevation_question question = { .ring = &ring,
		.now = a->leaf.time };
	zta_foreign foreign;
	zta_refused refused;
	zta_status status;

	if (a->version == NULL) {
		return ZTA_OK;
	}
	if (!read_proof(leaf->proof, &ring.proof)) {
		return zta_error__set(
		    a->err, ZTA_EINVALID, "the record has no such proof");
	}
	(void)zta_foreign__judge(
	    &a->trust.model, &question, &foreign, &refused);
	status = zta_trust_view__groups(&a->arena, &a->trust, &ring,
	    a->leaf.time, &foreign, &out->groups, &out->group_count, a->err);
	return status != ZTA_OK ?
	    status :
	    zta_trust_view__quarantine(&a->arena, &a->trust.model,
		ring.workload, &out->quarantine, &out->quarantine_count,
		a->err);
}

zta_status
zta_why__rings(zta_account *a)
{
	const zta_leaf *leaf = &a->leaf;
	zta_why_ring *list =
	    zta_arena__zalloc(&a->arena, leaf->ring_count + 1, sizeof(*list));
	uint32_t i;
	zta_status status = ZTA_OK;

	if (list == NULL) {
		return zta_arena__failed(&a->arena, a->err);
	}
	for (i = 0; status == ZTA_OK && i < leaf->ring_count; i++) {
		list[i] = (zta_why_ring){ .workload = leaf->rings[i].workload,
			.source = leaf->rings[i].source,
			.proof = leaf->rings[i].proof,
			.age_ms = leaf->time - leaf->rings[i].at,
			.level = ZTA_STR("") };
		status = find_groups(a, &leaf->rings[i], &list[i]);
		if (status == ZTA_OK && a->told.not_again == NULL) {
			status = ask_again(a, i + 1, &list[i]);
		}
	}
	a->told.rings = list;
	a->told.ring_count = leaf->ring_count;
	return status;
}
