/* SPDX-License-Identifier: Apache-2.0 */
/*
 * failing_disk.h - a disk under SQLite that takes so many writes and no more.
 * A layer over its usual one, which stands in the way of what changes a file.
 * Then they fail; or `disk_breaks` is called, which ends the process, perhaps
 * after it has taken back what was not synced, as if the power were cut.
 */
#ifndef ZTA_FAILING_DISK_H
#define ZTA_FAILING_DISK_H

#include <limits.h>
#include <sqlite3.h>
#include <stdlib.h>

/* Writes, syncs and truncations that pass until all fail; negative: no limit. */
static long disk_left = -1;
/* What failed, if anything. */
static bool disk_failed;
/* What happens when writes do not pass any more; NULL: they fail. */
static void (*disk_breaks)(void);

typedef struct disk_file {
	sqlite3_file base;
	bool journal;       /* the write-ahead log, not the database */
	sqlite3_file *real; /* right behind this */
} disk_file;

/* What a file was before a change that was not synced yet. */
typedef struct disk_change {
	const disk_file *file; /* NULL: it is synced */
	sqlite3_int64 at, size;
	int len;
	char *old;
} disk_change;

#define DISK_CHANGES_MAX 4096

static disk_change disk_changes[DISK_CHANGES_MAX];
static unsigned disk_change_count;

static sqlite3_vfs *disk_real;

static sqlite3_file *
disk_file_of(sqlite3_file *file)
{
	return ((disk_file *)file)->real;
}

static bool
disk_refuses(void)
{
	if (disk_left < 0) {
		return false;
	}
	if (disk_left > 0) {
		disk_left--;
		return false;
	}
	disk_failed = true;
	return true;
}

/* Keep what `len` bytes at `at` were, if somebody may want to take it back. */
static void
disk_remember(sqlite3_file *f, sqlite3_int64 at, sqlite3_int64 len)
{
	sqlite3_file *real = disk_file_of(f);
	disk_change *change = &disk_changes[disk_change_count];

	if (disk_breaks == NULL) {
		return;
	}
	if (disk_change_count++ == DISK_CHANGES_MAX ||
	    real->pMethods->xFileSize(real, &change->size) != SQLITE_OK) {
		abort();
	}
	len = change->size - at < len ? change->size - at : len;
	change->file = (disk_file *)f;
	change->at = at;
	change->len = len < 0 ? 0 : (int)len;
	change->old = malloc((size_t)change->len + 1);
	if (change->old == NULL ||
	    (change->len > 0 &&
		real->pMethods->xRead(real, change->old, change->len, at) !=
		    SQLITE_OK)) {
		abort();
	}
}

static void
disk_forget(const sqlite3_file *f)
{
	unsigned i;

	for (i = 0; i < disk_change_count; i++) {
		if (disk_changes[i].file == (const disk_file *)f) {
			free(disk_changes[i].old);
			disk_changes[i].file = NULL;
		}
	}
}

/* Take back what was not synced, of the log, or the database, or both. */
static inline void
disk_lose(bool journal, bool database)
{
	const disk_change *change;
	sqlite3_file *real;

	while (disk_change_count > 0) {
		change = &disk_changes[--disk_change_count];
		if (change->file == NULL ||
		    !(change->file->journal ? journal : database)) {
			continue;
		}
		real = change->file->real;
		if (real->pMethods->xWrite(real, change->old, change->len,
			change->at) != SQLITE_OK ||
		    real->pMethods->xTruncate(real, change->size) !=
			SQLITE_OK) {
			abort();
		}
	}
}

static int
disk_close(sqlite3_file *f)
{
	sqlite3_file *real = disk_file_of(f);

	disk_forget(f);
	return real->pMethods->xClose(real);
}

static int
disk_read(sqlite3_file *f, void *out, int len, sqlite3_int64 at)
{
	sqlite3_file *real = disk_file_of(f);

	return real->pMethods->xRead(real, out, len, at);
}

/* The write that fails leaves the half of it. */
static int
disk_write(sqlite3_file *f, const void *from, int len, sqlite3_int64 at)
{
	sqlite3_file *real = disk_file_of(f);

	disk_remember(f, at, len);
	if (disk_refuses()) {
		(void)real->pMethods->xWrite(real, from, len / 2, at);
		if (disk_breaks != NULL) {
			disk_breaks();
		}
		return SQLITE_FULL;
	}
	return real->pMethods->xWrite(real, from, len, at);
}

static int
disk_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	sqlite3_file *real = disk_file_of(f);

	disk_remember(f, size, INT_MAX);
	if (disk_refuses()) {
		if (disk_breaks != NULL) {
			disk_breaks();
		}
		return SQLITE_IOERR_TRUNCATE;
	}
	return real->pMethods->xTruncate(real, size);
}

static int
disk_sync(sqlite3_file *f, int flags)
{
	sqlite3_file *real = disk_file_of(f);

	if (disk_refuses()) {
		if (disk_breaks != NULL) {
			disk_breaks();
		}
		return SQLITE_IOERR_FSYNC;
	}
	disk_forget(f);
	return real->pMethods->xSync(real, flags);
}

static int
disk_size(sqlite3_file *f, sqlite3_int64 *size)
{
	sqlite3_file *real = disk_file_of(f);

	return real->pMethods->xFileSize(real, size);
}

static int
disk_lock(sqlite3_file *f, int kind)
{
	sqlite3_file *real = disk_file_of(f);

	return real->pMethods->xLock(real, kind);
}

static int
disk_unlock(sqlite3_file *f, int kind)
{
	sqlite3_file *real = disk_file_of(f);

	return real->pMethods->xUnlock(real, kind);
}

static int
disk_check_lock(sqlite3_file *f, int *out)
{
	sqlite3_file *real = disk_file_of(f);

	return real->pMethods->xCheckReservedLock(real, out);
}

static int
disk_control(sqlite3_file *f, int op, void *arg)
{
	sqlite3_file *real = disk_file_of(f);

	return real->pMethods->xFileControl(real, op, arg);
}

static int
disk_sector(sqlite3_file *f)
{
	sqlite3_file *real = disk_file_of(f);

	return real->pMethods->xSectorSize(real);
}

static int
disk_traits(sqlite3_file *f)
{
	sqlite3_file *real = disk_file_of(f);

	return real->pMethods->xDeviceCharacteristics(real);
}

static int
disk_shm_map(
    sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	sqlite3_file *real = disk_file_of(f);

	return real->pMethods->xShmMap(real, page, size, extend, out);
}

static int
disk_shm_lock(sqlite3_file *f, int at, int count, int flags)
{
	sqlite3_file *real = disk_file_of(f);

	return real->pMethods->xShmLock(real, at, count, flags);
}

static void
disk_shm_barrier(sqlite3_file *f)
{
	sqlite3_file *real = disk_file_of(f);

	real->pMethods->xShmBarrier(real);
}

static int
disk_shm_unmap(sqlite3_file *f, int remove)
{
	sqlite3_file *real = disk_file_of(f);

	return real->pMethods->xShmUnmap(real, remove);
}

static const sqlite3_io_methods disk_methods = { .iVersion = 2,
	.xClose = disk_close,
	.xRead = disk_read,
	.xWrite = disk_write,
	.xTruncate = disk_truncate,
	.xSync = disk_sync,
	.xFileSize = disk_size,
	.xLock = disk_lock,
	.xUnlock = disk_unlock,
	.xCheckReservedLock = disk_check_lock,
	.xFileControl = disk_control,
	.xSectorSize = disk_sector,
	.xDeviceCharacteristics = disk_traits,
	.xShmMap = disk_shm_map,
	.xShmLock = disk_shm_lock,
	.xShmBarrier = disk_shm_barrier,
	.xShmUnmap = disk_shm_unmap };

static int
disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *flags_out)
{
	disk_file *file = (disk_file *)f;
	int code;

	(void)vfs;
	file->real = (sqlite3_file *)(file + 1);
	file->journal = (flags & SQLITE_OPEN_WAL) != 0;
	code = disk_real->xOpen(disk_real, name, file->real, flags, flags_out);
	file->base.pMethods = code == SQLITE_OK ? &disk_methods : NULL;
	return code;
}

/* Every database that is opened from now on is on it. */
static void
disk_install(void)
{
	static sqlite3_vfs disk;

	disk_real = sqlite3_vfs_find(NULL);
	disk = *disk_real;
	disk.zName = "failing";
	disk.pNext = NULL;
	disk.szOsFile = (int)sizeof(disk_file) + disk_real->szOsFile;
	disk.xOpen = disk_open;
	assert_int_equal(sqlite3_vfs_register(&disk, 1), SQLITE_OK);
}

#endif
