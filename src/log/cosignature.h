/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cosignature.h - that a witness saw a log grow from what it saw before, up to
 * a checkpoint, and when. SPEC: c2sp tlog-cosignature; docs/formats/witness.md
 */
#ifndef ZTA_LOG_COSIGNATURE_H
#define ZTA_LOG_COSIGNATURE_H

#include "log/note.h"

/* As zta_note_key__of() and zta_note_key__read(), for a witness. */
ZTA_MUST_USE zta_status zta_cosigner__of(
    zta_note_key *out, zta_str name, const zta_key *key, zta_error *err);
ZTA_MUST_USE zta_status zta_cosigner__read(
    zta_note_key *out, zta_str vkey, zta_error *err);

/*
 * Append the line of a cosignature of a checkpoint with this text, made at
 * `seconds` since 1970, by `key`, whose name is that of `as`. ZTA_EIO,
 * ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_cosignature__put(zta_buf *buf, zta_str text,
    const zta_note_key *as, const zta_key *key, int64_t seconds,
    zta_error *err);

/*
 * Has this witness cosigned the checkpoint in `note`, and when? ZTA_ENOTFOUND:
 * it has not; ZTA_EUNTRUSTED: a line says so, and its signature does not hold;
 * ZTA_EINVALID: it is no note.
 */
ZTA_MUST_USE zta_status zta_cosignature__find(zta_str note,
    const zta_note_key *witness, int64_t *seconds, zta_error *err);

/*
 * Append to `note`, a checkpoint, the first line of `lines` that is a cosignature
 * of it by this witness. ZTA_EUNTRUSTED: there is no good one.
 */
ZTA_MUST_USE zta_status zta_cosignature__take(
    zta_buf *note, zta_str lines, const zta_note_key *witness, zta_error *err);

#endif
