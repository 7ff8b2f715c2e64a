/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registered.h - the claims that are asked for by name, found in one pass.
 * SPEC: rfc7519 4.1, rfc7800, rfc8693, rfc9068; openid core 2
 */
#ifndef ZTA_IDENTITY_REGISTERED_H
#define ZTA_IDENTITY_REGISTERED_H

#include "identity/known.h"

typedef enum zta_claim {
	ZTA_CLAIM_ACR,
	ZTA_CLAIM_AMR,
	ZTA_CLAIM_AUD,
	ZTA_CLAIM_AUTH_TIME,
	ZTA_CLAIM_AZP,
	ZTA_CLAIM_CLIENT_ID,
	ZTA_CLAIM_CNF,
	ZTA_CLAIM_EXP,
	ZTA_CLAIM_IAT,
	ZTA_CLAIM_ISS,
	ZTA_CLAIM_JTI,
	ZTA_CLAIM_NBF,
	ZTA_CLAIM_SCOPE,
	ZTA_CLAIM_SCP,
	ZTA_CLAIM_STATUS,
	ZTA_CLAIM_SUB,
	ZTA_CLAIM_COUNT
} zta_claim;

typedef struct zta_claims {
	zta_json_doc doc;                    /* no root: there are none */
	const zta_json *of[ZTA_CLAIM_COUNT]; /* NULL: it is not there */
} zta_claims;

/* Find them in `doc`; there are none in what is no object. */
void zta_claims__find(zta_claims *out, const zta_json_doc *doc);

/* The same of a text, as zta_json__read() reads it. */
ZTA_MUST_USE zta_status zta_claims__read(
    zta_claims *out, zta_arena *arena, zta_str text, zta_error *err);

/* Of the payload of a JWS. */
extern const zta_known_reading zta_claims__reading;

/* "exp" and so on. Static. */
const char *zta_claim__name(zta_claim claim);

#endif
