/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.c - see tls.h.
 *
 * OpenSSL reads and writes through a BIO of ours: it reads from the slice that
 * has just come, and writes to the buffer of what is to be sent. It takes a
 * slice whole, so nothing that has come is ever left where the event loop does
 * not see it.
 */
#include "crypto/tls.h"

#include <openssl/err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "crypto/key_object.h"
#include "crypto/tls_setup.h"
#include "crypto/tls_tickets.h"

struct zta_tls {
	pthread_mutex_t lock;
	SSL_CTX *ctx; /* of what is shown now; under the lock */
	zta_tls_options options;
	zta_tls_tickets *tickets;
	BIO_METHOD *method;
};

struct zta_tls_link {
	SSL *ssl;
	zta_tls_state state;
	zta_str in; /* what has come and is not read yet */
	zta_buf *wire;
	size_t unasked; /* bytes sent after the handshake that say nothing */
	zta_x509_chain peer;
	zta_arena arena; /* of the peer's certificates */
	const zta_tls *tls;
};

/* --- between OpenSSL and the network */

static int
bio_read(BIO *bio, char *out, size_t room, size_t *len)
{
	zta_tls_link *link = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (link->in.len == 0) {
		BIO_set_retry_read(bio);
		return 0;
	}
	*len = room < link->in.len ? room : link->in.len;
	memcpy(out, link->in.ptr, *len);
	link->in.ptr += *len;
	link->in.len -= *len;
	return 1;
}

static int
bio_write(BIO *bio, const char *bytes, size_t len, size_t *written)
{
	zta_tls_link *link = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	zta_buf__put(link->wire, (zta_str){ bytes, len });
	*written = len;
	return link->wire->status == ZTA_OK;
}

static long
bio_control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *
make_method(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "link");

	if (method != NULL &&
	    (BIO_meth_set_read_ex(method, bio_read) != 1 ||
		BIO_meth_set_write_ex(method, bio_write) != 1 ||
		BIO_meth_set_ctrl(method, bio_control) != 1)) {
		BIO_meth_free(method);
		return NULL;
	}
	return method;
}

/* --- certificates of clients */

/*
 * Called in place of OpenSSL's own path building. That the client holds the
 * key is shown by the message that follows.
 */
static int
judge_peer(X509_STORE_CTX *shown, void *context)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(
	    shown, SSL_get_ex_data_X509_STORE_CTX_idx());
	zta_tls_link *link = SSL_get_app_data(ssl);
	const zta_tls *tls = link->tls;

	(void)context;
	if (zta_tls_setup__read_chain(shown, &link->arena, &link->peer) &&
	    tls->options.check(tls->options.context, &link->peer)) {
		X509_STORE_CTX_set_error(shown, X509_V_OK);
		return 1;
	}
	link->peer.count = 0;
	X509_STORE_CTX_set_error(shown, X509_V_ERR_CERT_REJECTED);
	return 0;
}

/* --- links */

/* What came could not be understood, or ended too early. */
static zta_tls_state
broken(zta_tls_link *link)
{
	ERR_clear_error();
	link->state = ZTA_TLS_BROKEN;
	return link->state;
}

/* Read what is here; 1: there may be more. */
static int
read_some(zta_tls_link *link, zta_buf *plain)
{
	char bytes[SSL3_RT_MAX_PLAIN_LENGTH];
	size_t len = 0;
	int done = SSL_read_ex(link->ssl, bytes, sizeof(bytes), &len);

	zta_buf__put(plain, (zta_str){ bytes, len });
	return done;
}

static zta_tls_state
read_all(zta_tls_link *link, zta_buf *plain)
{
	size_t before = link->wire->len;

	while (read_some(link, plain) == 1) {
	}
	/* Who asks for answers without saying anything must not fill memory. */
	link->unasked += link->wire->len - before;
	switch (SSL_get_error(link->ssl, 0)) {
	case SSL_ERROR_WANT_READ:
		return link->unasked > ZTA_TLS_UNASKED_MAX ? broken(link) :
							     link->state;
	case SSL_ERROR_ZERO_RETURN:
		link->state = ZTA_TLS_ENDED;
		return link->state;
	default:
		return broken(link);
	}
}

/* 1: done; 0: more must come; -1: it has failed. */
static int
shake(zta_tls_link *link)
{
	int done = SSL_do_handshake(link->ssl);

	if (done == 1) {
		link->state = ZTA_TLS_UP;
		return 1;
	}
	return SSL_get_error(link->ssl, done) == SSL_ERROR_WANT_READ ? 0 : -1;
}

zta_tls_state
zta_tls_link__take(zta_tls_link *link, zta_str bytes, zta_buf *plain)
{
	int done = 1;

	if (link->state != ZTA_TLS_SHAKING && link->state != ZTA_TLS_UP) {
		return link->state;
	}
	ERR_clear_error();
	link->in = bytes;
	if (link->state == ZTA_TLS_SHAKING) {
		done = shake(link);
	}
	if (done < 0) {
		(void)broken(link);
	} else if (done > 0) {
		(void)read_all(link, plain);
	}
	/* What follows an end is nothing, and is the caller's memory. */
	link->in = (zta_str){ NULL, 0 };
	return link->state;
}

void
zta_tls_link__say(zta_tls_link *link, zta_str text)
{
	size_t written;

	ERR_clear_error();
	if (text.len > 0 &&
	    SSL_write_ex(link->ssl, text.ptr, text.len, &written) != 1) {
		(void)broken(link);
	}
}

void
zta_tls_link__end(zta_tls_link *link)
{
	if (link->state == ZTA_TLS_UP || link->state == ZTA_TLS_ENDED) {
		(void)SSL_shutdown(link->ssl);
		ERR_clear_error();
	}
}

const zta_x509_chain *
zta_tls_link__peer(const zta_tls_link *link)
{
	return link->peer.count == 0 ? NULL : &link->peer;
}

/* The context that is in force, held. */
static SSL_CTX *
hold(zta_tls *tls)
{
	SSL_CTX *ctx;

	(void)pthread_mutex_lock(&tls->lock);
	ctx = tls->ctx;
	(void)SSL_CTX_up_ref(ctx);
	(void)pthread_mutex_unlock(&tls->lock);
	return ctx;
}

zta_status
zta_tls_link__open(
    zta_tls_link **out, zta_tls *tls, zta_buf *wire, zta_error *err)
{
	zta_tls_link *link = calloc(1, sizeof(*link));
	SSL_CTX *ctx = hold(tls);
	BIO *bio = BIO_new(tls->method);

	*out = NULL;
	if (link != NULL) {
		link->ssl = SSL_new(ctx);
		link->wire = wire;
		link->tls = tls;
		zta_arena__init(&link->arena, 2 * ZTA_X509_CHAIN_BYTES_MAX);
	}
	SSL_CTX_free(ctx);
	if (bio == NULL || link == NULL || link->ssl == NULL) {
		BIO_free(bio);
		zta_tls_link__close(link);
		ERR_clear_error();
		return zta_error__nomem(err);
	}
	BIO_set_data(bio, link);
	BIO_set_init(bio, 1);
	SSL_set_bio(link->ssl, bio, bio);
	(void)SSL_set_app_data(link->ssl, link);
	SSL_set_accept_state(link->ssl);
	*out = link;
	return ZTA_OK;
}

void
zta_tls_link__close(zta_tls_link *link)
{
	if (link != NULL) {
		SSL_free(link->ssl);
		zta_arena__release(&link->arena);
		free(link);
	}
}

/* --- what is shown */

static zta_status
make_context(const zta_tls *tls, zta_str certificates, zta_str key,
    SSL_CTX **out, zta_error *err)
{
	zta_status status = zta_tls_setup__context(out, certificates, key, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_tls_tickets__serve(tls->tickets, *out);
	if (tls->options.client != ZTA_TLS_CLIENT_NONE) {
		SSL_CTX_set_verify(*out,
		    SSL_VERIFY_PEER |
			(tls->options.client == ZTA_TLS_CLIENT_REQUIRED ?
				SSL_VERIFY_FAIL_IF_NO_PEER_CERT :
				0),
		    NULL);
		SSL_CTX_set_cert_verify_callback(*out, judge_peer, NULL);
	}
	return ZTA_OK;
}

zta_status
zta_tls__renew(zta_tls *tls, zta_str certificates, zta_str key, zta_error *err)
{
	SSL_CTX *made, *before;
	zta_status status = make_context(tls, certificates, key, &made, err);

	if (status != ZTA_OK) {
		return status;
	}
	(void)pthread_mutex_lock(&tls->lock);
	before = tls->ctx;
	tls->ctx = made;
	(void)pthread_mutex_unlock(&tls->lock);
	SSL_CTX_free(before);
	return ZTA_OK;
}

zta_status
zta_tls__open(zta_tls **out, const zta_tls_options *options, zta_error *err)
{
	zta_tls *tls = calloc(1, sizeof(*tls));
	zta_status status;

	*out = NULL;
	if (tls == NULL || pthread_mutex_init(&tls->lock, NULL) != 0) {
		free(tls);
		return zta_error__nomem(err);
	}
	tls->options = *options;
	/* They are the caller's, and are not looked at again. */
	tls->options.certificates = tls->options.key = (zta_str){ NULL, 0 };
	tls->tickets = zta_tls_tickets__open();
	tls->method = make_method();
	status = tls->tickets == NULL || tls->method == NULL ?
	    zta_error__nomem(err) :
	    zta_tls__renew(tls, options->certificates, options->key, err);
	if (status != ZTA_OK) {
		zta_tls__close(tls);
		return status;
	}
	*out = tls;
	return ZTA_OK;
}

void
zta_tls__close(zta_tls *tls)
{
	if (tls != NULL) {
		SSL_CTX_free(tls->ctx);
		zta_tls_tickets__close(tls->tickets);
		BIO_meth_free(tls->method);
		(void)pthread_mutex_destroy(&tls->lock);
		free(tls);
	}
}
