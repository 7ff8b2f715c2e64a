/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/key.h - signing keys: make, read, write, publish.
 *
 * Keys are read and written as PEM, as JWKs and as OpenSSH has them. Algorithms
 * are those of JOSE (RFC 7518, RFC 8037). A key serves exactly the algorithms
 * of its type: P-256 ES256, RSA RS256 and PS256, Ed25519 EdDSA.
 */
#ifndef ZTAUTH_KEY_H
#define ZTAUTH_KEY_H

#include "ztauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum zta_alg {
	ZTA_ALG_NONE, /* never accepted */
	ZTA_ALG_ES256,
	ZTA_ALG_RS256,
	ZTA_ALG_PS256,
	ZTA_ALG_EDDSA
} zta_alg;

/* A key pair, or a public key alone. */
typedef struct zta_key zta_key;

/* The algorithm of a JOSE name; ZTA_ALG_NONE for every other name. */
ZTA_PUBLIC zta_alg zta_alg_of(zta_str name);
/* "ES256" and so on. Static. */
ZTA_PUBLIC const char *zta_alg_name(zta_alg alg);

/*
 * A new pair for `alg`: P-256, RSA with 3072 bits, or Ed25519. Free it with
 * zta_key_close(). ZTA_EINVAL, ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_key_generate(
    zta_key **out, zta_alg alg, zta_error *err);

/*
 * Read PEM: a private key (PKCS#8, or Ed25519 as OpenSSH has it; without a
 * passphrase) or a public one (SubjectPublicKeyInfo). ZTA_ESYNTAX; ZTA_EINVALID: a type or size that
 * nothing here uses.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_key_read_pem(
    zta_key **out, zta_str pem, zta_error *err);

/* Write the private key, PKCS#8 PEM, to a new file of mode 0600. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_key_write_private(
    const zta_key *key, const char *path, zta_error *err);

/* Room that zta_key_public_jwk() needs at most, with the NUL. */
#define ZTA_KEY_JWK_MAX 2048

/*
 * The public key as a JWK (RFC 7517) with `use`, `alg` and `kid`, NUL-
 * terminated. `kid` is the thumbprint if empty. `alg` chooses between RS256 and
 * PS256; ZTA_ALG_NONE leaves it to the key's type.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_key_public_jwk(const zta_key *key,
    zta_alg alg, zta_str kid, char out[ZTA_KEY_JWK_MAX], zta_error *err);

/* Digits of a thumbprint and a NUL. */
#define ZTA_KEY_THUMBPRINT_MAX 44

/* The SHA-256 thumbprint of the public key, base64url. RFC 7638. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_key_thumbprint(
    const zta_key *key, char out[ZTA_KEY_THUMBPRINT_MAX], zta_error *err);

/*
 * OpenSSH. Of its keys only those of Ed25519 are used; the functions say
 * ZTA_EINVALID about any other.
 */

/* Bytes of a comment at most; room for a public key and one, with the NUL. */
#define ZTA_KEY_COMMENT_MAX 256
#define ZTA_KEY_SSH_MAX 384
/* "SHA256:", 43 digits and a NUL. */
#define ZTA_KEY_FINGERPRINT_MAX 51

/* Read a public key: "ssh-ed25519 AAAA... comment". ZTA_ESYNTAX. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_key_read_ssh(
    zta_key **out, zta_str line, zta_error *err);

/* Write that line, with a NUL and no line feed. The comment may be empty. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_key_public_ssh(const zta_key *key,
    zta_str comment, char out[ZTA_KEY_SSH_MAX], zta_error *err);

/* The fingerprint of the public key as ssh-keygen prints it, and a NUL. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_key_fingerprint(
    const zta_key *key, char out[ZTA_KEY_FINGERPRINT_MAX], zta_error *err);

/*
 * Write the private key in the form of OpenSSH to a new file of mode 0600, and
 * the public one to a new file beside it, whose name ends with ".pub".
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_key_write_ssh(
    const zta_key *key, const char *path, zta_str comment, zta_error *err);

/* The algorithm that the key is for; RS256 for an RSA key. */
ZTA_PUBLIC zta_alg zta_key_alg(const zta_key *key);
/* Does it hold the private half? */
ZTA_PUBLIC bool zta_key_is_private(const zta_key *key);

/* Free, wiping the private half. NULL is fine. */
ZTA_PUBLIC void zta_key_close(zta_key *key);

#ifdef __cplusplus
}
#endif
#endif
