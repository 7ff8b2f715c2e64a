/* SPDX-License-Identifier: Apache-2.0 */
/* watched.h - has a file changed since it was looked at last? One stat(2). */
#ifndef ZTA_BASE_WATCHED_H
#define ZTA_BASE_WATCHED_H

#include "ztauth/base.h"

typedef struct zta_watched {
	const char *path;
	bool seen; /* the rest is of the last look */
	bool exists;
	uint64_t device, inode, size;
	int64_t modified_ns, changed_ns;
} zta_watched;

/* True: it has, or this is the first look. That it is gone is a change too. */
bool zta_watched__look(zta_watched *file);

#endif
