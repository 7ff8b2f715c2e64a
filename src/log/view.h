/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.h - read entries and tiles of a log, while it grows or where it lies.
 * docs/formats/tree.md
 *
 * Whoever reads knows a size that was signed for, and asks for nothing behind
 * it: what is before never changes. A view is for one thread.
 */
#ifndef ZTA_LOG_VIEW_H
#define ZTA_LOG_VIEW_H

#include "base/arena.h"
#include "base/buf.h"
#include "log/merkle.h"

typedef struct zta_log_view zta_log_view;

/* ZTA_ENOTFOUND: there is no log with a tree. Close it; NULL is fine. */
ZTA_MUST_USE zta_status zta_log_view__open(
    zta_log_view **out, const char *dir, zta_error *err);
void zta_log_view__close(zta_log_view *view);

/* Its rows. ZTA_EIO; ZTA_EINVALID: they are not there. */
zta_merkle_source zta_log_view__rows(zta_log_view *view);

/*
 * Append the bytes of entry `index`, once they are seen to be what its row is
 * the hash of. ZTA_EINVALID: they are not. ZTA_ENOTFOUND: the entry is no longer
 * kept. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_log_view__entry(
    zta_log_view *view, uint64_t index, zta_buf *out, zta_error *err);

/*
 * The opening of the entry that was read last; empty: there is none. It is not
 * held to the entry. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_log_view__opening(zta_log_view *view,
    uint64_t index, zta_arena *arena, zta_str *out, zta_error *err);

#endif
