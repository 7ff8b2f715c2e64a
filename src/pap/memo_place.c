/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memo_place.c - a memo on disk: see memo.h.
 *
 * The next memo is the file `memo.new`, which is made and locked before the
 * first file of the folder is read: its time is the clock. So whatever changes
 * after it was read has a time that is not before the clock, and no file that
 * is older can have changed unseen. Who does not get the lock writes nothing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/build.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "pap/memo.h"

#define NAME "memo"
#define NEW "memo.new"

/*
 * What was judged holds for one build, and for one place: whoever packs a
 * folder cannot know when and where it is unpacked.
 */
static bool
make_key(zta_memo_place *place)
{
	zta_str sources = zta_str_of(zta_build__sources());
	struct stat info;
	uint64_t at[5];
	zta_str parts[2] = { sources, { (const char *)at, sizeof(at) } };

	if (sources.len == 0 ||
	    fstatat(place->dir, "config.json", &info, AT_SYMLINK_NOFOLLOW) !=
		0 ||
	    !S_ISREG(info.st_mode)) {
		return false;
	}
	at[0] = (uint64_t)info.st_dev;
	at[1] = (uint64_t)info.st_ino;
	at[2] = (uint64_t)info.st_ctim.tv_sec;
	at[3] = (uint64_t)info.st_ctim.tv_nsec;
	at[4] = (uint64_t)geteuid();
	zta_digest__sha256_parts(parts, 2, place->key);
	return true;
}

/* Only what is ours, and nobody else could have written. */
static bool
is_ours(const struct stat *info)
{
	return S_ISREG(info->st_mode) && info->st_uid == geteuid() &&
	    (info->st_mode & (S_IWGRP | S_IWOTH)) == 0 && info->st_size > 0 &&
	    (uint64_t)info->st_size <= ZTA_FILE_MAX;
}

static void
read_memo(zta_memo_place *place, zta_arena *arena, zta_memo *out)
{
	int fd = openat(
	    place->dir, NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat info;
	size_t size, len = 0;
	char *bytes;
	ssize_t got = 1;

	if (fd < 0) {
		return;
	}
	if (fstat(fd, &info) == 0 && is_ours(&info)) {
		size = (size_t)info.st_size;
		bytes = zta_arena__alloc(arena, size);
		while (bytes != NULL && got > 0 && len < size) {
			got = read(fd, bytes + len, size - len);
			len += got > 0 ? (size_t)got : 0;
		}
		if (bytes == NULL ||
		    !zta_memo__read(
			arena, (zta_str){ bytes, len }, place->key, out)) {
			*out = (zta_memo){ 0 };
		}
	}
	(void)close(fd);
}

void
zta_memo_place__open(
    zta_memo_place *place, const char *dir, zta_arena *arena, zta_memo *out)
{
	int top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*place = (zta_memo_place){ .dir = -1, .new = -1 };
	*out = (zta_memo){ 0 };
	if (top < 0) {
		return;
	}
	place->dir = openat(
	    top, ".ztauth", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	(void)close(top);
	if (place->dir >= 0 && !make_key(place)) {
		(void)close(place->dir);
		place->dir = -1;
	}
	if (place->dir >= 0) {
		read_memo(place, arena, out);
	}
}

/* Lock it, unless another process has it, or has just put it into its place. */
static bool
lock(const zta_memo_place *place, int fd)
{
	struct stat held, named;

	return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &held) == 0 &&
	    fstatat(place->dir, NEW, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    held.st_dev == named.st_dev && held.st_ino == named.st_ino &&
	    S_ISREG(held.st_mode) && held.st_nlink == 1 &&
	    held.st_uid == geteuid();
}

void
zta_memo_place__begin(zta_memo_place *place, zta_memo_clock *clock)
{
	static const struct timespec now[2] = { { 0, UTIME_NOW },
		{ 0, UTIME_NOW } };
	struct stat info;

	if (place->tried || place->dir < 0) {
		return;
	}
	place->tried = true;
	place->new = openat(place->dir, NEW,
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (place->new < 0) {
		return;
	}
	if (!lock(place, place->new) || ftruncate(place->new, 0) != 0 ||
	    futimens(place->new, now) != 0 || fstat(place->new, &info) != 0) {
		(void)close(place->new);
		place->new = -1;
		return;
	}
	*clock = (zta_memo_clock){ info.st_mtim.tv_sec, info.st_mtim.tv_nsec };
}

void
zta_memo_place__write(zta_memo_place *place, const zta_memo *memo)
{
	zta_memo_clock unused;
	zta_buf bytes;
	bool written;

	/* If no file was read, the clock of before is good enough. */
	zta_memo_place__begin(place, &unused);
	if (place->new < 0) {
		return;
	}
	zta_buf__init(&bytes, ZTA_FILE_MAX);
	zta_memo__put(&bytes, place->key, memo);
	/* It need not survive a crash: half of it is recognised. */
	written = bytes.status == ZTA_OK &&
	    zta_file__write_all(place->new, zta_buf__str(&bytes), NULL) ==
		ZTA_OK &&
	    renameat(place->dir, NEW, place->dir, NAME) == 0;
	zta_buf__release(&bytes);
	if (written) {
		(void)close(place->new);
		place->new = -1;
	}
}

void
zta_memo_place__close(zta_memo_place *place)
{
	if (place->new >= 0) {
		(void)unlinkat(place->dir, NEW, 0);
		(void)close(place->new);
	}
	if (place->dir >= 0) {
		(void)close(place->dir);
	}
}
