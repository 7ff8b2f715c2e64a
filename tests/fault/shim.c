/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shim.c - a system that fails, for test_log_faults.py: preloaded into a server.
 * While the file $FAULT_SYNC is there, syncs fail as on a broken disk. The clock
 * of the day is off by the seconds that the file $FAULT_CLOCK holds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int
breaks(void)
{
	const char *path = getenv("FAULT_SYNC");

	if (path == NULL || access(path, F_OK) != 0) {
		return 0;
	}
	errno = EIO;
	return 1;
}

int
fsync(int fd)
{
	return breaks() ? -1 : (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return breaks() ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int
clock_gettime(clockid_t id, struct timespec *out)
{
	const char *path = getenv("FAULT_CLOCK");
	int code = (int)syscall(SYS_clock_gettime, id, out);
	FILE *file;
	long off;

	if (code == 0 && id == CLOCK_REALTIME && path != NULL &&
	    (file = fopen(path, "r")) != NULL) {
		if (fscanf(file, "%ld", &off) == 1) {
			out->tv_sec += off;
		}
		(void)fclose(file);
	}
	return code;
}
