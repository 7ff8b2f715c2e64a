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

/* What a key signs: types of signatures. SPEC: c2sp signed-note */
typedef enum zta_note_type {
	ZTA_NOTE_ED25519 = 1,
	ZTA_NOTE_COSIGNATURE = 4 /* of a witness; log/cosignature.h */
} zta_note_type;

/* Who is believed: the public half of a key, and its name. */
typedef struct zta_note_key {
	zta_note_type type;
	char name[ZTA_NOTE_NAME_MAX + 1];
	unsigned char id[4];
	zta_ssh_key public;
} zta_note_key;

/*
 * Name a key that signs notes. ZTA_EINVALID: it is not for Ed25519, or the name
 * is empty, too long, or has a space, a plus or a control character.
 */
ZTA_MUST_USE zta_status zta_note_key__of(
    zta_note_key *out, zta_str name, const zta_key *key, zta_error *err);
/* The same of a key of this type. */
ZTA_MUST_USE zta_status zta_note_key__of_type(zta_note_key *out,
    zta_note_type type, zta_str name, const zta_key *key, zta_error *err);

/* Read a verifier key of notes, or of this type, and no other. ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_note_key__read(
    zta_note_key *out, zta_str vkey, zta_error *err);
ZTA_MUST_USE zta_status zta_note_key__read_type(
    zta_note_key *out, zta_note_type type, zta_str vkey, zta_error *err);
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

/*
 * The same for whoever has several keys. ZTA_ENOTFOUND: there is no line by this
 * one.
 */
ZTA_MUST_USE zta_status zta_note__find(
    zta_str note, const zta_note_key *key, zta_str *text, zta_error *err);

/* --- the lines of a note, for whoever looks at more than one */

/* A note of a log has its signature and some of witnesses. */
#define ZTA_NOTE_MAX ((size_t)64 << 10)
#define ZTA_NOTE_ID_LEN 4
/* What a line of ours has behind the id: perhaps a time, and a signature. */
#define ZTA_NOTE_SIGNATURE_MAX (8 + ZTA_SSH_SIG_LEN)

typedef struct zta_note_lines {
	zta_str text;
	zta_str rest; /* of the lines */
	unsigned count;
	/* Of the line that was read last: */
	zta_str line; /* with its line feed */
	zta_str name;
	size_t len; /* of the key's id and the signature */
	char signature[ZTA_NOTE_MAX];
} zta_note_lines;

/* Part a note into its text and its lines. ZTA_EINVALID: it is none. */
ZTA_MUST_USE zta_status zta_note_lines__begin(
    zta_note_lines *lines, zta_str note, zta_error *err);
/* Go to the next one. ZTA_ENOTFOUND: there is none; ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_note_lines__next(
    zta_note_lines *lines, zta_error *err);
/* Is the line by this key? Its signature may be any. */
ZTA_MUST_USE bool zta_note_lines__is_by(
    const zta_note_lines *lines, const zta_note_key *key);

/* Append the line of a signature of at most ZTA_NOTE_SIGNATURE_MAX bytes. */
void zta_note__put_line(
    zta_buf *buf, const zta_note_key *key, zta_str signature);

#endif
