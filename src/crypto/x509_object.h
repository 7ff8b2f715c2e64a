/* SPDX-License-Identifier: Apache-2.0 */
/* x509_object.h - parsed certificates; for the files of crypto alone. */
#ifndef ZTA_CRYPTO_X509_OBJECT_H
#define ZTA_CRYPTO_X509_OBJECT_H

#include <openssl/x509v3.h>

#include "crypto/x509.h"

/* Set `*out`, fill `err` with the words, and return ZTA_EUNTRUSTED. */
__attribute__((format(printf, 4, 5))) zta_status zta_x509__fail(
    zta_x509_flaw *out, zta_x509_flaw flaw, zta_error *err, const char *format,
    ...);

/*
 * Parse one that is DER to the last bit, has each extension once, and a key
 * that we would believe. Free it. As zta_x509__read() answers.
 */
ZTA_MUST_USE zta_status zta_x509__parse(
    X509 **out, zta_str der, zta_x509_flaw *flaw, zta_error *err);

#endif
