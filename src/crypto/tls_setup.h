/* SPDX-License-Identifier: Apache-2.0 */
/* tls_setup.h - what we speak, and as whom; for the files of crypto alone. */
#ifndef ZTA_CRYPTO_TLS_SETUP_H
#define ZTA_CRYPTO_TLS_SETUP_H

#include <openssl/ssl.h>

#include "crypto/x509.h"

/*
 * A context with our versions, ciphers and groups, that shows `certificates`.
 * ZTA_ESYNTAX, ZTA_EINVALID, ZTA_EIO.
 */
ZTA_MUST_USE zta_status zta_tls_setup__context(
    SSL_CTX **out, zta_str certificates, zta_str key, zta_error *err);

/* What the peer shows, in DER; false: nothing, too much, or no memory. */
ZTA_MUST_USE bool zta_tls_setup__read_chain(
    X509_STORE_CTX *shown, zta_arena *arena, zta_x509_chain *out);

#endif
