/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut_disk.h - a directory of which every change is noted. The linker wraps the
 * calls that change files: each is done, and noted; real syncs are left out.
 * What the disk may hold afterwards is in cut_found.h.
 */
#ifndef ZTA_CUT_DISK_H
#define ZTA_CUT_DISK_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DISK_NODES 1024
#define DISK_NAMES 64
#define DISK_OPS 65536
#define DISK_FDS 1024
#define NONE (-1)

typedef enum disk_kind {
	DISK_WRITE,
	DISK_TRUNCATE,
	DISK_SYNC,
	DISK_MAKE,
	DISK_RENAME,
	DISK_UNLINK
} disk_kind;

typedef struct disk_op {
	disk_kind kind;
	int node; /* of a sync of a folder: that of the folder */
	int folder;
	size_t at, len; /* of a sync: what was done before `at` */
	char *bytes;
	char name[DISK_NAMES], to[DISK_NAMES]; /* below the directory */
} disk_op;

/* What stands under a name, a file or a folder. */
typedef struct disk_node {
	bool folder;
	char *bytes;
	size_t len;
} disk_node;

typedef struct disk_name {
	char name[DISK_NAMES]; /* empty: none */
	int node;
} disk_name;

static struct {
	pthread_mutex_t lock;
	char root[64]; /* empty: nothing is noted */
	disk_node nodes[DISK_NODES];
	int node_count;
	/* What was there before the first op, and what is there now. */
	disk_name before[DISK_NAMES], now[DISK_NAMES];
	disk_op ops[DISK_OPS];
	size_t count;
	int fds[DISK_FDS];
} disk = { .lock = PTHREAD_MUTEX_INITIALIZER };

int __real_open(const char *path, int flags, ...);
int __real_mkostemp(char *path, int flags);
int __real_mkdir(const char *path, mode_t mode);
int __real_close(int fd);
ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __real_pwrite(int fd, const void *bytes, size_t len, off_t at);
int __real_ftruncate(int fd, off_t size);
int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_open(const char *path, int flags, ...);
int __wrap_mkostemp(char *path, int flags);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_close(int fd);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t len, off_t at);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);

/* --- names */

/* The part of a path below the directory; NULL: it is elsewhere. */
static const char *
disk_below(const char *path)
{
	size_t len = strlen(disk.root);

	if (len == 0 || strncmp(path, disk.root, len) != 0 ||
	    (path[len] != '/' && path[len] != '\0')) {
		return NULL;
	}
	return path[len] == '/' ? path + len + 1 : path + len;
}

static disk_name *
disk_find(disk_name *names, const char *name)
{
	size_t i;

	for (i = 0; i < DISK_NAMES; i++) {
		if (names[i].node != NONE && strcmp(names[i].name, name) == 0) {
			return &names[i];
		}
	}
	return NULL;
}

static void
disk_put(disk_name *names, const char *name, int node)
{
	disk_name *entry = disk_find(names, name);
	size_t i;

	for (i = 0; entry == NULL && i < DISK_NAMES; i++) {
		entry = names[i].node == NONE ? &names[i] : NULL;
	}
	if (entry == NULL) {
		abort();
	}
	(void)snprintf(entry->name, sizeof(entry->name), "%s", name);
	entry->node = node;
}

static void
disk_drop(disk_name *names, const char *name)
{
	disk_name *entry = disk_find(names, name);

	if (entry != NULL) {
		entry->node = NONE;
	}
}

/* The node of the folder that `name` stands in. */
static int
disk_folder(const char *name)
{
	char folder[DISK_NAMES];
	const char *slash = strrchr(name, '/');

	(void)snprintf(folder, sizeof(folder), "%.*s",
	    slash == NULL ? 0 : (int)(slash - name), name);
	return disk_find(disk.now, folder)->node;
}

static int
disk_new_node(bool folder)
{
	assert_true(disk.node_count < DISK_NODES);
	disk.nodes[disk.node_count] = (disk_node){ .folder = folder };
	return disk.node_count++;
}

/* --- what is done, under the lock */

static disk_op *
disk_note(disk_kind kind, int node)
{
	disk_op *op = &disk.ops[disk.count++];

	assert_true(disk.count < DISK_OPS);
	*op = (disk_op){ .kind = kind, .node = node };
	return op;
}

static void
disk_made(const char *name, bool folder)
{
	int node = disk_new_node(folder);
	disk_op *op = disk_note(DISK_MAKE, node);

	(void)snprintf(op->name, sizeof(op->name), "%s", name);
	op->folder = disk_folder(name);
	disk_put(disk.now, name, node);
}

static int
disk_opened(int fd, const char *name)
{
	disk_name *entry;

	if (fd < 0 || name == NULL) {
		return fd;
	}
	entry = disk_find(disk.now, name);
	if (entry == NULL) {
		disk_made(name, false);
		entry = disk_find(disk.now, name);
	}
	assert_true(fd < DISK_FDS);
	disk.fds[fd] = entry->node + 1;
	return fd;
}

int
__wrap_open(const char *path, int flags, ...)
{
	char real[PATH_MAX];
	mode_t mode = 0;
	va_list list;
	int fd;

	if ((flags & O_CREAT) != 0) {
		va_start(list, flags);
		mode = va_arg(list, mode_t);
		va_end(list);
	}
	fd = __real_open(path, flags, mode);
	(void)pthread_mutex_lock(&disk.lock);
	if (fd >= 0 && realpath(path, real) != NULL) {
		fd = disk_opened(fd, disk_below(real));
	}
	(void)pthread_mutex_unlock(&disk.lock);
	return fd;
}

int
__wrap_mkostemp(char *path, int flags)
{
	int fd;

	(void)pthread_mutex_lock(&disk.lock);
	fd = __real_mkostemp(path, flags);
	fd = disk_opened(fd, disk_below(path));
	(void)pthread_mutex_unlock(&disk.lock);
	return fd;
}

int
__wrap_mkdir(const char *path, mode_t mode)
{
	const char *name;
	int code;

	(void)pthread_mutex_lock(&disk.lock);
	code = __real_mkdir(path, mode);
	name = disk_below(path);
	if (code == 0 && name != NULL) {
		disk_made(name, true);
	}
	(void)pthread_mutex_unlock(&disk.lock);
	return code;
}

int
__wrap_close(int fd)
{
	(void)pthread_mutex_lock(&disk.lock);
	if (fd >= 0 && fd < DISK_FDS) {
		disk.fds[fd] = 0;
	}
	(void)pthread_mutex_unlock(&disk.lock);
	return __real_close(fd);
}

static void
disk_wrote(int fd, const void *bytes, ssize_t len, off_t at)
{
	disk_op *op;

	if (fd < DISK_FDS && disk.fds[fd] != 0 && len > 0) {
		op = disk_note(DISK_WRITE, disk.fds[fd] - 1);
		op->at = (size_t)at;
		op->len = (size_t)len;
		op->bytes = malloc(op->len);
		memcpy(op->bytes, bytes, op->len);
	}
}

ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
	ssize_t done;
	off_t at;

	(void)pthread_mutex_lock(&disk.lock);
	at = fd < DISK_FDS && disk.fds[fd] != 0 ? lseek(fd, 0, SEEK_CUR) : 0;
	done = __real_write(fd, bytes, len);
	disk_wrote(fd, bytes, done, at);
	(void)pthread_mutex_unlock(&disk.lock);
	return done;
}

ssize_t
__wrap_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	ssize_t done;

	(void)pthread_mutex_lock(&disk.lock);
	done = __real_pwrite(fd, bytes, len, at);
	disk_wrote(fd, bytes, done, at);
	(void)pthread_mutex_unlock(&disk.lock);
	return done;
}

int
__wrap_ftruncate(int fd, off_t size)
{
	int code;

	(void)pthread_mutex_lock(&disk.lock);
	code = __real_ftruncate(fd, size);
	if (code == 0 && fd < DISK_FDS && disk.fds[fd] != 0) {
		disk_note(DISK_TRUNCATE, disk.fds[fd] - 1)->at = (size_t)size;
	}
	(void)pthread_mutex_unlock(&disk.lock);
	return code;
}

/* Others may write while it goes on, as with a real one. */
int
__wrap_fsync(int fd)
{
	size_t start;

	(void)pthread_mutex_lock(&disk.lock);
	start = disk.count;
	(void)pthread_mutex_unlock(&disk.lock);
	(void)pthread_mutex_lock(&disk.lock);
	if (fd < DISK_FDS && disk.fds[fd] != 0) {
		disk_note(DISK_SYNC, disk.fds[fd] - 1)->at = start;
	}
	(void)pthread_mutex_unlock(&disk.lock);
	return 0;
}

int
__wrap_fdatasync(int fd)
{
	return __wrap_fsync(fd);
}

int
__wrap_rename(const char *from, const char *to)
{
	const char *name;
	disk_op *op;
	int code;

	(void)pthread_mutex_lock(&disk.lock);
	code = __real_rename(from, to);
	name = disk_below(from);
	if (code == 0 && name != NULL) {
		op = disk_note(DISK_RENAME, disk_find(disk.now, name)->node);
		op->folder = disk_folder(name);
		(void)snprintf(op->name, sizeof(op->name), "%s", name);
		(void)snprintf(op->to, sizeof(op->to), "%s", disk_below(to));
		disk_drop(disk.now, name);
		disk_put(disk.now, op->to, op->node);
	}
	(void)pthread_mutex_unlock(&disk.lock);
	return code;
}

int
__wrap_unlink(const char *path)
{
	const char *name;
	disk_op *op;
	int code;

	(void)pthread_mutex_lock(&disk.lock);
	code = __real_unlink(path);
	name = disk_below(path);
	if (code == 0 && name != NULL) {
		op = disk_note(DISK_UNLINK, disk_find(disk.now, name)->node);
		op->folder = disk_folder(name);
		(void)snprintf(op->name, sizeof(op->name), "%s", name);
		disk_drop(disk.now, name);
	}
	(void)pthread_mutex_unlock(&disk.lock);
	return code;
}

#endif
