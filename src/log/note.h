/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note.h - signed notes with Ed25519. SPEC: c2sp signed-note;
 * docs/formats/checkpoint.md
 */
#ifndef ZTA_LOG_NOTE_H
#define ZTA_LOG_NOTE_H

#include "crypto/ssh_key.h"

/* Longest name of a key: a trust domain and what is put behind it. A verifier
 * key with its NUL. */
#define ZTA_NOTE_NAME_MAX 320
#define ZTA_NOTE_VKEY_MAX (ZTA_NOTE_NAME_MAX + 64)

/* Who is believed: the public half of a key, and its name. */
typedef struct zta_note_key {
	char name[ZTA_NOTE_NAME_MAX + 1];
	unsigned char id[4];
	zta_ssh_key public;
} zta_note_key;

/*
 * Name a key. ZTA_EINVALID: it is not for Ed25519, or the name is empty, too
 * long, or has a space, a plus or a control character.
 */
ZTA_MUST_USE zta_status zta_note_key__of(
    zta_note_key *out, zta_str name, const zta_key *key, zta_error *err);

/* Read a verifier key. ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_note_key__read(
    zta_note_key *out, zta_str vkey, zta_error *err);
/* Write it, with a NUL. */
void zta_note_key__put(const zta_note_key *key, char out[ZTA_NOTE_VKEY_MAX]);

/*
 * Append the note of `text`, signed with `key`, which is private and has the
 * name of `as`. ZTA_EINVALID: it is not a text of a note. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_note__sign(zta_buf *buf, zta_str text,
    const zta_note_key *as, const zta_key *key, zta_error *err);

/*
 * The text of a note that `key` has signed. ZTA_EINVALID: it is not a note;
 * ZTA_EUNTRUSTED: the key has not signed it, or not this.
 */
ZTA_MUST_USE zta_status zta_note__open(
    zta_str note, const zta_note_key *key, zta_str *text, zta_error *err);

#endif
