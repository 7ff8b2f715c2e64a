/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_files.c - the files of a version, all read or on a base; see ledger.h. */
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "ledger/ledger.h"
#include "ledger/tree_diff.h"

typedef struct reader {
	const zta_object_source *source;
	zta_arena *arena;
	zta_tree *out;
	zta_error *err;
} reader;

/* A file as it is in the base, whose memory may be gone before this tree's. */
static zta_status
keep(reader *r, const zta_tree_file *was)
{
	zta_tree_file *file = &r->out->files[r->out->count++];

	*file = *was;
	file->path = zta_arena__copy(r->arena, was->path);
	if (!was->lent) {
		file->text = zta_arena__copy(r->arena, was->text);
	}
	return file->path.ptr != NULL && file->text.ptr != NULL ?
	    ZTA_OK :
	    zta_arena__failed(r->arena, r->err);
}

static zta_status
add(reader *r, const zta_tree_change *change)
{
	zta_tree_file *file = &r->out->files[r->out->count++];

	*file = (zta_tree_file){ .path = change->path, .blob = change->after };
	return zta_object__read(r->source, &file->blob, ZTA_OBJECT_BLOB,
	    r->arena, &file->text, r->err);
}

/* The files of the base, and the changes, in the order that they share. */
static zta_status
merge(reader *r, const zta_tree *base, const zta_tree_changes *changes)
{
	const zta_tree_change *change = changes->items;
	uint32_t left = changes->count, i = 0;
	zta_status status = ZTA_OK;
	int by;

	while (status == ZTA_OK && (i < base->count || left > 0)) {
		by = left == 0 ?
		    -1 :
		    i < base->count ?
		    zta_str__cmp(base->files[i].path, change->path) :
		    1;
		if (by < 0) {
			status = keep(r, &base->files[i]);
		} else if (change->kind != ZTA_TREE_REMOVED) {
			status = add(r, change);
		}
		i += by <= 0;
		change += by >= 0;
		left -= by >= 0;
	}
	return status;
}

zta_status
zta_ledger__files_of(const zta_object_source *source, const zta_oid *tree,
    const zta_tree *base, zta_arena *arena, zta_tree *out, zta_error *err)
{
	static const zta_tree none = { 0 };
	reader r = { source, arena, out, err };
	zta_tree_changes changes;
	zta_status status;

	base = base == NULL || zta_oid__is_none(&base->root) ? &none : base;
	*out = (zta_tree){ 0 };
	status = zta_tree_diff__run(arena, source,
	    base == &none ? NULL : &base->root, tree, &changes, err);
	if (status != ZTA_OK) {
		return status;
	}
	out->files = zta_arena__alloc(arena,
	    ((size_t)base->count + changes.count + 1) * sizeof(*out->files));
	if (out->files == NULL) {
		return zta_arena__failed(arena, err);
	}
	status = merge(&r, base, &changes);
	if (status == ZTA_OK && out->count > 2 * ZTA_LEDGER_FILES_MAX) {
		status = zta_error__set(
		    err, ZTA_ELIMIT, "the trees have too many files");
	}
	out->root = *tree;
	zta_oid__hex(tree, out->id);
	return status;
}

zta_status
zta_ledger__files_on(const zta_ledger *ledger, const zta_oid *commit,
    const zta_tree *base, zta_arena *arena, zta_tree *out, zta_error *err)
{
	zta_object_source source = zta_ledger__source(ledger);
	zta_commit decoded;
	zta_status status =
	    zta_ledger__commit(ledger, commit, arena, &decoded, err);

	*out = (zta_tree){ 0 };
	return status != ZTA_OK ?
	    status :
	    zta_ledger__files_of(&source, &decoded.tree, base, arena, out, err);
}

zta_status
zta_ledger__files(const zta_ledger *ledger, const zta_oid *commit,
    zta_arena *arena, zta_tree *out, zta_error *err)
{
	return zta_ledger__files_on(ledger, commit, NULL, arena, out, err);
}
