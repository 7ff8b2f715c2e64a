/* SPDX-License-Identifier: Apache-2.0 */
/* recorded.c - see recorded.h: a record against what it is held to. */
#include "pap/recorded.h"

#include "base/error.h"
#include "base/str.h"

/* --- a copy, in one piece of memory */

static size_t
size_of(const zta_leaf_list *list)
{
	size_t size = list->count * sizeof(*list->items);
	uint32_t i;

	for (i = 0; i < list->count; i++) {
		size += list->items[i].len;
	}
	return size;
}

static zta_str
put(char **at, zta_str text)
{
	const zta_str copy = { *at, text.len };

	if (text.len > 0) {
		memcpy(*at, text.ptr, text.len);
		*at += text.len;
	}
	return copy;
}

/* The items are at `items`, what they say at `at`. */
static zta_leaf_list
put_list(char **at, zta_str **items, const zta_leaf_list *list)
{
	const zta_leaf_list copy = { *items, list->count };
	uint32_t i;

	for (i = 0; i < list->count; i++) {
		*(*items)++ = put(at, list->items[i]);
	}
	return copy;
}

static size_t
size_of_rings(const zta_leaf *leaf)
{
	size_t size = leaf->ring_count * sizeof(*leaf->rings);
	uint32_t i;

	for (i = 0; i < leaf->ring_count; i++) {
		size += leaf->rings[i].workload.len + leaf->rings[i].proof.len;
	}
	return size;
}

bool
zta_recorded__keep(zta_arena *arena, const zta_leaf *leaf, zta_leaf *out)
{
	const zta_str *const texts[] = { &leaf->id, &leaf->commit,
		&leaf->subject_type, &leaf->subject_id, &leaf->action,
		&leaf->resource_type, &leaf->resource_id, &leaf->leg,
		&leaf->code };
	zta_str *const copies[] = { &out->id, &out->commit, &out->subject_type,
		&out->subject_id, &out->action, &out->resource_type,
		&out->resource_id, &out->leg, &out->code };
	const size_t lists = (size_t)leaf->policies.count +
	    leaf->elevation.count + leaf->errors.count;
	size_t size = size_of_rings(leaf) + size_of(&leaf->policies) +
	    size_of(&leaf->elevation) + size_of(&leaf->errors);
	zta_leaf_ring *rings;
	zta_str *items;
	char *at;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size += texts[i]->len;
	}
	/* Rings, then items, then what all of them say. */
	rings = zta_arena__alloc(arena, size);
	if (rings == NULL) {
		return false;
	}
	items = (zta_str *)(void *)(rings + leaf->ring_count);
	at = (char *)(items + lists);
	*out = (zta_leaf){ .time = leaf->time,
		.rings = rings,
		.ring_count = leaf->ring_count,
		.allowed = leaf->allowed,
		.ring = leaf->ring };
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*copies[i] = put(&at, *texts[i]);
	}
	for (i = 0; i < leaf->ring_count; i++) {
		rings[i] = (zta_leaf_ring){ .workload = put(
						&at, leaf->rings[i].workload),
			.proof = put(&at, leaf->rings[i].proof),
			.at = leaf->rings[i].at };
	}
	out->policies = put_list(&at, &items, &leaf->policies);
	out->elevation = put_list(&at, &items, &leaf->elevation);
	out->errors = put_list(&at, &items, &leaf->errors);
	return true;
}

/* --- the request and the decision */

bool
zta_recorded__has_rings(const zta_leaf *leaf, const zta_txn *txn)
{
	uint32_t i;

	if ((txn == NULL ? 0 : txn->ring_count) != leaf->ring_count) {
		return false;
	}
	for (i = 0; i < leaf->ring_count; i++) {
		if (!zta_str__eq(
			txn->rings[i].workload, leaf->rings[i].workload) ||
		    !zta_str__is(leaf->rings[i].proof,
			zta_proof__name(txn->rings[i].proof)) ||
		    txn->rings[i].at != leaf->rings[i].at) {
			return false;
		}
	}
	return true;
}

bool
zta_recorded__is_of(const zta_leaf *leaf, const zta_replay *replay)
{
	const zta_authzen *r = &replay->request;

	return replay->time == leaf->time &&
	    zta_str__eq(r->subject_type, leaf->subject_type) &&
	    zta_str__eq(r->subject_id, leaf->subject_id) &&
	    zta_str__eq(r->action, leaf->action) &&
	    zta_str__eq(r->resource_type, leaf->resource_type) &&
	    zta_str__eq(r->resource_id, leaf->resource_id) &&
	    zta_recorded__has_rings(leaf, replay->txn);
}

static bool
is_same_list(const zta_str *list, uint32_t count, const zta_leaf_list *recorded)
{
	uint32_t i;

	for (i = 0; i < count && i < recorded->count; i++) {
		if (!zta_str__eq(list[i], recorded->items[i])) {
			return false;
		}
	}
	return count == recorded->count;
}

bool
zta_recorded__agrees(const zta_leaf *leaf, const zta_decision *d)
{
	return (d->effect == ZTA_ALLOW) == leaf->allowed &&
	    zta_str__is(leaf->leg, d->leg) &&
	    zta_str__is(leaf->code, d->code) && d->ring == leaf->ring &&
	    is_same_list(d->policies, d->policy_count, &leaf->policies) &&
	    is_same_list(d->elevation, d->elevation_count, &leaf->elevation) &&
	    is_same_list(d->errors, d->error_count, &leaf->errors);
}

/* --- the version */

/* The commit of this tree, from `at` back; none: there is none. */
static zta_status
find_tree(const zta_ledger *ledger, const zta_oid *tree, zta_oid at,
    zta_oid *out, zta_error *err)
{
	zta_commit commit;
	zta_arena scratch;
	zta_status status = ZTA_OK;

	zta_arena__init(&scratch, SIZE_MAX);
	while (status == ZTA_OK && zta_oid__is_none(out)) {
		zta_arena__reset(&scratch);
		status =
		    zta_ledger__commit(ledger, &at, &scratch, &commit, err);
		if (status == ZTA_OK && zta_oid__eq(&commit.tree, tree)) {
			*out = at;
		}
		if (status != ZTA_OK || !commit.has_parent) {
			break;
		}
		at = commit.parent;
	}
	zta_arena__release(&scratch);
	return status;
}

zta_status
zta_recorded__commit(
    zta_workspace *w, zta_str name, zta_oid *out, zta_error *err)
{
	zta_arena scratch;
	zta_commit commit;
	zta_oid named, head;
	zta_status status;

	*out = (zta_oid){ 0 };
	if (!zta_oid__parse(name, &named)) {
		return ZTA_OK;
	}
	zta_arena__init(&scratch, SIZE_MAX);
	status =
	    zta_ledger__commit(&w->ledger, &named, &scratch, &commit, NULL);
	zta_arena__release(&scratch);
	if (status == ZTA_OK) {
		*out = named;
		return ZTA_OK;
	}
	if (status == ZTA_ENOMEM) {
		return zta_error__nomem(err);
	}
	status = zta_workspace__head(w, &head, err);
	return status != ZTA_OK || zta_oid__is_none(&head) ?
	    status :
	    find_tree(&w->ledger, &named, head, out, err);
}

zta_status
zta_recorded__version(
    zta_workspace *w, zta_str name, zta_report **out, zta_error *err)
{
	zta_arena arena;
	zta_tree tree;
	zta_oid commit;
	zta_status status = zta_recorded__commit(w, name, &commit, err);

	*out = NULL;
	if (status != ZTA_OK || zta_oid__is_none(&commit)) {
		return status;
	}
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_ledger__files(&w->ledger, &commit, &arena, &tree, err);
	if (status != ZTA_OK) {
		zta_arena__release(&arena);
		return status;
	}
	return zta_report__tree(out, &arena, &tree, 0, err);
}
