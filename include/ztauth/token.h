/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/token.h - make, look into and verify JSON Web Tokens.
 *
 * For development, tests and operators. The server's own path is the same code
 * below this face. Tokens are compact JWS (RFC 7515) with a JSON object as
 * payload (RFC 7519).
 */
#ifndef ZTAUTH_TOKEN_H
#define ZTAUTH_TOKEN_H

#include "ztauth/key.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Longest token that is made or read, and its NUL. */
#define ZTA_TOKEN_MAX (16 * 1024 + 1)

/*
 * Sign `claims`, a JSON object, with `alg` (ZTA_ALG_NONE: the key's own). `typ`
 * and `kid` go into the header; an empty kid is the key's thumbprint, an empty
 * typ is left out. `out` has room for ZTA_TOKEN_MAX bytes and is NUL-terminated.
 * ZTA_ESYNTAX: the claims are no JSON object. ZTA_EINVAL: the key cannot sign.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_token_mint(const zta_key *key,
    zta_alg alg, zta_str typ, zta_str kid, zta_str claims, char *out,
    zta_error *err);

/* Room for the JSON of the two functions below. */
#define ZTA_TOKEN_JSON_MAX (64 * 1024)

/*
 * Header and payload as {"header":{...},"payload":{...}} WITHOUT any check of
 * the signature. ZTA_EUNTRUSTED with the reason if it is no JWS.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_token_inspect(
    zta_str token, char *out, zta_error *err);

/*
 * Verify `token`, a JWT or a SAML assertion (as XML or in base64), under
 * `sources` (identity/sources.json, RFC 8725) at `now` (milliseconds since
 * 1970), as the server would; nothing is fetched, and neither API keys nor what
 * is bound to a key are taken. Key files are looked for in the directory `keys`
 * (NULL: none may be named). `out` is the principal as JSON, or
 * {"refused":CODE,...}. ZTA_EUNTRUSTED: refused, with `out` filled;
 * ZTA_ESYNTAX, ZTA_EINVALID: the sources are wrong.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_token_verify(zta_str token,
    zta_str sources, const char *keys, int64_t now, char *out, zta_error *err);

/* Digits of a digest and a NUL. */
#define ZTA_TOKEN_DIGEST_MAX 65

/* The digest by which records and revocations name a credential. */
ZTA_PUBLIC void zta_token_digest(zta_str token, char out[ZTA_TOKEN_DIGEST_MAX]);

#ifdef __cplusplus
}
#endif
#endif
