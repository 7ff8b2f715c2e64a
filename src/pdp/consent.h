/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consent.h - an ID token that shows that a person was there for one grant.
 * SPEC: ztauth 7, openid core 2; docs/formats/delegation.md
 */
#ifndef ZTA_PDP_CONSENT_H
#define ZTA_PDP_CONSENT_H

#include "identity/verify.h"
#include "trust/grant.h"

/* Its `iat` is no older than this, and the grant is not, nor begins, earlier. */
#define ZTA_CONSENT_AGE_MAX_MS INT64_C(600000)

/*
 * Is the ID token consent of the grant's delegator to this grant, at
 * `with->now`? Then `person` is who gave it. ZTA_EUNTRUSTED: it is none, with the
 * reason. ZTA_EUNAVAILABLE: `why_not` says what must be fetched. ZTA_ENOMEM,
 * ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_consent__judge(const zta_verifier *with,
    const zta_presented *id_token, const zta_grant *grant,
    zta_principal *person, zta_why_not *why_not, zta_error *err);

#endif
