/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_state.h - have files changed? They are looked at, not waited for: so it
 * is the same whether a file is written, renamed into place, or behind a link
 * that moves.
 */
#ifndef ZTA_DAEMON_FILE_STATE_H
#define ZTA_DAEMON_FILE_STATE_H

#include "ztauth/base.h"

#define ZTA_FILE_STATE_PATHS_MAX 3

typedef struct zta_file_state {
	const char *paths
	    [ZTA_FILE_STATE_PATHS_MAX]; /* files, and directories of files */
	size_t count;
	uint64_t seen;
} zta_file_state;

/* One more, unless it is NULL. The path outlives it. */
void zta_file_state__add(zta_file_state *state, const char *path);

/* Is anything other than at the last look? The first look sees all as new. */
bool zta_file_state__look(zta_file_state *state);

#endif
