/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.c - see tree.h. A directory is read with descriptors only (openat), so
 * that a name cannot become something else between the look and the read.
 */
#include "ledger/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"
#include "ledger/name.h"
#include "ledger/tree_object.h"

typedef struct walker {
	zta_arena *arena;
	zta_tree *tree;
	uint32_t room;
	uint32_t depth;
	zta_error_sink *sink;          /* NULL: the first error ends the walk */
	const zta_tree_memory *memory; /* NULL: nothing is known */
	bool lost; /* something was left out: there is no id */
	zta_error *err;
} walker;

/* An entry of a directory, as it was found. */
typedef struct found {
	zta_tree_entry entry;  /* first: sorted by it */
	zta_tree_stamp *stamp; /* of a file */
} found;

_Static_assert(sizeof(found) <= ZTA_SORT_ELEMENT_MAX, "they are sorted");

static zta_status walk(
    walker *w, int fd, zta_str path, zta_oid *id, bool *empty);

static zta_status
io_error(walker *w, zta_str path, const char *what)
{
	zta_status status = zta_error__errno(w->err, what);

	zta_error__place(w->err, "%.*s", ZTA_STR_ARG(path));
	return status;
}

static zta_status
wrong(walker *w, zta_str path, const char *rule)
{
	zta_status status = zta_error__set(w->err, ZTA_EINVALID, "%s", rule);

	zta_error__place(w->err, "%.*s", ZTA_STR_ARG(path));
	if (w->sink != NULL) {
		w->sink->file = path;
	}
	return status;
}

/* Is `status` a reason to leave out what it is about, and to go on? */
static bool
skips(walker *w, zta_status status)
{
	bool told = zta_error__tell(w->sink, status, w->err);

	w->lost = w->lost || told;
	return told;
}

static zta_tree_stamp
stamp_of(const struct stat *info)
{
	return (zta_tree_stamp){ .size = (uint64_t)info->st_size,
		.inode = (uint64_t)info->st_ino,
		.modified_s = info->st_mtim.tv_sec,
		.changed_s = info->st_ctim.tv_sec,
		.modified_ns = (uint32_t)info->st_mtim.tv_nsec,
		.changed_ns = (uint32_t)info->st_ctim.tv_nsec };
}

static zta_status
read_file(walker *w, int dir, const char *name, zta_str path, zta_str *text,
    zta_tree_stamp *stamp)
{
	struct stat info;
	char *to;
	ssize_t got;
	size_t len = 0;
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &info) != 0) {
		if (fd >= 0) {
			(void)close(fd);
		}
		return io_error(w, path, "read");
	}
	if (info.st_size < 0 || (size_t)info.st_size > ZTA_LEDGER_FILE_MAX) {
		(void)close(fd);
		return wrong(w, path, "the file is too large for a ledger");
	}
	to = zta_arena__alloc(w->arena, (size_t)info.st_size + 1);
	if (to == NULL) {
		(void)close(fd);
		return zta_arena__failed(w->arena, w->err);
	}
	do {
		got = read(fd, to + len, (size_t)info.st_size + 1 - len);
		len += got > 0 ? (size_t)got : 0;
	} while ((got > 0 && len <= (size_t)info.st_size) ||
	    (got < 0 && errno == EINTR));
	(void)close(fd);
	if (got < 0) {
		return io_error(w, path, "read");
	}
	if (len != (size_t)info.st_size) {
		return wrong(w, path, "the file changed while it was read");
	}
	*text = (zta_str){ to, len };
	*stamp = stamp_of(&info);
	return ZTA_OK;
}

static zta_status
add_file(walker *w, zta_str path, zta_str text, const zta_oid *blob)
{
	zta_tree *tree = w->tree;
	uint32_t more = w->room == 0 ? 64 : w->room * 2;
	zta_tree_file *bigger;

	if (tree->count >= ZTA_LEDGER_FILES_MAX) {
		return wrong(w, path, "the ledger has too many files");
	}
	if (tree->count == w->room) {
		bigger = zta_arena__grow(
		    w->arena, tree->files, tree->count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return zta_arena__failed(w->arena, w->err);
		}
		tree->files = bigger;
		w->room = more;
	}
	tree->files[tree->count++] =
	    (zta_tree_file){ .path = path, .text = text, .blob = *blob };
	return ZTA_OK;
}

/* A file: what is known of it, or what is read. */
static zta_status
visit_file(walker *w, int dir, zta_str path, found *at)
{
	const zta_tree_memory *memory = w->memory;
	zta_tree_entry *e = &at->entry;
	zta_str text = { NULL, 0 };
	zta_status status;

	if (memory != NULL &&
	    memory->knows(memory->context, path, at->stamp, &e->oid)) {
		return add_file(w, path, text, &e->oid);
	}
	status = read_file(w, dir, e->name.ptr, path, &text, at->stamp);
	if (status == ZTA_OK) {
		status = zta_oid__of(ZTA_OBJECT_BLOB, text, &e->oid, w->err);
	}
	if (status == ZTA_OK) {
		status = add_file(w, path, text, &e->oid);
	}
	if (status == ZTA_OK && memory != NULL) {
		memory->learns(memory->context, path, at->stamp, &e->oid);
	}
	return status;
}

/* One entry of a directory: its id, and whether there is nothing in it. */
static zta_status
visit(walker *w, int dir, zta_str parent, found *at, bool *empty)
{
	zta_tree_entry *e = &at->entry;
	zta_str path;
	int fd;
	zta_status status =
	    zta_ledger_name__join(w->arena, parent, e->name, &path, w->err);

	if (status != ZTA_OK) {
		return status;
	}
	if (!e->directory) {
		*empty = false;
		return visit_file(w, dir, path, at);
	}
	fd = openat(
	    dir, e->name.ptr, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? io_error(w, path, "open") :
			walk(w, fd, path, &e->oid, empty);
}

/* What kind of thing a name is; dot files and links are no part of a ledger. */
static zta_status
classify(walker *w, int dir, zta_str parent, const char *name, found *out)
{
	zta_tree_entry *e = &out->entry;
	struct stat info;
	const char *rule;
	zta_str path;
	size_t at;
	zta_status status;

	e->name = zta_str_of(name);
	e->name.ptr = zta_arena__cstr(w->arena, zta_str_of(name));
	if (e->name.ptr == NULL) {
		return zta_arena__failed(w->arena, w->err);
	}
	status =
	    zta_ledger_name__join(w->arena, parent, e->name, &path, w->err);
	if (status != ZTA_OK) {
		return status;
	}
	rule = zta_ledger_name__breaks(e->name, &at);
	if (rule != NULL) {
		return wrong(w, path, rule);
	}
	if (fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
		return io_error(w, path, "read");
	}
	if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
		return wrong(w, path,
		    "a ledger holds files and directories, nothing else");
	}
	e->directory = S_ISDIR(info.st_mode);
	out->stamp = zta_arena__alloc(w->arena, sizeof(*out->stamp));
	if (out->stamp == NULL) {
		return zta_arena__failed(w->arena, w->err);
	}
	*out->stamp = stamp_of(&info);
	return ZTA_OK;
}

/* No part of a ledger, and no error: what git keeps, and what we keep. */
static bool
is_beside(zta_str dir, const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    (dir.len == 0 &&
		(strcmp(name, ".git") == 0 || strcmp(name, ".ztauth") == 0));
}

static zta_status
list(walker *w, DIR *stream, zta_str path, found **out, uint32_t *count)
{
	const struct dirent *item;
	found *entries = NULL;
	uint32_t room = 0;
	zta_status status = ZTA_OK;

	*count = 0;
	while (status == ZTA_OK && (item = readdir(stream)) != NULL) {
		if (is_beside(path, item->d_name)) {
			continue;
		}
		if (*count >= ZTA_LEDGER_FILES_MAX) {
			return wrong(w, path, "the ledger has too many files");
		}
		if (*count == room) {
			entries = zta_arena__grow(w->arena, entries, *count,
			    room == 0 ? 16 : room * 2, sizeof(*entries));
			if (entries == NULL) {
				return zta_arena__failed(w->arena, w->err);
			}
			room = room == 0 ? 16 : room * 2;
		}
		status = classify(
		    w, dirfd(stream), path, item->d_name, &entries[*count]);
		if (skips(w, status)) {
			status = ZTA_OK;
		} else {
			(*count)++;
		}
	}
	*out = entries;
	return status;
}

/* What is in a directory, sorted; empty directories are not, as in git. */
static zta_status
visit_all(walker *w, DIR *stream, zta_str path, zta_tree_object *tree)
{
	found *entries = NULL;
	uint32_t i, count = 0;
	bool empty;
	zta_status status = list(w, stream, path, &entries, &count);

	zta_sort__run(entries, count, sizeof(*entries), zta_tree_entry__cmp);
	tree->entries = zta_arena__alloc(
	    w->arena, ((size_t)count + 1) * sizeof(*tree->entries));
	if (tree->entries == NULL) {
		return zta_arena__failed(w->arena, w->err);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = visit(w, dirfd(stream), path, &entries[i], &empty);
		if (skips(w, status)) {
			status = ZTA_OK;
		} else if (status == ZTA_OK && !empty) {
			tree->entries[tree->count++] = entries[i].entry;
		}
	}
	return status;
}

/* The id of a directory. With a sink, names that clash only cost it the id. */
static zta_status
identify(walker *w, zta_str path, const zta_tree_object *tree, zta_oid *id)
{
	zta_buf object;
	zta_status status;

	zta_buf__init(&object, SIZE_MAX);
	status = zta_tree_object__encode(w->arena, tree, &object, w->err);
	if (status == ZTA_OK) {
		status = zta_oid__of(
		    ZTA_OBJECT_TREE, zta_buf__str(&object), id, w->err);
	} else if (status == ZTA_EINVALID && w->sink != NULL) {
		w->lost = true;
		status = ZTA_OK;
	} else {
		zta_error__replace(w->err, "%.*s", ZTA_STR_ARG(path));
	}
	zta_buf__release(&object);
	return status;
}

/* Visit a directory, whose descriptor is closed here. */
static zta_status
walk(walker *w, int fd, zta_str path, zta_oid *id, bool *empty)
{
	DIR *stream = fdopendir(fd);
	zta_tree_object tree = { 0 };
	zta_status status;

	if (stream == NULL) {
		(void)close(fd);
		return io_error(w, path, "read");
	}
	status = w->depth++ >= ZTA_LEDGER_DEPTH_MAX ?
	    wrong(w, path, "directories nest too deep") :
	    visit_all(w, stream, path, &tree);
	w->depth--;
	(void)closedir(stream);
	*empty = tree.count == 0;
	return status != ZTA_OK || *empty ? status :
					    identify(w, path, &tree, id);
}

static int
cmp_files(const void *a, const void *b)
{
	const zta_tree_file *x = a, *y = b;

	return zta_str__cmp(x->path, y->path);
}

zta_status
zta_tree__look_dir(zta_arena *arena, const char *dir,
    const zta_tree_memory *memory, zta_error_sink *sink, zta_tree *tree,
    zta_error *err)
{
	walker w = { .arena = arena,
		.tree = tree,
		.sink = sink,
		.memory = memory,
		.err = err };
	zta_oid id;
	bool empty;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	zta_status status;

	*tree = (zta_tree){ 0 };
	if (fd < 0) {
		return io_error(&w, zta_str_of(dir), "open the ledger");
	}
	status = walk(&w, fd, ZTA_STR(""), &id, &empty);
	if (status != ZTA_OK) {
		return status;
	}
	if (!empty && !w.lost) {
		zta_oid__hex(&id, tree->id);
	}
	zta_sort__run(
	    tree->files, tree->count, sizeof(*tree->files), cmp_files);
	return ZTA_OK;
}

zta_status
zta_tree__check_dir(zta_arena *arena, const char *dir, zta_error_sink *sink,
    zta_tree *tree, zta_error *err)
{
	return zta_tree__look_dir(arena, dir, NULL, sink, tree, err);
}

zta_status
zta_tree__read_dir(
    zta_arena *arena, const char *dir, zta_tree *tree, zta_error *err)
{
	return zta_tree__check_dir(arena, dir, NULL, tree, err);
}

const zta_tree_file *
zta_tree__find(const zta_tree *tree, zta_str path)
{
	uint32_t low = 0, high = tree->count, middle;
	int by;

	while (low < high) {
		middle = low + (high - low) / 2;
		by = zta_str__cmp(path, tree->files[middle].path);
		if (by == 0) {
			return &tree->files[middle];
		}
		if (by < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}
