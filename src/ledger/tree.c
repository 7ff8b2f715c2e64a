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

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"
#include "ledger/object.h"

typedef struct entry {
	zta_str name;
	bool directory;
} entry;

typedef struct walker {
	zta_arena *arena;
	zta_tree *tree;
	uint32_t room;
	uint32_t depth;
	zta_error_sink *sink; /* NULL: the first error ends the walk */
	zta_error *err;
} walker;

static zta_status walk(
    walker *w, int fd, zta_str path, unsigned char id[ZTA_OBJECT_ID_LEN]);

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

/* Was something wrong, and may the walk go on without it? */
static bool
skips(walker *w, zta_status *status)
{
	if (!zta_error__tell(w->sink, *status, w->err)) {
		return false;
	}
	*status = ZTA_OK;
	return true;
}

/* "dir/name", or "name" at the top. */
static zta_status
join(walker *w, zta_str dir, zta_str name, zta_str *out)
{
	size_t slash = dir.len > 0;
	char *to = zta_arena__alloc(w->arena, dir.len + slash + name.len + 1);

	if (to == NULL) {
		return zta_arena__failed(w->arena, w->err);
	}
	memcpy(to, dir.ptr, dir.len);
	to[dir.len] = '/';
	memcpy(to + dir.len + slash, name.ptr, name.len);
	to[dir.len + slash + name.len] = '\0';
	*out = (zta_str){ to, dir.len + slash + name.len };
	return ZTA_OK;
}

/* git sorts a directory as if its name ended with a slash. */
static int
cmp_entries(const void *a, const void *b)
{
	const entry *x = a, *y = b;
	size_t len = x->name.len < y->name.len ? x->name.len : y->name.len;
	int by = memcmp(x->name.ptr, y->name.ptr, len);
	unsigned char p, q;

	if (by != 0) {
		return by;
	}
	p = len < x->name.len ? (unsigned char)x->name.ptr[len] :
	    x->directory      ? '/' :
				'\0';
	q = len < y->name.len ? (unsigned char)y->name.ptr[len] :
	    y->directory      ? '/' :
				'\0';
	return p < q ? -1 : p > q;
}

static zta_status
read_file(walker *w, int dir, const char *name, zta_str path, zta_str *text)
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
	return ZTA_OK;
}

static zta_status
add_file(walker *w, zta_str path, zta_str text)
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
	tree->files[tree->count++] = (zta_tree_file){ path, text };
	return ZTA_OK;
}

/* One entry of a directory, and its line in the tree object. */
static zta_status
visit(walker *w, int dir, zta_str parent, const entry *e, zta_buf *object)
{
	unsigned char id[ZTA_OBJECT_ID_LEN];
	zta_str path, text;
	int fd;
	zta_status status = join(w, parent, e->name, &path);

	if (status != ZTA_OK) {
		return status;
	}
	if (e->directory) {
		fd = openat(dir, e->name.ptr,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0) {
			return io_error(w, path, "open");
		}
		status = walk(w, fd, path, id);
	} else {
		status = read_file(w, dir, e->name.ptr, path, &text);
		if (status == ZTA_OK) {
			status = zta_object__id("blob", text, id, w->err);
		}
		if (status == ZTA_OK) {
			status = add_file(w, path, text);
		}
	}
	if (status == ZTA_OK) {
		zta_object__put_entry(object, e->directory, e->name, id);
	}
	return status;
}

/* What kind of thing a name is; dot files and links are no part of a ledger. */
static zta_status
classify(walker *w, int dir, zta_str parent, const char *name, entry *e)
{
	struct stat info;
	zta_str path;
	zta_status status;

	e->name = zta_str_of(name);
	e->name.ptr = zta_arena__cstr(w->arena, zta_str_of(name));
	if (e->name.ptr == NULL) {
		return zta_arena__failed(w->arena, w->err);
	}
	status = join(w, parent, e->name, &path);
	if (status != ZTA_OK) {
		return status;
	}
	if (name[0] == '.') {
		return wrong(
		    w, path, "a name in a ledger begins with no point");
	}
	if (fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
		return io_error(w, path, "read");
	}
	if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
		return wrong(w, path,
		    "a ledger holds files and directories, nothing else");
	}
	e->directory = S_ISDIR(info.st_mode);
	return ZTA_OK;
}

static zta_status
list(walker *w, DIR *stream, zta_str path, entry **out, size_t *count)
{
	const struct dirent *item;
	entry *entries = NULL;
	size_t room = 0;
	zta_status status = ZTA_OK;

	*count = 0;
	while (status == ZTA_OK && (item = readdir(stream)) != NULL) {
		if (strcmp(item->d_name, ".") == 0 ||
		    strcmp(item->d_name, "..") == 0 ||
		    (path.len == 0 && strcmp(item->d_name, ".git") == 0)) {
			continue;
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
		*count += !skips(w, &status);
	}
	*out = entries;
	return status;
}

/* Visit a directory, whose descriptor is closed here. */
static zta_status
walk(walker *w, int fd, zta_str path, unsigned char id[ZTA_OBJECT_ID_LEN])
{
	DIR *stream = fdopendir(fd);
	entry *entries = NULL;
	size_t count = 0, i;
	zta_buf object;
	zta_status status;

	if (stream == NULL) {
		(void)close(fd);
		return io_error(w, path, "read");
	}
	zta_buf__init(&object, SIZE_MAX);
	status = w->depth++ >= ZTA_LEDGER_DEPTH_MAX ?
	    wrong(w, path, "directories nest too deep") :
	    list(w, stream, path, &entries, &count);
	zta_sort__run(entries, count, sizeof(*entries), cmp_entries);
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = visit(w, dirfd(stream), path, &entries[i], &object);
		(void)skips(w, &status);
	}
	if (status == ZTA_OK && object.status != ZTA_OK) {
		status = zta_error__nomem(w->err);
	}
	if (status == ZTA_OK) {
		status =
		    zta_object__id("tree", zta_buf__str(&object), id, w->err);
	}
	w->depth--;
	zta_buf__release(&object);
	(void)closedir(stream);
	return status;
}

static int
cmp_files(const void *a, const void *b)
{
	const zta_tree_file *x = a, *y = b;

	return zta_str__cmp(x->path, y->path);
}

zta_status
zta_tree__check_dir(zta_arena *arena, const char *dir, zta_error_sink *sink,
    zta_tree *tree, zta_error *err)
{
	walker w = { .arena = arena, .tree = tree, .sink = sink, .err = err };
	uint32_t told = sink == NULL ? 0 : sink->told;
	unsigned char id[ZTA_OBJECT_ID_LEN];
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	zta_status status;

	*tree = (zta_tree){ 0 };
	if (fd < 0) {
		return io_error(&w, zta_str_of(dir), "open the ledger");
	}
	status = walk(&w, fd, ZTA_STR(""), id);
	if (status != ZTA_OK) {
		return status;
	}
	if (sink == NULL || sink->told == told) {
		zta_hex__encode(
		    (zta_str){ (const char *)id, sizeof(id) }, tree->id);
	}
	tree->id[ZTA_TREE_ID_MAX - 1] = '\0';
	zta_sort__run(
	    tree->files, tree->count, sizeof(*tree->files), cmp_files);
	return ZTA_OK;
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
