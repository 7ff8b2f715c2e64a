/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.c - see watch.h. What the events say is not looked at: that there were
 * some is enough, for all of the folder is read anew. So none can be missed:
 * folders are added before it is read, and what happens after that is an event
 * again.
 */
#include "daemon/watch.h"

#include <errno.h>
#include <fts.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* Editors write a file in several steps; longer than that nobody waits. */
#define PAUSE_MS 50
#define PAUSES_MAX 10

struct zta_watch {
	int fd;
	char *dir;
};

#define EVENTS                                                     \
	(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |  \
	    IN_MOVED_TO | IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF | \
	    IN_MOVE_SELF | IN_ONLYDIR)

static bool
is_left_out(const FTSENT *entry)
{
	return entry->fts_level == 1 &&
	    (strcmp(entry->fts_name, ".git") == 0 ||
		strcmp(entry->fts_name, ".ztauth") == 0);
}

/* Watch a folder; one that is gone again is no error. */
static zta_status
add(const zta_watch *w, const FTSENT *entry, zta_error *err)
{
	zta_status status;

	if (inotify_add_watch(w->fd, entry->fts_accpath, EVENTS) >= 0 ||
	    (entry->fts_level > 0 && (errno == ENOENT || errno == ENOTDIR))) {
		return ZTA_OK;
	}
	status = zta_error__errno(err, "watch the folder");
	zta_error__place(err, "%s", entry->fts_path);
	return status;
}

/* Those that are watched already stay so. */
static zta_status
add_all(const zta_watch *w, zta_error *err)
{
	char *const roots[] = { w->dir, NULL };
	FTS *fts =
	    fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	zta_status status = ZTA_OK;

	if (fts == NULL) {
		return zta_error__errno(err, "read the folder");
	}
	while (status == ZTA_OK && (entry = fts_read(fts)) != NULL) {
		if (is_left_out(entry)) {
			(void)fts_set(fts, entry, FTS_SKIP);
		} else if (entry->fts_info == FTS_D || entry->fts_level == 0) {
			status = add(w, entry, err);
		}
	}
	(void)fts_close(fts);
	return status;
}

zta_status
zta_watch__open(zta_watch **out, const char *dir, zta_error *err)
{
	zta_watch *w = calloc(1, sizeof(*w));
	zta_status status = ZTA_OK;

	*out = NULL;
	if (w == NULL) {
		return zta_error__nomem(err);
	}
	w->dir = strdup(dir);
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->dir == NULL) {
		status = zta_error__nomem(err);
	} else if (w->fd < 0) {
		status = zta_error__errno(err, "watch folders");
	} else {
		status = add_all(w, err);
	}
	if (status != ZTA_OK) {
		zta_watch__close(w);
		return status;
	}
	*out = w;
	return ZTA_OK;
}

void
zta_watch__close(zta_watch *w)
{
	if (w != NULL) {
		if (w->fd >= 0) {
			(void)close(w->fd);
		}
		free(w->dir);
		free(w);
	}
}

/* Is there something within that time? It is taken. */
static bool
take(const zta_watch *w, int wait_ms)
{
	struct pollfd ready = { w->fd, POLLIN, 0 };
	char events[4096];

	if (poll(&ready, 1, wait_ms) <= 0) {
		return false;
	}
	while (read(w->fd, events, sizeof(events)) > 0) {
	}
	return true;
}

zta_status
zta_watch__wait(zta_watch *w, int wait_ms, bool *changed, zta_error *err)
{
	int i;

	*changed = take(w, wait_ms);
	if (!*changed) {
		return ZTA_OK;
	}
	for (i = 0; i < PAUSES_MAX && take(w, PAUSE_MS); i++) {
	}
	return add_all(w, err);
}
