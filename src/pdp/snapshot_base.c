/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_base.c - what a snapshot takes over from another; snapshot_part.h.
 *
 * A file has not changed if it has the same path and the same id. The base is
 * whole, so what it has of a file is complete and nothing was wrong with it;
 * what holds between files is looked at again.
 */
#include "base/error.h"
#include "base/str.h"
#include "pdp/snapshot_part.h"

bool
zta_snapshot_loader__is_same(const zta_snapshot_loader *l, zta_ledger_part part)
{
	const zta_tree_file *file, *was;
	uint32_t at = 0, was_at = 0;

	if (l->base == NULL) {
		return false;
	}
	do {
		file = zta_snapshot__next_file(l->s, part, &at);
		was = zta_snapshot__next_file(l->base, part, &was_at);
	} while (file != NULL && was != NULL &&
	    zta_str__eq(file->path, was->path) &&
	    zta_oid__eq(&file->blob, &was->blob));
	return file == NULL && was == NULL;
}

void
zta_snapshot_loader__weigh_base(zta_snapshot_loader *l)
{
	if (l->base != NULL &&
	    (!l->base->whole || !zta_cedar__is_base(l->base->cedar) ||
		!zta_snapshot_loader__is_same(l, ZTA_PART_SCHEMA))) {
		l->base = NULL;
	}
}

/* The part of a set of policies that is this file; they are in its order. */
static zta_policy_file *
find_part(const zta_cedar *cedar, zta_str path, uint32_t *at)
{
	const zta_policies *policies = &cedar->policies;
	int by = 1;

	while (*at < policies->file_count && by > 0) {
		by = zta_str__cmp(path, policies->files[*at].file->name);
		*at += by > 0;
	}
	return by == 0 ? policies->files[(*at)++].file : NULL;
}

zta_policy_file *
zta_snapshot_loader__compiled(const zta_snapshot_loader *l,
    const zta_tree_file *file, zta_base_walk *walk)
{
	const zta_tree *tree;
	int by = 1;

	if (l->base == NULL) {
		return NULL;
	}
	tree = &l->base->tree;
	while (walk->file < tree->count && by > 0) {
		by = zta_str__cmp(file->path, tree->files[walk->file].path);
		walk->file += by > 0;
	}
	return by == 0 &&
		zta_oid__eq(&file->blob, &tree->files[walk->file].blob) ?
	    find_part(l->base->cedar, file->path, &walk->part) :
	    NULL;
}

/* A file of policies keeps its own text; what else was lent is copied. */
zta_status
zta_snapshot_loader__settle_texts(zta_snapshot_loader *l)
{
	zta_snapshot *s = l->s;
	zta_tree_file *file = s->tree.files;
	const zta_policy_file *part;
	uint32_t i, at = 0;

	for (i = 0; i < s->tree.count; i++, file++) {
		part = find_part(s->cedar, file->path, &at);
		if (part != NULL) {
			file->text = part->text;
		} else if (file->lent) {
			file->text = zta_arena__copy(&s->arena, file->text);
		}
		if (file->text.ptr == NULL) {
			return zta_arena__failed(&s->arena, l->err);
		}
		file->lent = part != NULL;
	}
	return ZTA_OK;
}
