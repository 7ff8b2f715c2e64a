/* SPDX-License-Identifier: Apache-2.0 */
/* files.c - see files.h. */
#include "pap/files.h"

#include <stdio.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "ledger/tree_diff.h"

/* Room for the files of a version. */
static zta_tree_leaf *
make_room(zta_arena *arena, uint32_t count)
{
	return zta_arena__alloc(
	    arena, ((size_t)count + 1) * sizeof(zta_tree_leaf));
}

zta_status
zta_files__of_commit(const zta_ledger *ledger, const zta_oid *commit,
    zta_arena *arena, zta_files *out, zta_error *err)
{
	zta_object_source source = zta_ledger__source(ledger);
	zta_tree_changes list;
	zta_tree_leaf *files;
	zta_commit decoded;
	uint32_t i;
	zta_status status;

	*out = (zta_files){ .commit = *commit };
	if (zta_oid__is_none(commit)) {
		return ZTA_OK;
	}
	status = zta_ledger__commit(ledger, commit, arena, &decoded, err);
	if (status == ZTA_OK) {
		status = zta_tree_diff__run(
		    arena, &source, NULL, &decoded.tree, &list, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	files = make_room(arena, list.count);
	if (files == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; i < list.count; i++) {
		files[i] =
		    (zta_tree_leaf){ list.items[i].path, list.items[i].after };
	}
	out->tree = decoded.tree;
	out->files = files;
	out->count = list.count;
	return ZTA_OK;
}

zta_status
zta_files__of_tree(const zta_tree *tree, const char *dir, zta_arena *arena,
    zta_files *out, zta_error *err)
{
	zta_tree_leaf *files = make_room(arena, tree->count);
	uint32_t i;

	*out = (zta_files){
		.files = files, .count = tree->count, .texts = tree, .dir = dir
	};
	if (files == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; i < tree->count; i++) {
		files[i] =
		    (zta_tree_leaf){ tree->files[i].path, tree->files[i].blob };
	}
	return ZTA_OK;
}

zta_status
zta_files__read(const char *dir, const zta_tree_file *file, zta_arena *arena,
    zta_str *out, zta_error *err)
{
	size_t len = strlen(dir) + 1 + file->path.len + 1;
	char *path = zta_arena__alloc(arena, len);
	zta_oid found;
	zta_status status;

	if (path == NULL) {
		return zta_arena__failed(arena, err);
	}
	(void)snprintf(path, len, "%s/%.*s", dir, ZTA_STR_ARG(file->path));
	status = zta_file__read(arena, path, ZTA_LEDGER_FILE_MAX, out, err);
	if (status == ZTA_OK) {
		status = zta_oid__of(ZTA_OBJECT_BLOB, *out, &found, err);
	}
	if (status == ZTA_OK && !zta_oid__eq(&found, &file->blob)) {
		status = zta_error__set(err, ZTA_ECONFLICT,
		    "the file changed while it was looked at; try again");
		zta_error__place(err, "%s", path);
	}
	return status;
}

zta_status
zta_files__text(const zta_ledger *ledger, const zta_files *version,
    uint32_t file, zta_arena *arena, zta_str *out, zta_error *err)
{
	zta_object_source source = zta_ledger__source(ledger);

	const zta_tree_file *read;

	if (version->texts != NULL) {
		read = &version->texts->files[file];
		*out = read->text;
		return read->text.ptr != NULL ?
		    ZTA_OK :
		    zta_files__read(version->dir, read, arena, out, err);
	}
	return zta_object__read(&source, &version->files[file].blob,
	    ZTA_OBJECT_BLOB, arena, out, err);
}

bool
zta_files__next(zta_files_walk *walk, const zta_files *before,
    const zta_files *after, uint32_t *a, uint32_t *b)
{
	bool more_a = walk->a < before->count, more_b = walk->b < after->count;
	int by = !more_a ? 1 :
	    !more_b      ? -1 :
			   zta_str__cmp(before->files[walk->a].path,
			       after->files[walk->b].path);

	if (!more_a && !more_b) {
		return false;
	}
	*a = by <= 0 ? walk->a++ : ZTA_FILES_NONE;
	*b = by >= 0 ? walk->b++ : ZTA_FILES_NONE;
	return true;
}

uint32_t
zta_files__find(const zta_files *version, zta_str path)
{
	uint32_t low = 0, high = version->count, middle;
	int by;

	while (low < high) {
		middle = low + (high - low) / 2;
		by = zta_str__cmp(path, version->files[middle].path);
		if (by == 0) {
			return middle;
		}
		if (by < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return ZTA_FILES_NONE;
}
