/* SPDX-License-Identifier: Apache-2.0 */
/* cert.h - certificates (RFC 5280) as containers of a public key. */
#ifndef ZTA_CRYPTO_CERT_H
#define ZTA_CRYPTO_CERT_H

#include "ztauth/key.h"

/*
 * The public key of the first certificate in `*pem`, which moves behind it.
 * Neither dates nor issuers are looked at. Free with zta_key_close().
 * ZTA_ENOTFOUND: no certificate is left; ZTA_EINVALID: a key that is not ours.
 */
ZTA_MUST_USE zta_status zta_cert__next_key(
    zta_str *pem, zta_key **out, zta_error *err);

#endif
