/* SPDX-License-Identifier: Apache-2.0 */
/* spiffe_id.h - names of workloads. SPEC: spiffe-id 2 */
#ifndef ZTA_IDENTITY_SPIFFE_ID_H
#define ZTA_IDENTITY_SPIFFE_ID_H

#include "ztauth/base.h"

/*
 * Is `id` a SPIFFE ID, spiffe://<trust domain>/<path>, the path not empty?
 * `trust_domain` (may be NULL) is its domain. Nothing is normalized.
 */
bool zta_spiffe_id__read(zta_str id, zta_str *trust_domain);

/* The same, or the like with the scheme wimse. SPEC: wimse-workload-creds 3.1 */
bool zta_workload_id__read(zta_str id, zta_str *trust_domain);

/* Lower-case letters, digits, `.`, `-`, `_`; not empty. SPEC: ztauth 1 */
bool zta_trust_domain__is_valid(zta_str domain);

#endif
