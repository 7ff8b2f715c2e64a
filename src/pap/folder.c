/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder.c - see folder.h. Everything is named from open directories, so that
 * a directory cannot become a link to another one meanwhile. The files on their
 * way are numbered; a lock on their directory keeps others out.
 */
#include "pap/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"

#define NUMBER_MAX 24

typedef struct folder {
	int top;
	int tmp; /* .ztauth/tmp */
	const zta_ledger_changes *changes;
	zta_error *err;
} folder;

static zta_status
fail(folder *f, const char *what, zta_str path)
{
	zta_status status = zta_error__errno(f->err, what);

	zta_error__place(f->err, "%.*s", ZTA_STR_ARG(path));
	return status;
}

static void
name_of(size_t number, char out[NUMBER_MAX])
{
	(void)snprintf(out, NUMBER_MAX, "%zu", number);
}

/* --- files on their way */

static zta_status
write_one(folder *f, size_t number)
{
	const zta_ledger_change *change = &f->changes->list[number];
	char name[NUMBER_MAX];
	zta_status status;
	int fd;

	name_of(number, name);
	fd = openat(f->tmp, name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0) {
		return fail(f, "write", change->path);
	}
	status = zta_file__write_all(fd, change->after, f->err);
	if (status == ZTA_OK && fsync(fd) != 0) {
		status = zta_error__errno(f->err, "sync");
	}
	if (close(fd) != 0 && status == ZTA_OK) {
		status = zta_error__errno(f->err, "close");
	}
	if (status != ZTA_OK) {
		zta_error__place(f->err, "%.*s", ZTA_STR_ARG(change->path));
	}
	return status;
}

static zta_status
write_all(folder *f)
{
	size_t i;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < f->changes->count; i++) {
		if (f->changes->list[i].kind != ZTA_LEDGER_REMOVED) {
			status = write_one(f, i);
		}
	}
	return status;
}

/* What has not been renamed is of no use. */
static void
clean_up(folder *f)
{
	char name[NUMBER_MAX];
	size_t i;

	for (i = 0; i < f->changes->count; i++) {
		name_of(i, name);
		(void)unlinkat(f->tmp, name, 0);
	}
}

/* --- places */

/*
 * Open the directory that `path` is in, made if need be, and say what the file
 * is called there.
 */
static int
open_parent(folder *f, zta_str path, bool make, char name[])
{
	zta_str rest = path, part;
	int dir = dup(f->top), next;

	while (dir >= 0 && zta_str__next(&rest, '/', &part)) {
		(void)snprintf(
		    name, ZTA_LEDGER_NAME_MAX + 1, "%.*s", ZTA_STR_ARG(part));
		if (rest.ptr == NULL) {
			break;
		}
		if (make && mkdirat(dir, name, 0777) != 0 && errno != EEXIST) {
			next = -1;
		} else {
			next = openat(dir, name,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		}
		(void)close(dir);
		dir = next;
	}
	return dir;
}

/* Remove the directories above `path` that have become empty. */
static void
prune(folder *f, zta_str path)
{
	char name[ZTA_LEDGER_NAME_MAX + 1];
	bool gone = true;
	int dir;

	while (gone && path.len > 0) {
		do {
			path.len--;
		} while (path.len > 0 && path.ptr[path.len] != '/');
		if (path.len == 0) {
			return;
		}
		dir = open_parent(f, path, false, name);
		gone = dir >= 0 && unlinkat(dir, name, AT_REMOVEDIR) == 0;
		if (dir >= 0) {
			(void)close(dir);
		}
	}
}

static zta_status
remove_one(folder *f, const zta_ledger_change *change)
{
	char name[ZTA_LEDGER_NAME_MAX + 1];
	int dir = open_parent(f, change->path, false, name);
	zta_status status = ZTA_OK;

	if (dir < 0 || (unlinkat(dir, name, 0) != 0 && errno != ENOENT)) {
		status = fail(f, "remove", change->path);
	}
	if (dir >= 0) {
		(void)close(dir);
	}
	if (status == ZTA_OK) {
		prune(f, change->path);
	}
	return status;
}

static zta_status
place_one(folder *f, size_t number)
{
	const zta_ledger_change *change = &f->changes->list[number];
	char from[NUMBER_MAX], name[ZTA_LEDGER_NAME_MAX + 1];
	int dir = open_parent(f, change->path, true, name);
	zta_status status = ZTA_OK;

	name_of(number, from);
	if (dir < 0 || renameat(f->tmp, from, dir, name) != 0) {
		status = fail(f, "write", change->path);
	}
	if (dir >= 0) {
		(void)close(dir);
	}
	return status;
}

/* Removals come first: a file may stand where a directory is to be. */
static zta_status
place_all(folder *f)
{
	const zta_ledger_change *list = f->changes->list;
	size_t i;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < f->changes->count; i++) {
		if (list[i].kind == ZTA_LEDGER_REMOVED) {
			status = remove_one(f, &list[i]);
		}
	}
	for (i = 0; status == ZTA_OK && i < f->changes->count; i++) {
		if (list[i].kind != ZTA_LEDGER_REMOVED) {
			status = place_one(f, i);
		}
	}
	return status;
}

/* --- the whole */

static zta_status
open_tmp(folder *f)
{
	static const char path[] = ".ztauth/tmp";

	if (mkdirat(f->top, path, 0700) != 0 && errno != EEXIST) {
		return fail(f, "make", ZTA_STR(path));
	}
	f->tmp = openat(
	    f->top, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (f->tmp < 0) {
		return fail(f, "open", ZTA_STR(path));
	}
	return flock(f->tmp, LOCK_EX | LOCK_NB) == 0 ?
	    ZTA_OK :
	    zta_error__set(f->err, ZTA_EUNAVAILABLE,
		"somebody else is changing the files of this workspace");
}

zta_status
zta_folder__apply(
    const char *top, const zta_ledger_changes *changes, zta_error *err)
{
	folder f = { .tmp = -1, .changes = changes, .err = err };
	zta_status status;

	f.top = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f.top < 0) {
		return fail(&f, "open", zta_str_of(top));
	}
	status = open_tmp(&f);
	if (status == ZTA_OK) {
		status = write_all(&f);
		if (status == ZTA_OK) {
			status = place_all(&f);
		}
		clean_up(&f);
	}
	if (f.tmp >= 0) {
		(void)close(f.tmp);
	}
	(void)close(f.top);
	return status;
}
