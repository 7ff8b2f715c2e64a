/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status_check.h - did whoever issued the credential take it back? By a status
 * list, which is fetched. SPEC: draft-ietf-oauth-status-list
 */
#ifndef ZTA_IDENTITY_STATUS_CHECK_H
#define ZTA_IDENTITY_STATUS_CHECK_H

#include "identity/kind.h"

/*
 * A credential that names no status is good; one that does is good if its list
 * says so, or it is needed.
 */
ZTA_MUST_USE zta_status zta_status__check(zta_verifying *v);

#endif
