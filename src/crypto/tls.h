/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.h - the server's side of TLS 1.3 and 1.2, without a socket.
 *
 * Bytes of the network go in, bytes for it come out; whoever calls moves them.
 * So a connection reads and writes the same way with TLS and without.
 * docs/design/http.md
 */
#ifndef ZTA_CRYPTO_TLS_H
#define ZTA_CRYPTO_TLS_H

#include "base/buf.h"
#include "crypto/x509.h"

typedef enum zta_tls_client {
	ZTA_TLS_CLIENT_NONE,     /* no certificate is asked for */
	ZTA_TLS_CLIENT_OPTIONAL, /* one that is shown must be good */
	ZTA_TLS_CLIENT_REQUIRED
} zta_tls_client;

/* Is the chain that a peer shows good? Called from any thread. */
typedef bool zta_tls_check(void *context, const zta_x509_chain *chain);

typedef struct zta_tls_options {
	zta_str certificates; /* PEM: the server's, then who signed it */
	zta_str key;          /* PEM: its private key */
	zta_tls_client client;
	zta_tls_check *check; /* needed unless no certificate is asked for */
	void *context;
} zta_tls_options;

/* What a server shows; shared by all of its threads. */
typedef struct zta_tls zta_tls;

/*
 * ZTA_ESYNTAX, ZTA_EINVALID: the certificate and its key cannot serve, and why.
 * Free with zta_tls__close(), after all links.
 */
ZTA_MUST_USE zta_status zta_tls__open(
    zta_tls **out, const zta_tls_options *options, zta_error *err);
void zta_tls__close(zta_tls *tls);

/*
 * Show another certificate from now on; links that are there go on. Errors as
 * above change nothing. From any thread.
 */
ZTA_MUST_USE zta_status zta_tls__renew(
    zta_tls *tls, zta_str certificates, zta_str key, zta_error *err);

/* One connection; belongs to one thread at a time. */
typedef struct zta_tls_link zta_tls_link;

typedef enum zta_tls_state {
	ZTA_TLS_SHAKING, /* hands: nothing can be said yet */
	ZTA_TLS_UP,
	ZTA_TLS_ENDED, /* the client has said that nothing follows */
	ZTA_TLS_BROKEN /* send what there is, then close */
} zta_tls_state;

/* What is to be sent is added to `wire`, which outlives the link. ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_tls_link__open(
    zta_tls_link **out, zta_tls *tls, zta_buf *wire, zta_error *err);
void zta_tls_link__close(zta_tls_link *link);

/* Take what has come; what it says is added to `plain`. */
zta_tls_state zta_tls_link__take(
    zta_tls_link *link, zta_str bytes, zta_buf *plain);

/* Say `text`. The link must be up, or ended by the client alone. */
void zta_tls_link__say(zta_tls_link *link, zta_str text);
/* Say that nothing follows. */
void zta_tls_link__end(zta_tls_link *link);

/* What the client has shown and proven to hold; NULL: nothing. */
const zta_x509_chain *zta_tls_link__peer(const zta_tls_link *link);

#endif
