/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_diff.c - see tree_diff.h. Every tree that is well formed has an entry,
 * so the limits on depth and on files bound the work, whatever a tree names
 * how often.
 */
#include "ledger/tree_diff.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "ledger/name.h"
#include "ledger/tree_object.h"

typedef struct differ {
	zta_arena *arena;
	const zta_object_source *source;
	zta_tree_changes *out;
	uint32_t room;
	uint32_t depth;
	zta_error *err;
} differ;

static zta_status diff_trees(
    differ *d, zta_str path, const zta_oid *before, const zta_oid *after);

static zta_status
add_change(differ *d, zta_str path, const zta_tree_entry *before,
    const zta_tree_entry *after)
{
	zta_tree_changes *out = d->out;
	uint32_t more = d->room == 0 ? 16 : d->room * 2;
	zta_tree_change *change;
	void *grown;

	/* Both trees may be full of files that the other has not. */
	if (out->count >= 2 * ZTA_LEDGER_FILES_MAX) {
		return zta_error__set(
		    d->err, ZTA_ELIMIT, "the trees have too many files");
	}
	if (out->count == d->room) {
		grown = zta_arena__grow(d->arena, out->items, out->count, more,
		    sizeof(*out->items));
		if (grown == NULL) {
			return zta_arena__failed(d->arena, d->err);
		}
		out->items = grown;
		d->room = more;
	}
	change = &out->items[out->count++];
	*change = (zta_tree_change){ .path = path };
	if (before != NULL) {
		change->kind = ZTA_TREE_REMOVED;
		change->before = before->oid;
	}
	if (after != NULL) {
		change->kind =
		    before == NULL ? ZTA_TREE_ADDED : ZTA_TREE_CHANGED;
		change->after = after->oid;
	}
	return ZTA_OK;
}

/* One name; NULL where a side does not have it. */
static zta_status
diff_entry(differ *d, zta_str dir, const zta_tree_entry *before,
    const zta_tree_entry *after)
{
	const zta_tree_entry *any = before == NULL ? after : before;
	zta_str path;
	zta_status status;

	if (before != NULL && after != NULL &&
	    zta_oid__eq(&before->oid, &after->oid)) {
		return ZTA_OK;
	}
	status = zta_ledger_name__join(d->arena, dir, any->name, &path, d->err);
	if (status != ZTA_OK) {
		return status;
	}
	return any->directory ?
	    diff_trees(d, path, before == NULL ? NULL : &before->oid,
		after == NULL ? NULL : &after->oid) :
	    add_change(d, path, before, after);
}

static zta_status
load(differ *d, const zta_oid *oid, zta_tree_object *out)
{
	*out = (zta_tree_object){ 0 };
	return oid == NULL ?
	    ZTA_OK :
	    zta_tree_object__read(d->arena, d->source, oid, out, d->err);
}

/* Go through both in the order that they share. */
static zta_status
merge(differ *d, zta_str path, const zta_tree_object *before,
    const zta_tree_object *after)
{
	const zta_tree_entry *a, *b;
	uint32_t i = 0, j = 0;
	zta_status status = ZTA_OK;
	int by;

	while (status == ZTA_OK && (i < before->count || j < after->count)) {
		a = i < before->count ? &before->entries[i] : NULL;
		b = j < after->count ? &after->entries[j] : NULL;
		by = a == NULL ? 1 : b == NULL ? -1 : zta_tree_entry__cmp(a, b);
		status =
		    diff_entry(d, path, by <= 0 ? a : NULL, by >= 0 ? b : NULL);
		i += by <= 0;
		j += by >= 0;
	}
	return status;
}

static zta_status
diff_trees(differ *d, zta_str path, const zta_oid *before, const zta_oid *after)
{
	zta_tree_object a, b;
	zta_status status;

	if (d->depth >= ZTA_LEDGER_DEPTH_MAX) {
		status = zta_error__set(
		    d->err, ZTA_ELIMIT, "directories nest too deep");
		zta_error__place(d->err, "%.*s", ZTA_STR_ARG(path));
		return status;
	}
	status = load(d, before, &a);
	if (status == ZTA_OK) {
		status = load(d, after, &b);
	}
	if (status != ZTA_OK) {
		return status;
	}
	d->depth++;
	status = merge(d, path, &a, &b);
	d->depth--;
	return status;
}

zta_status
zta_tree_diff__run(zta_arena *arena, const zta_object_source *source,
    const zta_oid *before, const zta_oid *after, zta_tree_changes *out,
    zta_error *err)
{
	differ d = { .arena = arena, .source = source, .out = out, .err = err };

	*out = (zta_tree_changes){ 0 };
	if (before != NULL && after != NULL && zta_oid__eq(before, after)) {
		return ZTA_OK;
	}
	return diff_trees(&d, ZTA_STR(""), before, after);
}
