/* SPDX-License-Identifier: Apache-2.0 */
/* log_made.h - a log in a directory of its own, and a disk that fails. */
#ifndef ZTA_TESTS_LOG_MADE_H
#define ZTA_TESTS_LOG_MADE_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "log/log.h"

static char dir[64];

static inline int
setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/ztauth-test-log-XXXXXX");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static inline int
teardown(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static inline zta_leaf
sample(const char *action)
{
	return (zta_leaf){ .kind = ZTA_STR("decision"),
		.id = ZTA_STR("0123456789abcdef"),
		.time = 1,
		.action = zta_str_of(action),
		.code = ZTA_STR("permitted"),
		.mode = ZTA_STR("strict") };
}

static inline zta_log *
open_log(const zta_log_io *io, uint64_t segment_max, zta_log_found *found)
{
	const zta_log_options options = {
		.lanes = 1, .segment_max = segment_max, .io = io
	};
	zta_log *log;
	zta_error err = { 0 };

	if (zta_log__open(&log, dir, &options, found, &err) != ZTA_OK) {
		fail_msg("%s: %s", err.place, err.message);
	}
	return log;
}

static inline zta_log_done
wait_done(zta_log_lane *lane)
{
	struct pollfd fd = { zta_log_lane__fd(lane), POLLIN, 0 };
	zta_log_done done;

	while (!zta_log_lane__done(lane, &done)) {
		assert_int_equal(poll(&fd, 1, 10000), 1);
	}
	return done;
}

static inline zta_log_done
append(zta_log *log, const char *action)
{
	zta_leaf leaf = sample(action);

	assert_int_equal(
	    zta_log_lane__append(zta_log__lane(log, 0), &leaf, NULL), ZTA_OK);
	return wait_done(zta_log__lane(log, 0));
}

static inline void
flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	char byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	(void)close(fd);
}

/* --- faults: the next calls fail in this way */

static int fail_write, fail_sync, fail_truncate;
static int spared; /* writes that go well before */

static inline ssize_t
faulty_write(int fd, const void *bytes, size_t len, off_t at)
{
	if (spared > 0) {
		spared--;
		return pwrite(fd, bytes, len, at);
	}
	if (fail_write == 1) {
		errno = ENOSPC;
		return -1;
	}
	if (fail_write == 2) {
		fail_write = 1;
		return pwrite(fd, bytes, len / 2, at);
	}
	return pwrite(fd, bytes, len, at);
}

static inline int
faulty_sync(int fd)
{
	errno = EIO;
	return fail_sync ? -1 : fdatasync(fd);
}

static inline int
faulty_truncate(int fd, off_t size)
{
	errno = EIO;
	return fail_truncate ? -1 : ftruncate(fd, size);
}

static int64_t clock_shows; /* 0: the time */

static inline int64_t
faulty_now(void)
{
	return clock_shows != 0 ? clock_shows : zta_time__now_ms();
}

static const zta_log_io faulty = { faulty_write, faulty_sync, faulty_truncate,
	faulty_now };

#endif
