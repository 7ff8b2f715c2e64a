/* SPDX-License-Identifier: Apache-2.0 */
/* cert.h - certificates (RFC 5280) as containers of a public key. */
#ifndef ZTA_CRYPTO_CERT_H
#define ZTA_CRYPTO_CERT_H

#include "base/arena.h"

/*
 * The public key of the first certificate in `*pem`, as DER of a
 * SubjectPublicKeyInfo in `arena`, and whether it is an RSA key; `*pem` moves
 * behind the certificate. The key is P-256 or RSA, see zta_key. Neither dates
 * nor issuers are looked at. ZTA_ENOTFOUND: no certificate is left;
 * ZTA_EINVALID: one with another key.
 */
ZTA_MUST_USE zta_status zta_cert__next_key(
    zta_arena *arena, zta_str *pem, zta_str *spki, bool *rsa, zta_error *err);

/* Empty this thread's queue of OpenSSL, after calls of others. */
void zta_crypto__clear_errors(void);

#endif
