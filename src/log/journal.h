/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h - requests that are kept beside the log, a file a day.
 * SPEC: docs/formats/requests.md
 */
#ifndef ZTA_LOG_JOURNAL_H
#define ZTA_LOG_JOURNAL_H

#include "base/arena.h"

typedef struct zta_journal zta_journal;

/*
 * Keep them in the folder `requests` of `log_dir`, made if need be. Close with
 * zta_journal__close(); NULL is fine.
 */
ZTA_MUST_USE zta_status zta_journal__open(
    zta_journal **out, const char *log_dir, zta_error *err);
void zta_journal__close(zta_journal *journal);

/* Append a line of the day of `time` (ms), from any thread. */
ZTA_MUST_USE zta_status zta_journal__append(
    zta_journal *journal, int64_t time, zta_str line, zta_error *err);

/*
 * The files beside the log in `log_dir` of the day of `since` (ms) and later,
 * by day; none if nothing is kept. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_journal__list(const char *log_dir, int64_t since,
    zta_arena *arena, const char *const **paths, size_t *count, zta_error *err);

/*
 * Hand the lines of such a file to `take`, one after another, until it says
 * anything but ZTA_OK, which is what is returned. A file that is gone by now has
 * no lines. ZTA_EIO.
 */
ZTA_MUST_USE zta_status zta_journal__lines(const char *path,
    zta_status (*take)(void *context, zta_str line), void *context,
    zta_error *err);

#endif
