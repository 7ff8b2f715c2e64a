/* SPDX-License-Identifier: Apache-2.0 */
/* presented.h - a credential as it came, with all that came around it. */
#ifndef ZTA_IDENTITY_PRESENTED_H
#define ZTA_IDENTITY_PRESENTED_H

#include "ztauth/base.h"

/* What the caller says it is. It is looked at, never believed. */
typedef enum zta_presented_as {
	ZTA_AS_JWT,
	ZTA_AS_ACCESS_TOKEN, /* a JWT, or opaque */
	ZTA_AS_ID_TOKEN,     /* a JWT */
	ZTA_AS_SAML2,
	ZTA_AS_API_KEY,
	ZTA_AS_SVID /* the certificates of the connection; no text */
} zta_presented_as;

/* The request that carried it; what is absent is empty. */
typedef struct zta_circumstances {
	zta_str method, uri;    /* scheme, host and path */
	const zta_str *chain;   /* certificates of the TLS peer, DER */
	uint32_t chain_count;   /* its own is the first */
	zta_str dpop;           /* header DPoP. SPEC: rfc9449 4.1 */
	zta_str workload_proof; /* header Workload-Proof-Token. SPEC: wimse */
} zta_circumstances;

typedef struct zta_presented {
	zta_str credential;
	zta_presented_as as;
	const zta_circumstances *around;
} zta_presented;

#endif
