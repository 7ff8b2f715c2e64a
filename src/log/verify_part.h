/* SPDX-License-Identifier: Apache-2.0 */
/* verify_part.h - what the files share that verify a log. */
#ifndef ZTA_LOG_VERIFY_PART_H
#define ZTA_LOG_VERIFY_PART_H

#include "ztauth/log.h"

/*
 * Go through the records of the log in `dir`, which begins with entry
 * `out->minimum`, and count their openings. ZTA_EINVALID: one is not that of its
 * record, or entries are gone and no record says that they may. ZTA_EIO,
 * ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_verify__records(
    const char *dir, zta_log_verified *out, zta_error *err);

#endif
