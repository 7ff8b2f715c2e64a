/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workspace_checkout.c - put a version into the folder. What a file says is safe
 * if the store has it: that is asked, instead of remembering what the folder
 * was made from.
 */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/str.h"
#include "pap/folder.h"
#include "pap/workspace.h"

typedef struct mover {
	zta_workspace *workspace;
	zta_files folder, target;
	bool force;
	bool strange; /* there is more in the folder than files of a ledger */
	bool *safe;   /* of each file of the folder: the store has it */
	zta_ledger_change *list;
	zta_ledger_place *places;
	size_t count, place_count;
	zta_error *err;
} mover;

/* Which files of the folder are in the store? */
static zta_status
ask_store(mover *m)
{
	zta_workspace *w = m->workspace;
	uint32_t i, count = m->folder.count;
	zta_oid *oids =
	    zta_arena__alloc(&w->arena, ((size_t)count + 1) * sizeof(*oids));

	m->safe = zta_arena__alloc(&w->arena, (size_t)count + 1);
	if (oids == NULL || m->safe == NULL) {
		return zta_arena__failed(&w->arena, m->err);
	}
	for (i = 0; i < count; i++) {
		oids[i] = m->folder.files[i].blob;
	}
	return count == 0 ? ZTA_OK :
			    zta_store__object_has(w->store, w->ledger.name,
				oids, count, m->safe, m->err);
}

/* Does a file here stand where the version has a directory, or within one? */
static bool
is_in_the_way(const mover *m, zta_str path)
{
	zta_str above = path, other;
	uint32_t low = 0, high = m->target.count, middle;

	for (above.len = 0; above.len < path.len; above.len++) {
		if (path.ptr[above.len] == '/' &&
		    zta_files__find(&m->target, above) != ZTA_FILES_NONE) {
			return true;
		}
	}
	/* The first path behind this one that is not "path.x" or "path-x". */
	while (low < high) {
		middle = low + (high - low) / 2;
		other = m->target.files[middle].path;
		if (zta_str__starts(other, path) && other.len > path.len ?
			(unsigned char)other.ptr[path.len] < '/' :
			zta_str__cmp(other, path) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	if (low == m->target.count) {
		return false;
	}
	other = m->target.files[low].path;
	return zta_str__starts(other, path) && other.len > path.len &&
	    other.ptr[path.len] == '/';
}

static void
refuse(mover *m, zta_str path, const char *why)
{
	m->places[m->place_count++] =
	    (zta_ledger_place){ .file = path, .message = why };
}

/* Is there a link, say, which is no file of the folder? */
static bool
hides_something(const mover *m, zta_str path)
{
	char full[PATH_MAX];
	struct stat info;
	int len = snprintf(full, sizeof(full), "%s/%.*s", m->workspace->dir,
	    ZTA_STR_ARG(path));

	return m->strange && len >= 0 && (size_t)len < sizeof(full) &&
	    lstat(full, &info) == 0;
}

/* One file that differs; it is made, replaced, removed, or left alone. */
static void
consider(mover *m, const zta_ledger_change *change)
{
	uint32_t here = zta_files__find(&m->folder, change->path);
	bool safe = m->force ||
	    (here == ZTA_FILES_NONE ? !hides_something(m, change->path) :
				      m->safe[here]);

	if (change->kind == ZTA_LEDGER_REMOVED && !m->safe[here] &&
	    !(m->force && is_in_the_way(m, change->path))) {
		if (is_in_the_way(m, change->path)) {
			refuse(m, change->path,
			    "it is in no commit, and in the way");
		}
		return;
	}
	if (!safe) {
		refuse(m, change->path,
		    "it is in no commit, and would be overwritten");
		return;
	}
	m->list[m->count++] = *change;
}

static zta_status
choose(mover *m)
{
	zta_workspace *w = m->workspace;
	zta_ledger_changes all;
	size_t i;
	zta_status status = zta_workspace__changes(
	    w, &m->folder, &m->target, true, &all, m->err);

	if (status != ZTA_OK) {
		return status;
	}
	m->list =
	    zta_arena__alloc(&w->arena, (all.count + 1) * sizeof(*m->list));
	m->places =
	    zta_arena__alloc(&w->arena, (all.count + 1) * sizeof(*m->places));
	if (m->list == NULL || m->places == NULL) {
		return zta_arena__failed(&w->arena, m->err);
	}
	for (i = 0; i < all.count; i++) {
		consider(m, &all.list[i]);
	}
	return ZTA_OK;
}

zta_status
zta_workspace_checkout(zta_workspace *w, const char *commit, bool force,
    zta_workspace_checked *out, zta_error *err)
{
	mover m = { .workspace = w, .force = force, .err = err };
	zta_oid oid;
	zta_status status = zta_workspace__resolve(w, commit, &oid, err);

	*out = (zta_workspace_checked){ 0 };
	if (status == ZTA_OK) {
		status = zta_workspace__files(w, &oid, &m.target, err);
	}
	if (status == ZTA_OK) {
		status = zta_workspace__read(w, &m.folder, &m.strange, err);
	}
	if (status == ZTA_OK) {
		status = ask_store(&m);
	}
	if (status == ZTA_OK) {
		status = choose(&m);
	}
	if (status != ZTA_OK) {
		return status;
	}
	out->places = m.places;
	out->place_count = m.place_count;
	out->changes = (zta_ledger_changes){ m.list, m.count };
	return m.place_count > 0 ?
	    ZTA_OK :
	    zta_folder__apply(w->dir, &out->changes, err);
}
