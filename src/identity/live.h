/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live.h - what verifying needs that changes while a server runs: it lives
 * beside snapshots and outlasts them. Any thread may use it.
 */
#ifndef ZTA_IDENTITY_LIVE_H
#define ZTA_IDENTITY_LIVE_H

#include "identity/api_keys.h"
#include "identity/dpop.h"
#include "identity/known.h"

typedef struct zta_live {
	zta_used *used; /* proofs, and what else is good once */
	zta_known *known;
	zta_dpop_nonces nonces;
	bool has_api_keys, has_revocations; /* or they are not open */
	zta_followed api_keys, revocations;
} zta_live;

typedef struct zta_live_files {
	const char *api_keys, *revocations; /* NULL: none */
	/* Hears of a file that was changed to a bad one. */
	void (*tell)(const zta_error *why);
} zta_live_files;

/* The files must be good. Free with zta_live__close(), whatever it says. */
ZTA_MUST_USE zta_status zta_live__open(
    zta_live *live, const zta_live_files *files, zta_error *err);
/* One that is all zero is fine. */
void zta_live__close(zta_live *live);

/* Tokens that are known, of NULL: none. */
static inline zta_known *
zta_live__known(const zta_live *live)
{
	return live == NULL ? NULL : live->known;
}

#endif
