/* SPDX-License-Identifier: Apache-2.0 */
/* tls_setup.h - what we speak, and as whom; for the files of crypto alone. */
#ifndef ZTA_CRYPTO_TLS_SETUP_H
#define ZTA_CRYPTO_TLS_SETUP_H

#include <openssl/ssl.h>

#include "ztauth/base.h"

/*
 * A context with our versions, ciphers and groups, that shows `certificates`.
 * ZTA_ESYNTAX, ZTA_EINVALID, ZTA_EIO.
 */
ZTA_MUST_USE zta_status zta_tls_setup__context(
    SSL_CTX **out, zta_str certificates, zta_str key, zta_error *err);

#endif
