/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spent.h - what is good once and lasts for long: seals. It is used up for good,
 * also by a server that is killed: each use is in a file, synced, before anybody
 * hears of it. For any thread; one server has the file.
 * SPEC: docs/formats/seal.md
 *
 * Full, it refuses what is new and forgets nothing before its time.
 */
#ifndef ZTA_IDENTITY_SPENT_H
#define ZTA_IDENTITY_SPENT_H

#include "ztauth/base.h"

typedef struct zta_spent zta_spent;

/*
 * Read the file, if there is one, and write it anew without what has ended at
 * `now` (ms). ZTA_EINVALID: it is damaged. ZTA_EIO, ZTA_ENOMEM. Free with
 * zta_spent__close(), whatever it says.
 */
ZTA_MUST_USE zta_status zta_spent__open(
    zta_spent **out, const char *path, int64_t now, zta_error *err);
/* NULL is fine. */
void zta_spent__close(zta_spent *spent);

/*
 * Use `id` up; it is remembered until `until` (ms) has passed. ZTA_EUNTRUSTED:
 * it is used up already. ZTA_EUNAVAILABLE: it is not, for there are too many,
 * or it cannot be written.
 */
ZTA_MUST_USE zta_status zta_spent__take(
    zta_spent *spent, zta_str id, int64_t now, int64_t until, zta_error *err);

#endif
