/* SPDX-License-Identifier: Apache-2.0 */
/* mapping.h - from claims to the parents and attributes of a Cedar entity. */
#ifndef ZTA_IDENTITY_MAPPING_H
#define ZTA_IDENTITY_MAPPING_H

#include "identity/kind.h"

/* The claim, or NULL. */
const zta_json *zta_mapping__find(
    const zta_json *claims, const zta_claim_path *path);

/* Fill parents and attributes of `v->out` from `v->claims`. */
ZTA_MUST_USE zta_status zta_mapping__apply(zta_verifying *v);

#endif
