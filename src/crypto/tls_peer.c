/* SPDX-License-Identifier: Apache-2.0 */
/* tls_peer.c - see tls_peer.h. */
#include "crypto/tls_peer.h"

#include "base/limits.h"
#include "crypto/tls_setup.h"

/* That the peer holds the key is shown by the message that follows. */
static int
judge(X509_STORE_CTX *shown, void *context)
{
	zta_tls_peer *peer = context;
	zta_x509_chain chain;
	zta_arena arena;

	zta_arena__init(&arena, 2 * ZTA_X509_CHAIN_BYTES_MAX);
	peer->passed = zta_tls_setup__read_chain(shown, &arena, &chain) &&
	    peer->check(peer->context, &chain);
	zta_arena__release(&arena);
	X509_STORE_CTX_set_error(
	    shown, peer->passed ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
	return peer->passed;
}

bool
zta_tls_peer__demand(void *ssl_ctx, zta_tls_peer *peer)
{
	SSL_CTX *ctx = ssl_ctx;

	SSL_CTX_set_max_cert_list(ctx, ZTA_X509_CHAIN_BYTES_MAX);
	SSL_CTX_set_security_level(ctx, 2);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, judge, peer);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1;
}
