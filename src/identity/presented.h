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

typedef struct zta_header {
	zta_str name, value; /* no space around it */
} zta_header;

/* The request that carried it; what is absent is empty. */
typedef struct zta_circumstances {
	uint64_t call;        /* a number that no other request has */
	zta_str method, uri;  /* scheme, host and path */
	const zta_str *chain; /* certificates of the TLS peer, DER */
	uint32_t chain_count; /* its own is the first */
	/* Headers, and how many of them came; the text is that of the first. */
	zta_str dpop; /* DPoP. SPEC: rfc9449 4.1 */
	uint32_t dpop_count;
	/* Authorization: WPT, or Workload-Proof-Token. SPEC: wimse-wpt 2 */
	zta_str workload_proof;
	uint32_t workload_proof_count;
	const zta_header *headers; /* all of them */
	uint32_t header_count;
} zta_circumstances;

typedef struct zta_presented {
	zta_str credential;
	zta_presented_as as;
	const zta_circumstances *around;
} zta_presented;

#endif
