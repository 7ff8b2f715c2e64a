/* SPDX-License-Identifier: Apache-2.0 */
/* key.h - keys from JWKs, and JOSE signatures; ztauth/key.h has the rest. */
#ifndef ZTA_CRYPTO_KEY_H
#define ZTA_CRYPTO_KEY_H

#include "base/json.h"
#include "ztauth/key.h"

/* RSA moduli: shorter ones are weak, longer ones cost a verifier too much. */
#define ZTA_RSA_BITS_MIN 2048
#define ZTA_RSA_BITS_MAX 8192
/* Largest signature: that of the largest RSA key. */
#define ZTA_SIGNATURE_MAX (ZTA_RSA_BITS_MAX / 8)

/*
 * The public key of a JWK. ZTA_ENOTFOUND: a type or curve that is not ours, to
 * be skipped. ZTA_EINVALID: one of ours, but wrong (RFC 7518 section 6), or it
 * shows a private or symmetric key.
 */
ZTA_MUST_USE zta_status zta_key__from_jwk(zta_key **out,
    const zta_json_doc *doc, const zta_json *jwk, zta_error *err);

/*
 * OpenSSL's own key, for libraries that take one: the caller has a reference to
 * it. And this thread's queue of OpenSSL, emptied after such a library.
 */
struct evp_pkey_st;
struct evp_pkey_st *zta_key__share(const zta_key *key);
void zta_key__forget_errors(void);

/* The thumbprint: no two public keys have the same. Empty: it has none. */
zta_str zta_key__id(const zta_key *key);

/* Is `alg` one that this key serves? */
bool zta_key__serves(const zta_key *key, zta_alg alg);

/*
 * Sign in the form of JWS (RFC 7518 section 3): raw r and s for ES256. `sig`
 * has room for ZTA_SIGNATURE_MAX bytes.
 */
ZTA_MUST_USE zta_status zta_key__sign(const zta_key *key, zta_alg alg,
    zta_str bytes, unsigned char *sig, size_t *len, zta_error *err);

/* Is `sig` a signature of `bytes` under this key and algorithm? */
ZTA_MUST_USE bool zta_key__verify(
    const zta_key *key, zta_alg alg, zta_str bytes, zta_str sig);

#endif
