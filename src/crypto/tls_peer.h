/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_peer.h - who answers at the other end, where names and authorities of the
 * web do not say it.
 */
#ifndef ZTA_CRYPTO_TLS_PEER_H
#define ZTA_CRYPTO_TLS_PEER_H

#include "crypto/tls.h"

typedef struct zta_tls_peer {
	zta_tls_check *check;
	void *context;
	bool passed; /* the check was asked, and held */
} zta_tls_peer;

/*
 * Let connections of `ssl_ctx`, an SSL_CTX of a client, stand only if the check
 * holds, in place of OpenSSL's own path building. False: it cannot be had.
 */
ZTA_MUST_USE bool zta_tls_peer__demand(void *ssl_ctx, zta_tls_peer *peer);

#endif
