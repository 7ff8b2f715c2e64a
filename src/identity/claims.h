/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claims.h - what a credential says, in JSON: checked for its type, judged by
 * the source, and put into the principal. SPEC: rfc7519 4.1, rfc9068
 */
#ifndef ZTA_IDENTITY_CLAIMS_H
#define ZTA_IDENTITY_CLAIMS_H

#include "identity/kind.h"

/*
 * Judge `v->claims`: audience, dates, subject, scopes, what the source demands;
 * and fill `v->out`.
 */
ZTA_MUST_USE zta_status zta_claims__judge(zta_verifying *v);

/* The same but for the audience, which the proof names. */
ZTA_MUST_USE zta_status zta_claims__judge_unaddressed(zta_verifying *v);
/* What the source demands of how somebody signed in, and with whom. */
ZTA_MUST_USE zta_status zta_claims__demand(zta_verifying *v);

/*
 * A NumericDate (RFC 7519 section 2) as milliseconds; false: it is none, or
 * beyond the year 9999.
 */
ZTA_MUST_USE bool zta_claims__date(const zta_json *node, int64_t *ms);

#endif
