/* SPDX-License-Identifier: Apache-2.0 */
/* develop.h - serve a plain folder of policies: `ztauth serve --dir`. */
#ifndef ZTA_DAEMON_DEVELOP_H
#define ZTA_DAEMON_DEVELOP_H

#include "pdp/snapshot.h"

/*
 * The configuration for the folder `dir`, in `<dir>/.ztauth/serve`: what is not
 * there yet is made, and the place is said. The path is in `arena`.
 */
ZTA_MUST_USE zta_status zta_develop__config(
    zta_arena *arena, const char *dir, const char **path, zta_error *err);

/*
 * Judge the folder as a commit would be judged, say all findings, and load it
 * if it is valid. ZTA_EINVALID: it is not.
 */
ZTA_MUST_USE zta_status zta_develop__load(
    const char *dir, const char *keys, zta_snapshot **out, zta_error *err);

#endif
