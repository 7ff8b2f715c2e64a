/* SPDX-License-Identifier: Apache-2.0 */
/* kind_api_key.h - what an API key looks like. */
#ifndef ZTA_IDENTITY_KIND_API_KEY_H
#define ZTA_IDENTITY_KIND_API_KEY_H

#include "identity/kind.h"

/*
 * Find the key that was presented: its issuer, by which a source claims it, and
 * its claims, which hold.
 */
ZTA_MUST_USE zta_status zta_api_key__look(zta_verifying *v);

#endif
