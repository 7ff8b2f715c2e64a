/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dpop.h - proof that a request comes from who holds the key of its token.
 * SPEC: rfc9449
 */
#ifndef ZTA_IDENTITY_DPOP_H
#define ZTA_IDENTITY_DPOP_H

#include "identity/proof.h"

/* How long a proof is good after `iat`. SPEC: rfc9449 11.1 */
#define ZTA_DPOP_LIFE_MS 60000

#define ZTA_DPOP_NONCE_LEN 24
#define ZTA_DPOP_NONCE_DIGITS 32

/* What makes nonces: a key that lives as long as the process. */
typedef struct zta_dpop_nonces {
	unsigned char key[ZTA_SHA256_LEN];
} zta_dpop_nonces;

void zta_dpop_nonces__init(zta_dpop_nonces *nonces);

/* The nonce to send at `now` (ms); it is good for one to two periods. */
#define ZTA_DPOP_NONCE_PERIOD_MS 120000
ZTA_MUST_USE zta_status zta_dpop_nonces__at(const zta_dpop_nonces *nonces,
    int64_t now, char out[ZTA_DPOP_NONCE_DIGITS]);

/*
 * Judge the proof that came with `token`, which is bound to the key of this
 * RFC 7638 thumbprint. `nonces` not NULL: it must have one of them. The other
 * rules are those of RFC 9449 4.3. ZTA_EUNTRUSTED with `*j->refusal`; ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_dpop__judge(zta_proof_judge *j, zta_str token,
    zta_str thumbprint, const zta_dpop_nonces *nonces);

#endif
