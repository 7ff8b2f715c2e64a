/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why_workload.c - what a workload that might not act would have needed: another
 * proof, a group, the end of its quarantine, or a policy.
 */
#include "base/error.h"
#include "base/str.h"
#include "pap/why.h"

/* Lets whoever gets as far as the policies act. */
#define ANYBODY ZTA_STR("permit (principal, action, resource);")

/* --- proofs */

/* With any proof that can be, made when the decision was. */
static zta_status
try_proofs(zta_account *a)
{
	zta_txn txn = *a->replay.txn;
	zta_ring *rings =
	    zta_arena__alloc(&a->arena, txn.ring_count * sizeof(*rings));
	zta_ring *ring;
	zta_proof proof;
	zta_status status = ZTA_OK;

	if (rings == NULL) {
		return zta_arena__failed(&a->arena, a->err);
	}
	memcpy(rings, txn.rings, txn.ring_count * sizeof(*rings));
	txn.rings = rings;
	ring = &rings[a->again.ring - 1];
	ring->at = a->replay.time;
	for (proof = ZTA_PROOF_BEARER;
	     status == ZTA_OK && proof <= ZTA_PROOF_WPT; proof++) {
		ring->proof = proof;
		status = zta_why__try(a, a->version, &txn, ZTA_WHY_PROOF,
		    zta_str_of(zta_proof__name(proof)));
	}
	return status;
}

/* --- other models */

/* The version, but with this model; `out` lives as long as both. */
static void
vary(const zta_snapshot *version, const zta_trust_model *model,
    zta_elevation *elevation, zta_snapshot *out)
{
	*out = (zta_snapshot){ .whole = version->whole,
		.tree = version->tree,
		.manifest = version->manifest,
		.cedar = version->cedar,
		.model = *model,
		.elevation = elevation };
}

/* Another model, which elevation policies are then asked under. */
static zta_status
open_tried(zta_account *a, const zta_trust_model *model, zta_str policies)
{
	zta_elevation__close(a->tried);
	a->tried = NULL;
	return zta_elevation__open(&a->tried, model, policies, a->err);
}

static zta_str
elevation_text(const zta_account *a)
{
	const zta_tree_file *file =
	    zta_tree__find(&a->version->tree, ZTA_STR("trust/elevation.cedar"));

	return file == NULL ? ZTA_STR("") : file->text;
}

/* Without the entries that cover the workload. */
static zta_status
try_restore(zta_account *a, zta_str workload)
{
	const zta_trust_model *was = &a->version->model;
	zta_trust_model model = *was;
	zta_str *rest = zta_arena__alloc(
	    &a->arena, (was->quarantine_count + 1) * sizeof(*rest));
	zta_snapshot version;
	uint32_t i;
	zta_status status;

	if (rest == NULL) {
		return zta_arena__failed(&a->arena, a->err);
	}
	model.quarantine = rest;
	model.quarantine_count = 0;
	for (i = 0; i < was->quarantine_count; i++) {
		if (!zta_trust_entry__covers(was->quarantine[i], workload)) {
			rest[model.quarantine_count++] = was->quarantine[i];
		}
	}
	status = open_tried(a, &model, elevation_text(a));
	if (status != ZTA_OK) {
		return status;
	}
	vary(a->version, &model, a->tried, &version);
	return zta_why__try(
	    a, &version, a->replay.txn, ZTA_WHY_RESTORE, workload);
}

/* The group with one member more; false: no memory. */
static bool
add_member(zta_account *a, zta_group *group, zta_str workload)
{
	zta_str *members = zta_arena__alloc(
	    &a->arena, (group->member_count + 1) * sizeof(*members));

	if (members == NULL) {
		return false;
	}
	if (group->member_count > 0) {
		memcpy(members, group->members,
		    group->member_count * sizeof(*members));
	}
	members[group->member_count++] = workload;
	group->members = members;
	return true;
}

/* In each of the other groups; they are changed in place, one by one. */
static zta_status
try_groups(zta_account *a, zta_str workload)
{
	zta_trust_model model = a->version->model;
	zta_group *groups = zta_arena__alloc(
	    &a->arena, (model.group_count + 1) * sizeof(*groups));
	zta_snapshot version;
	zta_group was;
	uint32_t i;
	zta_status status;

	if (groups == NULL) {
		return zta_arena__failed(&a->arena, a->err);
	}
	if (model.group_count > 0) {
		memcpy(groups, model.groups, model.group_count * sizeof(was));
	}
	model.groups = groups;
	status = open_tried(a, &model, elevation_text(a));
	for (i = 0; status == ZTA_OK && i < model.group_count; i++) {
		was = groups[i];
		if (zta_group__has(&was, workload)) {
			continue;
		}
		if (!add_member(a, &groups[i], workload)) {
			return zta_arena__failed(&a->arena, a->err);
		}
		vary(a->version, &model, a->tried, &version);
		status = zta_why__try(
		    a, &version, a->replay.txn, ZTA_WHY_GROUP, was.name);
		groups[i] = was;
	}
	return status;
}

static zta_status
try_act_for(zta_account *a)
{
	zta_snapshot version;
	zta_status status = open_tried(a, &a->version->model, ANYBODY);

	if (status != ZTA_OK) {
		return status;
	}
	vary(a->version, &a->version->model, a->tried, &version);
	return zta_why__try(
	    a, &version, a->replay.txn, ZTA_WHY_ACT_FOR, ZTA_STR(""));
}

zta_status
zta_why__workload(zta_account *a)
{
	zta_str workload = a->leaf.rings[a->again.ring - 1].workload;
	zta_status status;

	if (zta_trust_model__is_quarantined(&a->version->model, workload)) {
		return try_restore(a, workload);
	}
	status = try_proofs(a);
	if (status == ZTA_OK) {
		status = try_groups(a, workload);
	}
	return status != ZTA_OK ? status : try_act_for(a);
}
