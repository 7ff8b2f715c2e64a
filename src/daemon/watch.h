/* SPDX-License-Identifier: Apache-2.0 */
/* watch.h - wait until something changes in a folder. */
#ifndef ZTA_DAEMON_WATCH_H
#define ZTA_DAEMON_WATCH_H

#include "base/error.h"

typedef struct zta_watch zta_watch;

/*
 * Watch the folder `dir` and all below it but `.git` and `.ztauth` at its top.
 * ZTA_EIO, ZTA_ENOMEM. Close with zta_watch__close(); NULL is fine.
 */
ZTA_MUST_USE zta_status zta_watch__open(
    zta_watch **out, const char *dir, zta_error *err);
void zta_watch__close(zta_watch *watch);

/*
 * Wait up to `wait_ms` for a change, and then until those who write have paused
 * for a moment. New folders are watched from then on.
 */
ZTA_MUST_USE zta_status zta_watch__wait(
    zta_watch *watch, int wait_ms, bool *changed, zta_error *err);

#endif
