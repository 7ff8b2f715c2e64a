/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_tickets.c - see tls_tickets.h. SPEC: rfc5077 4, rfc8446 4.6.1
 *
 * A session in which the client has shown a certificate is never resumed: the
 * ticket would hold one certificate of the chain, and whoever shows it would
 * have proven nothing since.
 */
#include "crypto/tls_tickets.h"

#include <openssl/core_names.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/time.h"

#define NAME_LEN 16
#define KEY_LEN 32
#define IV_LEN 16
/* A ticket is good for this long, and its key seals for as long. */
#define LIFE_S 3600

typedef struct ticket_key {
	unsigned char name[NAME_LEN];
	unsigned char seal[KEY_LEN], prove[KEY_LEN];
	int64_t since; /* monotonic ms */
} ticket_key;

struct zta_tls_tickets {
	pthread_mutex_t lock;
	ticket_key now, before;
};

static void
make_key(ticket_key *key, int64_t since)
{
	zta_random__bytes(key, sizeof(*key));
	key->since = since;
}

/* With the lock held: no key is used for longer than it may. */
static void
rotate(zta_tls_tickets *t)
{
	int64_t now = zta_time__monotonic_ms();
	int64_t age = now - t->now.since;

	if (age < (int64_t)LIFE_S * 1000) {
		return;
	}
	if (age < (int64_t)2 * LIFE_S * 1000) {
		t->before = t->now;
	} else {
		make_key(&t->before, now);
	}
	make_key(&t->now, now);
}

static bool
set_up(const ticket_key *key, const unsigned char *iv, EVP_CIPHER_CTX *cipher,
    EVP_MAC_CTX *mac, int sealing)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->seal, iv,
		   sealing) == 1 &&
	    EVP_MAC_init(mac, key->prove, sizeof(key->prove), params) == 1;
}

/* The form is OpenSSL's: -1 failure, 0 no such key, 1 go on, 2 and renew. */
static int
find_key(SSL *ssl, unsigned char *name, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int sealing)
{
	zta_tls_tickets *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	const ticket_key *key;
	int found;

	(void)pthread_mutex_lock(&t->lock);
	rotate(t);
	key = &t->now;
	found = 1;
	if (sealing) {
		memcpy(name, key->name, NAME_LEN);
		zta_random__bytes(iv, IV_LEN);
	} else if (memcmp(name, t->before.name, NAME_LEN) == 0) {
		key = &t->before;
		found = 2;
	} else if (memcmp(name, key->name, NAME_LEN) != 0) {
		found = 0;
	}
	if (found > 0 && !set_up(key, iv, cipher, mac, sealing)) {
		found = -1;
	}
	(void)pthread_mutex_unlock(&t->lock);
	return found;
}

static SSL_TICKET_RETURN
opened(SSL *ssl, SSL_SESSION *session, const unsigned char *name, size_t len,
    SSL_TICKET_STATUS status, void *context)
{
	(void)ssl;
	(void)name;
	(void)len;
	(void)context;
	if ((status != SSL_TICKET_SUCCESS &&
		status != SSL_TICKET_SUCCESS_RENEW) ||
	    SSL_SESSION_get0_peer(session) != NULL) {
		return SSL_TICKET_RETURN_IGNORE_RENEW;
	}
	return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE :
					      SSL_TICKET_RETURN_USE_RENEW;
}

void
zta_tls_tickets__serve(zta_tls_tickets *tickets, SSL_CTX *ctx)
{
	(void)SSL_CTX_set_app_data(ctx, tickets);
	(void)SSL_CTX_set_timeout(ctx, LIFE_S);
	(void)SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, find_key);
	(void)SSL_CTX_set_session_ticket_cb(ctx, NULL, opened, NULL);
}

zta_tls_tickets *
zta_tls_tickets__open(void)
{
	zta_tls_tickets *t = calloc(1, sizeof(*t));
	int64_t now = zta_time__monotonic_ms();

	if (t == NULL) {
		return NULL;
	}
	if (pthread_mutex_init(&t->lock, NULL) != 0) {
		free(t);
		return NULL;
	}
	make_key(&t->now, now);
	make_key(&t->before, now);
	return t;
}

void
zta_tls_tickets__close(zta_tls_tickets *tickets)
{
	if (tickets != NULL) {
		(void)pthread_mutex_destroy(&tickets->lock);
		explicit_bzero(tickets, sizeof(*tickets));
		free(tickets);
	}
}
