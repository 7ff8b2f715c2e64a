/* SPDX-License-Identifier: Apache-2.0 */
/* x509.h - certificates. SPEC: rfc5280 */
#ifndef ZTA_CRYPTO_X509_H
#define ZTA_CRYPTO_X509_H

#include "base/arena.h"

/* Certificates in DER: that of a peer, then those that signed it. */
typedef struct zta_x509_chain {
	const zta_str *certificates;
	uint32_t count;
} zta_x509_chain;

#endif
