/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle_endpoint.h - where a trust domain publishes its bundle.
 * SPEC: spiffe-federation 5
 */
#ifndef ZTA_IDENTITY_BUNDLE_ENDPOINT_H
#define ZTA_IDENTITY_BUNDLE_ENDPOINT_H

#include "identity/source.h"

/*
 * A zta_need_fetch: put the bundle of the need's source into the ring, unless it
 * is older than the one that is there.
 */
zta_status zta_bundle_endpoint__fetch(const zta_need *need, zta_ring *ring,
    const zta_outside *outside, zta_error *err);

#endif
