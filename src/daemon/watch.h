/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.h - have files changed? They are looked at, not waited for: so it is the
 * same whether a file is written, renamed into place, or behind a link that
 * moves.
 */
#ifndef ZTA_DAEMON_WATCH_H
#define ZTA_DAEMON_WATCH_H

#include "ztauth/base.h"

#define ZTA_WATCH_PATHS_MAX 3

typedef struct zta_watch {
	const char
	    *paths[ZTA_WATCH_PATHS_MAX]; /* files, and directories of files */
	size_t count;
	uint64_t seen;
} zta_watch;

/* One more, unless it is NULL. The path outlives the watch. */
void zta_watch__add(zta_watch *watch, const char *path);

/* Is anything other than at the last look? The first look sees all as new. */
bool zta_watch__look(zta_watch *watch);

#endif
