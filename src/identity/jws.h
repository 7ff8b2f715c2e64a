/* SPDX-License-Identifier: Apache-2.0 */
/* jws.h - compact JSON Web Signatures. SPEC: rfc7515, rfc8725 */
#ifndef ZTA_IDENTITY_JWS_H
#define ZTA_IDENTITY_JWS_H

#include "base/buf.h"
#include "base/json.h"
#include "crypto/key.h"
#include "identity/refusal.h"

typedef struct zta_jws {
	zta_str input;     /* what is signed: header, point, payload */
	zta_str signature; /* bytes */
	zta_json_doc header;
	zta_json_doc payload; /* an object */
	zta_alg alg;
	zta_str typ; /* empty: none */
	zta_str kid; /* empty: none */
} zta_jws;

/*
 * Take `token` apart, into `arena`. Nothing is verified, but headers that would
 * bring their own key, or that must be understood and are not, are refused.
 * ZTA_EUNTRUSTED with `*refusal`, or ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_jws__parse(zta_arena *arena, zta_str token,
    zta_jws *out, zta_refusal *refusal, zta_error *err);

/* The same of a token of up to `max` bytes, which is a document of its own. */
ZTA_MUST_USE zta_status zta_jws__parse_large(zta_arena *arena, zta_str token,
    size_t max, zta_jws *out, zta_refusal *refusal, zta_error *err);

/*
 * The same of a proof of possession, whose header brings the key that is shown
 * to be held: `jwk` alone. SPEC: rfc9449 4.2
 */
ZTA_MUST_USE zta_status zta_jws__parse_proof(zta_arena *arena, zta_str token,
    zta_jws *out, zta_refusal *refusal, zta_error *err);

/*
 * Media types of `typ` compare without case and without "application/".
 * SPEC: rfc7515 4.1.9
 */
bool zta_jws__typ_is(const zta_jws *jws, zta_str typ);

/* {"alg":..,"typ":..,"kid":..} "." `payload`, both encoded: what is signed. */
void zta_jws__put_input(
    zta_buf *out, zta_alg alg, zta_str typ, zta_str kid, zta_str payload);

/* The whole token: sign `payload` with `key`. */
ZTA_MUST_USE zta_status zta_jws__sign(zta_buf *out, const zta_key *key,
    zta_alg alg, zta_str typ, zta_str kid, zta_str payload, zta_error *err);

#endif
