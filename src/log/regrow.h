/* SPDX-License-Identifier: Apache-2.0 */
/* regrow.h - add to a tree again what its files may not have. */
#ifndef ZTA_LOG_REGROW_H
#define ZTA_LOG_REGROW_H

#include "log/tree.h"

/*
 * From the segments of `dir`, which begin with `firsts`; the last one was
 * scanned, and the log has `next` entries. `*redone`: entries that were added.
 * As zta_log_tree__resume() and zta_log_tree__resumed().
 */
ZTA_MUST_USE zta_status zta_regrow__tree(zta_log_tree *tree, const char *dir,
    const uint64_t *firsts, size_t count, uint64_t next,
    const zta_log_head *known, uint64_t *redone, zta_error *err);

#endif
