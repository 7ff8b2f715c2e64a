/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.h - from a credential to a principal. SPEC: ztauth 3
 *
 * The one source that claims the credential is found, the credential is
 * verified as the source's kind says, and then it is seen that it was not taken
 * back. Nothing here waits for anybody: if something of the outside is needed,
 * the answer is what; the caller has it fetched and asks again.
 */
#ifndef ZTA_IDENTITY_VERIFY_H
#define ZTA_IDENTITY_VERIFY_H

#include "identity/live.h"
#include "identity/presented.h"
#include "identity/source.h"

typedef struct zta_verifying zta_verifying;

/* What is verified with. */
typedef struct zta_verifier {
	const zta_sources *sources;
	zta_ring *ring; /* NULL: nothing is fetched */
	zta_live *live; /* NULL: nothing that is bound is taken */
	zta_arena *arena;
	int64_t now;   /* ms */
	int64_t since; /* of the ring's clock, when the call came */
} zta_verifier;

/* Why there is no principal. */
typedef struct zta_why_not {
	zta_refusal refusal; /* of ZTA_EUNTRUSTED */
	zta_need need;       /* of ZTA_EUNAVAILABLE */
} zta_why_not;

/*
 * Verify. The principal refers to the credential and `arena`.
 * ZTA_EUNTRUSTED: refused. ZTA_EUNAVAILABLE: fetch what is needed and ask
 * again. ZTA_ENOMEM, ZTA_ELIMIT. No message ever holds a part of a signature or
 * of a secret.
 */
ZTA_MUST_USE zta_status zta_identity__verify(const zta_verifier *with,
    const zta_presented *presented, zta_principal *out, zta_why_not *why_not,
    zta_error *err);

#endif
