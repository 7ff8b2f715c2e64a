/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal.h - seals: that one decision allowed one payload into one channel.
 * SPEC: ztauth 8; docs/formats/seal.md
 */
#ifndef ZTA_TRUST_SEAL_H
#define ZTA_TRUST_SEAL_H

#include "crypto/digest.h"
#include "trust/txn_token.h"

#define ZTA_SEAL_TYP "ztauth-seal+jwt"

/* What is sealed. */
typedef struct zta_sealed {
	zta_str channel;
	unsigned char payload[ZTA_SHA256_LEN]; /* its digest, or the root: */
	uint32_t payloads; /* how many are below it; 0: it is one payload */
	bool once;
} zta_sealed;

typedef struct zta_seal {
	zta_txn txn; /* the audience is the issuer; `seal` is the one before */
	zta_str jti, decision; /* 32 hexadecimal digits */
	uint64_t log_index;
	zta_sealed what;
	unsigned char digest[ZTA_SHA256_LEN]; /* of what was read */
} zta_seal;

/*
 * Read the members `channel`, `payload_sha256`, `payloads` and `once` of an
 * object. NULL, or the rule that one of them breaks.
 */
const char *zta_sealed__take(const zta_json *object, zta_sealed *out);

/* Append the payload. */
void zta_seal__put(zta_buf *buf, const zta_seal *seal);

/*
 * Read the payload of a seal whose signature was verified; the result refers to
 * it and `arena`. ZTA_EUNTRUSTED: not of this form.
 */
ZTA_MUST_USE zta_status zta_seal__read(
    const zta_jws *jws, zta_arena *arena, zta_seal *out, zta_error *err);
/* The same, for zta_known__parse(). */
extern const zta_known_reading zta_seal__reading;

#endif
