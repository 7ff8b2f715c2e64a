/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh_key.h - Ed25519 keys as OpenSSH has them. ztauth/key.h has what users
 * need; SPEC: docs/formats/objects.md, rfc8709
 */
#ifndef ZTA_CRYPTO_SSH_KEY_H
#define ZTA_CRYPTO_SSH_KEY_H

#include "base/buf.h"
#include "ztauth/key.h"

#define ZTA_SSH_ED25519 "ssh-ed25519"
#define ZTA_SSH_KEY_LEN 32
#define ZTA_SSH_SIG_LEN 64

/* A public key. */
typedef struct zta_ssh_key {
	unsigned char bytes[ZTA_SSH_KEY_LEN];
} zta_ssh_key;

bool zta_ssh_key__eq(const zta_ssh_key *a, const zta_ssh_key *b);

/* The public half. ZTA_EINVALID: it is no Ed25519 key. */
ZTA_MUST_USE zta_status zta_ssh_key__of(
    const zta_key *key, zta_ssh_key *out, zta_error *err);

/* From and to the encoding of RFC 8709. False: another type, or malformed. */
ZTA_MUST_USE bool zta_ssh_key__decode(zta_str blob, zta_ssh_key *out);
#define ZTA_SSH_BLOB_LEN (4 + sizeof(ZTA_SSH_ED25519) - 1 + 4 + ZTA_SSH_KEY_LEN)
void zta_ssh_key__encode(
    const zta_ssh_key *key, unsigned char out[ZTA_SSH_BLOB_LEN]);

/*
 * "ssh-ed25519 <base64>" and perhaps a space and a comment; errors have the
 * column, counted from `column`. ZTA_ESYNTAX, ZTA_EINVALID.
 */
ZTA_MUST_USE zta_status zta_ssh_key__read(zta_str text, uint32_t line,
    uint32_t column, zta_ssh_key *out, zta_error *err);

/* One line of text, ZTA_KEY_COMMENT_MAX at most. */
ZTA_MUST_USE zta_status zta_ssh_key__check_comment(
    zta_str comment, zta_error *err);

void zta_ssh_key__fingerprint(
    const zta_ssh_key *key, char out[ZTA_KEY_FINGERPRINT_MAX]);

/* Is `sig` a signature of `bytes` under this key? */
ZTA_MUST_USE bool zta_ssh_key__verify(const zta_ssh_key *key, zta_str bytes,
    const unsigned char sig[ZTA_SSH_SIG_LEN]);

/*
 * A private key in the form of OpenSSH (openssh-key-v1). ZTA_ESYNTAX;
 * ZTA_EINVALID: encrypted, or of another type.
 */
ZTA_MUST_USE zta_status zta_ssh_private__read(
    zta_key **out, zta_str text, zta_error *err);

/*
 * Write that form to `out`, which is empty. It then holds a secret, and has not
 * moved since. ZTA_EINVALID: no private Ed25519 key, or no good comment.
 */
ZTA_MUST_USE zta_status zta_ssh_private__put(
    zta_buf *out, const zta_key *key, zta_str comment, zta_error *err);

#endif
