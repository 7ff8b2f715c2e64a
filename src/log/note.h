/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note.h - signed notes with Ed25519. SPEC: c2sp signed-note;
 * docs/formats/checkpoint.md
 */
#ifndef ZTA_LOG_NOTE_H
#define ZTA_LOG_NOTE_H

#include "base/buf.h"
#include "ztauth/key.h"

/* Longest name of a key, and a verifier key with its NUL. */
#define ZTA_NOTE_NAME_MAX 256
#define ZTA_NOTE_VKEY_MAX (ZTA_NOTE_NAME_MAX + 64)

/* Who signs, or is believed. */
typedef struct zta_note_key {
	char name[ZTA_NOTE_NAME_MAX + 1];
	unsigned char id[4];
	zta_key *key;
} zta_note_key;

/*
 * Name a key, which stays the caller's. ZTA_EINVALID: it is not for Ed25519, or
 * the name is empty, too long, or has a space or a plus.
 */
ZTA_MUST_USE zta_status zta_note_key__of(
    zta_note_key *out, zta_str name, zta_key *key, zta_error *err);

/* Read a verifier key; close `out->key`. ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_note_key__read(
    zta_note_key *out, zta_str vkey, zta_error *err);
/* Write it, with a NUL. */
ZTA_MUST_USE zta_status zta_note_key__vkey(
    const zta_note_key *key, char out[ZTA_NOTE_VKEY_MAX], zta_error *err);

/* Append the note of `text`, which ends with a line feed. */
ZTA_MUST_USE zta_status zta_note__sign(
    zta_buf *buf, zta_str text, const zta_note_key *key, zta_error *err);

/*
 * The text of a note that `key` has signed. ZTA_EINVALID: it is not a note;
 * ZTA_EUNTRUSTED: the key has not signed it, or not this.
 */
ZTA_MUST_USE zta_status zta_note__open(
    zta_str note, const zta_note_key *key, zta_str *text, zta_error *err);

#endif
