/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live.h - what verifying needs that changes while a server runs: it lives
 * beside snapshots and outlasts them. Any thread may use it.
 */
#ifndef ZTA_IDENTITY_LIVE_H
#define ZTA_IDENTITY_LIVE_H

#include "identity/dpop.h"

typedef struct zta_live {
	zta_replay *proofs; /* that were used */
	zta_dpop_nonces nonces;
} zta_live;

/* ZTA_ENOMEM. Free with zta_live__close(). */
ZTA_MUST_USE zta_status zta_live__open(zta_live *live, zta_error *err);
/* One that is all zero is fine. */
void zta_live__close(zta_live *live);

#endif
