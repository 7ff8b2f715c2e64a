/* SPDX-License-Identifier: Apache-2.0 */
/* jwt.h - from a JWT to a principal. SPEC: rfc7519, rfc8725, rfc9068 */
#ifndef ZTA_IDENTITY_JWT_H
#define ZTA_IDENTITY_JWT_H

#include "identity/source.h"

/*
 * Verify `token` at `now` (ms) under the one source that claims it. The
 * principal refers to `token` and `arena`. ZTA_EUNTRUSTED with `*refusal`;
 * ZTA_ENOMEM, ZTA_ELIMIT. No message ever holds a part of the signature.
 */
ZTA_MUST_USE zta_status zta_jwt__verify(const zta_sources *sources,
    zta_arena *arena, zta_str token, int64_t now, zta_principal *out,
    zta_refusal *refusal, zta_error *err);

/*
 * A NumericDate (RFC 7519 section 2) as milliseconds; false: it is none, or
 * beyond the year 9999.
 */
ZTA_MUST_USE bool zta_jwt__date(const zta_json *node, int64_t *ms);

#endif
