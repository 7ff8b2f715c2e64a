/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_build.c - see tree_build.h. Since paths ascend, the files of a directory
 * stand together, and a tree is complete when the first path outside it comes.
 */
#include "ledger/tree_build.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "ledger/tree_object.h"

typedef struct builder {
	zta_arena *arena;
	const zta_tree_leaf *next;
	uint32_t left; /* leaves from `next` on */
	const zta_object_source *source;
	const zta_object_sink *sink;
	zta_buf body; /* of the tree that is written */
	uint32_t depth;
	zta_error *err;
} builder;

static zta_status build(
    builder *b, zta_str dir, const zta_oid *base, zta_oid *out);

/* The id that the directory `name` has in `tree`, or NULL. */
static const zta_oid *
find(const zta_tree_object *tree, zta_str name)
{
	const zta_tree_entry wanted = { .name = name, .directory = true };
	uint32_t low = 0, high = tree->count, middle;
	int by;

	while (low < high) {
		middle = low + (high - low) / 2;
		by = zta_tree_entry__cmp(&wanted, &tree->entries[middle]);
		if (by == 0) {
			return &tree->entries[middle].oid;
		}
		if (by < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}

/* The entry that the next path begins with, below `dir`. */
static zta_status
build_entry(
    builder *b, zta_str dir, const zta_tree_object *base, zta_tree_entry *out)
{
	zta_str path = b->next->path;
	zta_str rest = { path.ptr + dir.len, path.len - dir.len };
	size_t slash = zta_str__find(rest, '/');

	out->name = (zta_str){ rest.ptr, slash };
	out->directory = slash < rest.len;
	if (out->directory) {
		return build(b, (zta_str){ path.ptr, dir.len + slash + 1 },
		    find(base, out->name), &out->oid);
	}
	out->oid = b->next->blob;
	b->next++;
	b->left--;
	return ZTA_OK;
}

static zta_status
build_entries(
    builder *b, zta_str dir, const zta_tree_object *base, zta_tree_object *out)
{
	uint32_t room = 0;
	void *grown;
	zta_status status = ZTA_OK;

	while (status == ZTA_OK && b->left > 0 &&
	    zta_str__starts(b->next->path, dir)) {
		if (out->count == room) {
			room = room == 0 ? 16 : room * 2;
			grown = zta_arena__grow(b->arena, out->entries,
			    out->count, room, sizeof(*out->entries));
			if (grown == NULL) {
				return zta_arena__failed(b->arena, b->err);
			}
			out->entries = grown;
		}
		status = build_entry(b, dir, base, &out->entries[out->count++]);
	}
	return status;
}

/* Give the tree its id, and write it unless it is the one of before. */
static zta_status
finish(builder *b, zta_str dir, const zta_tree_object *tree,
    const zta_oid *base, zta_oid *out)
{
	zta_status status;

	zta_buf__clear(&b->body);
	status = zta_tree_object__encode(b->arena, tree, &b->body, b->err);
	if (status != ZTA_OK) {
		zta_error__inside(b->err, "%.*s", ZTA_STR_ARG(dir));
		return status;
	}
	status =
	    zta_oid__of(ZTA_OBJECT_TREE, zta_buf__str(&b->body), out, b->err);
	if (status != ZTA_OK) {
		return status;
	}
	return base != NULL && zta_oid__eq(base, out) ?
	    ZTA_OK :
	    b->sink->write(b->sink->to, out, ZTA_OBJECT_TREE,
		zta_buf__str(&b->body), b->err);
}

/* The tree of `dir`, which is empty or ends with a slash. */
static zta_status
build(builder *b, zta_str dir, const zta_oid *base, zta_oid *out)
{
	zta_tree_object before = { 0 }, tree = { 0 };
	zta_status status = ZTA_OK;

	if (b->depth >= ZTA_LEDGER_DEPTH_MAX) {
		status = zta_error__set(
		    b->err, ZTA_ELIMIT, "directories nest too deep");
		zta_error__place(b->err, "%.*s", ZTA_STR_ARG(dir));
		return status;
	}
	if (base != NULL) {
		status = zta_tree_object__read(
		    b->arena, b->source, base, &before, b->err);
	}
	if (status == ZTA_OK) {
		b->depth++;
		status = build_entries(b, dir, &before, &tree);
		b->depth--;
	}
	return status == ZTA_OK ? finish(b, dir, &tree, base, out) : status;
}

static zta_status
check_leaves(const zta_tree_leaf *leaves, uint32_t count, zta_error *err)
{
	zta_status status;
	uint32_t i;

	if (count > ZTA_LEDGER_FILES_MAX) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "the ledger has too many files");
	}
	for (i = 1; i < count; i++) {
		if (zta_str__cmp(leaves[i - 1].path, leaves[i].path) >= 0) {
			status = zta_error__set(err, ZTA_EINVALID,
			    "paths ascend, and none stands twice");
			zta_error__place(
			    err, "%.*s", ZTA_STR_ARG(leaves[i].path));
			return status;
		}
	}
	return ZTA_OK;
}

zta_status
zta_tree_build__run(zta_arena *arena, const zta_tree_leaf *leaves,
    uint32_t count, const zta_object_source *source, const zta_oid *base,
    const zta_object_sink *sink, zta_oid *root, zta_error *err)
{
	builder b = { .arena = arena,
		.next = leaves,
		.left = count,
		.source = source,
		.sink = sink,
		.err = err };
	zta_status status = check_leaves(leaves, count, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_buf__init(&b.body, SIZE_MAX);
	status = build(&b, ZTA_STR(""), base, root);
	zta_buf__release(&b.body);
	return status;
}
