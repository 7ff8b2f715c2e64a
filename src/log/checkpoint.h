/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint.h - how large a log is and its root, as a text that is signed.
 * SPEC: c2sp tlog-checkpoint; docs/formats/checkpoint.md
 */
#ifndef ZTA_LOG_CHECKPOINT_H
#define ZTA_LOG_CHECKPOINT_H

#include "base/arena.h"
#include "log/note.h"
#include "log/tree.h"

/* A checkpoint with its signatures. */
#define ZTA_CHECKPOINT_MAX ((size_t)64 << 10)
/* Its text alone. */
#define ZTA_CHECKPOINT_TEXT_MAX (ZTA_NOTE_NAME_MAX + 80)

/* Append the text. */
void zta_checkpoint__put(
    zta_buf *buf, zta_str origin, const zta_log_head *head);

/* A size or an index: decimal, without leading zeros. */
ZTA_MUST_USE bool zta_checkpoint__read_size(zta_str digits, uint64_t *out);

/* A hash in base64, in 44 digits that end with one of padding. */
ZTA_MUST_USE bool zta_checkpoint__read_hash(
    zta_str digits, unsigned char out[ZTA_SHA256_LEN]);

/* Read a text that zta_checkpoint__put() wrote, and no other. ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_checkpoint__read(
    zta_str text, zta_str origin, zta_log_head *out, zta_error *err);

/*
 * The same of any log: there may be more lines, which say nothing of the tree.
 * `*origin` is its name. SPEC: c2sp tlog-checkpoint
 */
ZTA_MUST_USE zta_status zta_checkpoint__read_any(
    zta_str text, zta_str *origin, zta_log_head *out, zta_error *err);

/* The head in a note that the log's key has signed. As zta_note__open(). */
ZTA_MUST_USE zta_status zta_checkpoint__open(
    zta_str note, const zta_note_key *key, zta_log_head *out, zta_error *err);

/*
 * The note in the file of the log in `dir`, as it is. ZTA_ENOTFOUND: there is
 * none yet. Errors name it.
 */
ZTA_MUST_USE zta_status zta_checkpoint__read_file(
    zta_arena *arena, const char *dir, zta_str *note, zta_error *err);

/*
 * The file of the log in `dir`; `note` (NULL: not wanted) gets its bytes.
 * ZTA_ENOTFOUND: there is none yet. Errors name it.
 */
ZTA_MUST_USE zta_status zta_checkpoint__load(const char *dir,
    const zta_note_key *key, zta_log_head *out, zta_buf *note, zta_error *err);
ZTA_MUST_USE zta_status zta_checkpoint__store(
    const char *dir, zta_str note, zta_error *err);

#endif
