/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/log.h - read a decision log.
 *
 * A log is a directory of segments (docs/formats/log.md). Reading needs no
 * lock and may go on while a server writes. Every frame that is passed is
 * checked: its hash, and that it follows the frame before.
 */
#ifndef ZTAUTH_LOG_H
#define ZTAUTH_LOG_H

#include "ztauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zta_log_reader zta_log_reader;

/*
 * Read the log in `dir` from entry `from` on; a negative number counts from the
 * end, so -10 gives the last ten. ZTA_ENOTFOUND: no log is there. ZTA_EIO,
 * ZTA_EINVALID (damaged), ZTA_ENOMEM. Free with zta_log_reader_close().
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_reader_open(
    zta_log_reader **out, const char *dir, int64_t from, zta_error *err);

/*
 * The next record as one JSON object in one line, without a newline; valid
 * until the next call. ZTA_ENOTFOUND: no more yet; asking again later goes on.
 * ZTA_EINVALID: the log is damaged, with segment and offset.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_reader_next(
    zta_log_reader *reader, zta_str *json, zta_error *err);

/* NULL is fine. */
ZTA_PUBLIC void zta_log_reader_close(zta_log_reader *reader);

#ifdef __cplusplus
}
#endif
#endif
