/* SPDX-License-Identifier: Apache-2.0 */
/* workspace.c - open a workspace, and look how it is; see workspace.h. */
#include "pap/workspace.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/str.h"
#include "pap/recall.h"
#include "trust/elevation.h"

/* --- finding and opening */

/* Is there a workspace in `dir`, and is it the root of the file system? */
static bool
is_top(const char *dir, bool *root)
{
	char path[PATH_MAX];
	struct stat here, above;
	int len = snprintf(path, sizeof(path), "%s/..", dir);

	*root = len < 0 || (size_t)len >= sizeof(path) ||
	    stat(dir, &here) != 0 || stat(path, &above) != 0 ||
	    (here.st_dev == above.st_dev && here.st_ino == above.st_ino);
	len = snprintf(path, sizeof(path), "%s/.ztauth/config.json", dir);
	return len >= 0 && (size_t)len < sizeof(path) &&
	    access(path, F_OK) == 0;
}

/* "<dir>/..", or ".." from here. */
static zta_status
go_up(zta_workspace *w, zta_error *err)
{
	bool here = strcmp(w->dir, ".") == 0;
	size_t len = here ? 0 : strlen(w->dir);
	char *path = zta_arena__alloc(&w->arena, len + sizeof("/.."));

	if (path == NULL) {
		return zta_arena__failed(&w->arena, err);
	}
	(void)snprintf(path, len + sizeof("/.."), "%s%s..", here ? "" : w->dir,
	    here ? "" : "/");
	w->dir = path;
	return ZTA_OK;
}

static zta_status
find_top(zta_workspace *w, const char *dir, zta_error *err)
{
	bool root = false;
	zta_status status = ZTA_OK;

	w->dir = zta_arena__cstr(&w->arena, zta_str_of(dir));
	if (w->dir == NULL) {
		return zta_arena__failed(&w->arena, err);
	}
	while (status == ZTA_OK && !is_top(w->dir, &root)) {
		if (root) {
			status = zta_error__set(err, ZTA_ENOTFOUND,
			    "neither this folder nor one above is a "
			    "workspace; `ztauth init` makes one");
			zta_error__place(err, "%s", dir);
			return status;
		}
		status = go_up(w, err);
	}
	return status;
}

/* Open what its configuration names. */
static zta_status
open_ledger(zta_workspace *w, zta_error *err)
{
	const zta_workspace_config *config = &w->config;
	size_t len = config->zone.len + 1 + config->name.len;
	char *name = zta_arena__alloc(&w->arena, len + 1);
	char *store = zta_workspace__path(w, "store.db");

	if (name == NULL || store == NULL) {
		return zta_arena__failed(&w->arena, err);
	}
	(void)snprintf(name, len + 1, "%.*s/%.*s", ZTA_STR_ARG(config->zone),
	    ZTA_STR_ARG(config->name));
	w->ledger.name = (zta_str){ name, len };
	return zta_store__open(&w->store, store, err);
}

zta_status
zta_workspace_open(zta_workspace **out, const char *dir, zta_error *err)
{
	zta_workspace *w = calloc(1, sizeof(*w));
	char *config;
	zta_status status;

	*out = NULL;
	if (w == NULL) {
		return zta_error__nomem(err);
	}
	zta_arena__init(&w->arena, SIZE_MAX);
	status = find_top(w, dir, err);
	if (status == ZTA_OK) {
		config = zta_workspace__path(w, "config.json");
		status = config == NULL ? zta_arena__failed(&w->arena, err) :
					  zta_workspace_config__read(&w->arena,
					      config, &w->config, err);
	}
	if (status == ZTA_OK) {
		status = open_ledger(w, err);
		w->ledger.store = w->store;
	}
	if (status != ZTA_OK) {
		zta_workspace_close(w);
		return status;
	}
	*out = w;
	return ZTA_OK;
}

void
zta_workspace_close(zta_workspace *w)
{
	if (w != NULL) {
		zta_report__close(w->report);
		zta_report__close(w->refusal);
		zta_report__close(w->head_report);
		zta_elevation__close(w->elevation);
		zta_store__close(w->store);
		zta_arena__release(&w->arena);
		free(w);
	}
}

const char *
zta_workspace_dir(const zta_workspace *w)
{
	return w->dir;
}

char *
zta_workspace__path(zta_workspace *w, const char *name)
{
	static const char beside[] = "/.ztauth/";
	size_t len = strlen(w->dir) + sizeof(beside) + strlen(name);
	char *path = zta_arena__alloc(&w->arena, len);

	if (path != NULL) {
		(void)snprintf(path, len, "%s%s%s", w->dir, beside, name);
	}
	return path;
}

/* --- looking */

zta_status
zta_workspace__head(zta_workspace *w, zta_oid *out, zta_error *err)
{
	zta_error why = { 0 };
	zta_status status =
	    zta_ledger__ref(&w->ledger, ZTA_LEDGER_MAIN, out, &why);

	if (status == ZTA_ENOTFOUND) {
		*out = (zta_oid){ 0 };
		return ZTA_OK;
	}
	if (status != ZTA_OK && err != NULL) {
		*err = why;
	}
	return status;
}

static void
note(void *context, zta_str file, const zta_error *why)
{
	bool *strange = context;

	(void)file;
	(void)why;
	*strange = true;
}

zta_status
zta_workspace__read(
    zta_workspace *w, zta_files *out, bool *strange, zta_error *err)
{
	zta_error_sink sink = { note, strange, ZTA_STR(""), 0, UINT32_MAX };
	zta_error why = { 0 };
	zta_tree *tree = zta_arena__zalloc(&w->arena, 1, sizeof(*tree));
	zta_tree_memory memory;
	zta_recall recall;
	zta_status status;

	*strange = false;
	if (tree == NULL) {
		return zta_arena__failed(&w->arena, err);
	}
	zta_recall__open(&recall, w->dir, false);
	memory = zta_recall__begin(&recall, false);
	/* Who is told has to be told something. */
	status = zta_tree__look_dir(
	    &w->arena, w->dir, &memory, &sink, tree, err == NULL ? &why : err);
	zta_recall__close(&recall);
	return status != ZTA_OK ?
	    status :
	    zta_files__of_tree(tree, w->dir, &w->arena, out, err);
}

zta_status
zta_workspace__demand_clean(zta_workspace *w, zta_files *head, zta_error *err)
{
	zta_ledger_changes changes = { 0 };
	zta_files folder;
	zta_oid oid;
	bool strange = false;
	zta_status status = zta_workspace__head(w, &oid, err);

	if (status == ZTA_OK) {
		status = zta_workspace__files(w, &oid, head, err);
	}
	if (status == ZTA_OK) {
		status = zta_workspace__read(w, &folder, &strange, err);
	}
	if (status == ZTA_OK) {
		status = zta_workspace__changes(
		    w, head, &folder, false, &changes, err);
	}
	return status == ZTA_OK && (strange || changes.count > 0) ?
	    zta_error__set(err, ZTA_ECONFLICT,
		"the folder is not as HEAD has it: commit its changes first, "
		"or take them back by `ztauth checkout HEAD --force`") :
	    status;
}

zta_status
zta_workspace__files(
    zta_workspace *w, const zta_oid *commit, zta_files *out, zta_error *err)
{
	return zta_files__of_commit(&w->ledger, commit, &w->arena, out, err);
}

/* The files of what was judged. */
static zta_status
judged(zta_workspace *w, zta_files *out, zta_error *err)
{
	const zta_check *check = &w->report->check;

	return !check->listed ?
	    zta_error__set(err, ZTA_ELIMIT,
		"too much is wrong with this folder; `ztauth validate` says "
		"what") :
	    zta_files__of_tree(&check->tree, w->dir, &w->arena, out, err);
}

zta_status
zta_workspace__judge(
    zta_workspace *w, bool load, zta_files *out, zta_error *err)
{
	zta_status status;

	zta_report__close(w->report);
	status = zta_report__dir(&w->report, w->dir, 0, load, err);
	return status != ZTA_OK ? status : judged(w, out, err);
}

zta_status
zta_workspace__judge_tree(zta_workspace *w, zta_arena *arena,
    const zta_tree *tree, zta_files *out, zta_error *err)
{
	zta_status status;

	zta_report__close(w->report);
	status = zta_report__tree(&w->report, arena, tree, 0, err);
	return status != ZTA_OK ? status : judged(w, out, err);
}

zta_status
zta_workspace_look(zta_workspace *w, zta_workspace_state *out, zta_error *err)
{
	zta_files head, folder;
	zta_ledger_commit shown;
	zta_oid oid;
	zta_status status = zta_workspace__head(w, &oid, err);

	*out = (zta_workspace_state){ .ledger = w->ledger.name,
		.head = ZTA_STR("") };
	if (status == ZTA_OK && !zta_oid__is_none(&oid)) {
		status = zta_workspace__show(w, &oid, &shown, err);
		out->head = shown.id;
	}
	if (status == ZTA_OK) {
		status = zta_workspace__files(w, &oid, &head, err);
	}
	if (status == ZTA_OK) {
		status = zta_workspace__judge(w, false, &folder, err);
	}
	if (status == ZTA_OK) {
		out->report = &w->report->shown;
		status = zta_workspace__changes(
		    w, &head, &folder, false, &out->changes, err);
	}
	return status;
}
