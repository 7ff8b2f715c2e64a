/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof.h - what proofs of possession have in common: a JWS that its holder made
 * for one request. See dpop.h and wpt.h.
 */
#ifndef ZTA_IDENTITY_PROOF_H
#define ZTA_IDENTITY_PROOF_H

#include "identity/jws.h"
#include "identity/used.h"

/* Digits of a SHA-256 in base64url. */
#define ZTA_PROOF_DIGITS 43

/* One proof that is being judged. */
typedef struct zta_proof_judge {
	zta_arena *arena;
	zta_str text;         /* the proof as it came */
	uint32_t count;       /* how many of its header came */
	zta_str method, uri;  /* of the request */
	uint64_t call;        /* its number: it may be judged again */
	int64_t now;          /* ms */
	int64_t leeway_ms;    /* for clocks that differ */
	zta_used *used;       /* what was used already */
	zta_jws jws;          /* once it is parsed */
	zta_refusal *refusal; /* why not */
	zta_error *err;
} zta_proof_judge;

#define ZTA_PROOF_REFUSE(j, code, ...) \
	zta_refusal__set(              \
	    (j)->refusal, ZTA_REFUSAL_PROOF_##code, (j)->err, __VA_ARGS__)

/*
 * Take it apart: there is exactly one, a JWS of type `typ`; `own_key`: that
 * brings its key. Everything below refuses with ZTA_EUNTRUSTED.
 */
ZTA_MUST_USE zta_status zta_proof__parse(
    zta_proof_judge *j, zta_str typ, bool own_key);

/* A claim that must be a string, and not empty. */
ZTA_MUST_USE zta_status zta_proof__text(
    zta_proof_judge *j, const char *name, zta_str *out);

/* A claim that must be a date (ms). */
ZTA_MUST_USE zta_status zta_proof__date(
    zta_proof_judge *j, const char *name, int64_t *out);

/* A claim that must be the SHA-256 of `token` in base64url. */
ZTA_MUST_USE zta_status zta_proof__hash(
    zta_proof_judge *j, const char *name, zta_str token);

/*
 * Use up its `jti`, of the key with this thumbprint; it could be shown again
 * until `until`. The last check: only a proof that is good takes room.
 */
ZTA_MUST_USE zta_status zta_proof__once(
    zta_proof_judge *j, zta_str thumbprint, int64_t until);

/* Base64url of the SHA-256. */
void zta_proof__digits(zta_str bytes, char out[ZTA_PROOF_DIGITS]);

#endif
