/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy.h - the log of another server, as far as it was sent here. It is a log
 * like any other, and has no entry that the other has not signed for.
 * SPEC: docs/formats/ship.md
 */
#ifndef ZTA_LOG_COPY_H
#define ZTA_LOG_COPY_H

#include "log/io.h"
#include "log/shipment.h"

/* Files beside those of a log. */
#define ZTA_LOG_COPY_NEWEST "newest"
#define ZTA_LOG_COPY_FORKED "forked"

typedef struct zta_log_copy zta_log_copy;

/*
 * Open the copy in `dir`, made if need be, of the log whose checkpoints `key`
 * signs. As zta_log__open(); `io` as there. Close it; NULL is fine. For one
 * thread.
 */
ZTA_MUST_USE zta_status zta_log_copy__open(zta_log_copy **out, const char *dir,
    const zta_note_key *key, const zta_log_io *io, zta_error *err);
void zta_log_copy__close(zta_log_copy *copy);

/* Entries that it has. */
ZTA_MUST_USE zta_status zta_log_copy__size(
    zta_log_copy *copy, uint64_t *size, zta_error *err);

/*
 * Take a batch, as it came. ZTA_OK: it is durable, or was before.
 * ZTA_EINVALID: it is none, or its entries are not those of its checkpoint;
 * ZTA_EUNTRUSTED: another has signed that; ZTA_ECONFLICT: entries before it are
 * missing; ZTA_EEXIST: there are two logs under this key, which is kept as
 * evidence. Anything else: it cannot be kept now.
 */
ZTA_MUST_USE zta_status zta_log_copy__take(
    zta_log_copy *copy, zta_str batch, zta_error *err);

/* The path of one of its files. ZTA_ELIMIT. */
ZTA_MUST_USE zta_status zta_log_copy__path(char out[ZTA_ROWS_PATH_MAX],
    const char *dir, const char *file, zta_error *err);

#endif
