/* SPDX-License-Identifier: Apache-2.0 */
/* io.h - what a writer of the log asks of the system, so that tests can lie. */
#ifndef ZTA_LOG_IO_H
#define ZTA_LOG_IO_H

#include <stdint.h>
#include <sys/types.h>

typedef struct zta_log_io {
	ssize_t (*pwrite)(int fd, const void *bytes, size_t len, off_t at);
	int (*sync)(int fd);
	int (*truncate)(int fd, off_t size);
	int64_t (*now)(void); /* ms since 1970 */
} zta_log_io;

#endif
