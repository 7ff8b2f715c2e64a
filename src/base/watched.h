/* SPDX-License-Identifier: Apache-2.0 */
/* watched.h - has a file changed since it was looked at last? */
#ifndef ZTA_BASE_WATCHED_H
#define ZTA_BASE_WATCHED_H

#include "ztauth/base.h"

typedef struct zta_watched {
	const char *path;
	bool seen; /* the rest is of the last look */
	bool exists;
	uint64_t device, inode, size;
	int64_t modified_ns, changed_ns;
	bool held; /* by `fd`, which was opened for glances */
	int fd;
	int64_t named_ms; /* the name was looked up; monotonic */
} zta_watched;

/*
 * True: it has, or this is the first look. That it is gone is a change too. One
 * stat(2).
 */
bool zta_watched__look(zta_watched *file);

/*
 * The same in half the time, by fstat(2) of what the name stood for: a file that
 * is written, moved away, deleted or replaced by rename(2) tells so itself at
 * once. What happens to the path alone, a link or a folder put in the place of
 * another, is seen within ZTA_WATCHED_NAME_MS. Ends with `zta_watched__close`.
 */
#define ZTA_WATCHED_NAME_MS 100
bool zta_watched__glance(zta_watched *file);
void zta_watched__close(zta_watched *file);

#endif
