/* SPDX-License-Identifier: Apache-2.0 */
/* jose.h - the proof of a JWS under its source. SPEC: rfc7515, rfc8725 */
#ifndef ZTA_IDENTITY_JOSE_H
#define ZTA_IDENTITY_JOSE_H

#include "identity/kind.h"

/*
 * Verify `v->token`: its algorithm is one of the source, a key of the source made
 * the signature, and its `typ` is one of the source or, if that names none, of
 * `types` (ended by NULL) or absent. Then its payload is `v->claims`.
 */
ZTA_MUST_USE zta_status zta_jose__verify(
    zta_verifying *v, const char *const *types);

#endif
