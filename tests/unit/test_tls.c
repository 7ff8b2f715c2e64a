/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tls.c - links against OpenSSL's client: in pieces, with too much, and with
 * certificates. SPEC: rfc8446
 */
#include "tests.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "base/limits.h"
#include "certificates.h"
#include "crypto/tls.h"

/* Good at whatever time the test runs: OpenSSL looks at the clock. */
#define ALWAYS .from_day = -9000, .to_day = 9000

static made root, server;
static char pem[65536], key[4096];

static const made_spec root_spec = { .subject = "root",
	.basic = "critical,CA:TRUE",
	.usage = "critical,keyCertSign",
	.key = "P-256",
	.digest = "SHA256",
	ALWAYS };
static const made_spec leaf_spec = { .subject = "leaf",
	.uri = "spiffe://shop.example/order-api",
	.basic = "critical,CA:FALSE",
	.usage = "critical,digitalSignature",
	.key = "P-256",
	.digest = "SHA256",
	ALWAYS };

static zta_str
pem_of(BIO *bio, char *out, size_t room)
{
	int len = BIO_read(bio, out, (int)room);

	assert_true(len > 0);
	BIO_free(bio);
	return (zta_str){ out, (size_t)len };
}

static zta_str
certificate_pem(const made *m)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_X509(bio, m->certificate), 1);
	return pem_of(bio, pem, sizeof(pem));
}

static zta_str
key_pem(const made *m)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(
			     bio, m->key, NULL, NULL, 0, NULL, NULL),
	    1);
	return pem_of(bio, key, sizeof(key));
}

/* --- both ends */

typedef struct ends {
	zta_tls *tls;
	zta_tls_link *link;
	zta_buf wire, plain;
	SSL_CTX *ctx;
	SSL *client;
	size_t piece; /* bytes that are handed over at a time */
} ends;

static uint32_t checked;

static bool
check(void *context, const zta_x509_chain *chain)
{
	checked = chain->count;
	return *(const bool *)context;
}

static void
open_ends(ends *e, zta_tls_client client, bool *good)
{
	zta_tls_options options = { .certificates = certificate_pem(&server),
		.key = key_pem(&server),
		.client = client,
		.check = check,
		.context = good };

	*e = (ends){ .piece = SIZE_MAX };
	assert_int_equal(zta_tls__open(&e->tls, &options, NULL), ZTA_OK);
	zta_buf__init(&e->wire, SIZE_MAX);
	zta_buf__init(&e->plain, SIZE_MAX);
	assert_int_equal(
	    zta_tls_link__open(&e->link, e->tls, &e->wire, NULL), ZTA_OK);
	e->ctx = SSL_CTX_new(TLS_client_method());
	e->client = SSL_new(e->ctx);
	SSL_set_bio(e->client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_connect_state(e->client);
}

static void
close_ends(ends *e)
{
	SSL_free(e->client);
	SSL_CTX_free(e->ctx);
	zta_tls_link__close(e->link);
	zta_tls__close(e->tls);
	zta_buf__release(&e->wire);
	zta_buf__release(&e->plain);
}

static void
to_client(ends *e)
{
	if (e->wire.len > 0) {
		assert_int_equal(BIO_write(SSL_get_rbio(e->client), e->wire.ptr,
				     (int)e->wire.len),
		    (int)e->wire.len);
		zta_buf__clear(&e->wire);
	}
}

static zta_tls_state
to_server(ends *e)
{
	char *bytes;
	size_t n,
	    len = (size_t)BIO_get_mem_data(SSL_get_wbio(e->client), &bytes);
	zta_tls_state state =
	    zta_tls_link__take(e->link, ZTA_STR(""), &e->plain);

	for (; len > 0; bytes += n, len -= n) {
		n = len < e->piece ? len : e->piece;
		state = zta_tls_link__take(
		    e->link, (zta_str){ bytes, n }, &e->plain);
	}
	(void)BIO_reset(SSL_get_wbio(e->client));
	return state;
}

static zta_tls_state
shake(ends *e)
{
	zta_tls_state state = ZTA_TLS_SHAKING;
	int i;

	for (i = 0; i < 10 && state == ZTA_TLS_SHAKING; i++) {
		(void)SSL_do_handshake(e->client);
		state = to_server(e);
		to_client(e);
	}
	(void)SSL_do_handshake(e->client);
	return state;
}

static void
say(ends *e, const char *text)
{
	assert_int_equal(
	    SSL_write(e->client, text, (int)strlen(text)), (int)strlen(text));
}

static void
expect(ends *e, const char *text)
{
	char bytes[1024];

	to_client(e);
	assert_int_equal(
	    SSL_read(e->client, bytes, sizeof(bytes)), (int)strlen(text));
	assert_memory_equal(bytes, text, strlen(text));
}

/* --- tests */

static void
test_tls__takes_pieces_of_any_size(void **state)
{
	static const size_t pieces[] = { 1, 2, 5, 7, 100, SIZE_MAX };
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	ends e;
	size_t i, v;

	(void)state;
	for (v = 0; v < 2; v++) {
		for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
			open_ends(&e, ZTA_TLS_CLIENT_NONE, NULL);
			e.piece = pieces[i];
			assert_int_equal(
			    SSL_set_max_proto_version(e.client, versions[v]),
			    1);
			assert_int_equal(shake(&e), ZTA_TLS_UP);
			say(&e, "one");
			say(&e, "two");
			assert_int_equal(to_server(&e), ZTA_TLS_UP);
			assert_true(
			    zta_str__is(zta_buf__str(&e.plain), "onetwo"));
			zta_tls_link__say(e.link, ZTA_STR("three"));
			expect(&e, "three");
			close_ends(&e);
		}
	}
}

static void
test_tls__tells_an_end_from_a_break(void **state)
{
	ends e;

	(void)state;
	open_ends(&e, ZTA_TLS_CLIENT_NONE, NULL);
	assert_int_equal(shake(&e), ZTA_TLS_UP);
	say(&e, "last");
	(void)SSL_shutdown(e.client);
	assert_int_equal(to_server(&e), ZTA_TLS_ENDED);
	assert_true(zta_str__is(zta_buf__str(&e.plain), "last"));
	/* It may still be answered. */
	zta_tls_link__say(e.link, ZTA_STR("answer"));
	expect(&e, "answer");
	zta_tls_link__end(e.link);
	zta_tls_link__end(e.link);
	to_client(&e);
	assert_int_equal(SSL_shutdown(e.client), 1);
	close_ends(&e);
	open_ends(&e, ZTA_TLS_CLIENT_NONE, NULL);
	assert_int_equal(shake(&e), ZTA_TLS_UP);
	assert_int_equal(
	    zta_tls_link__take(e.link,
		ZTA_STR("\x17\x03\x03\x00\x11_not_our_records_"), &e.plain),
	    ZTA_TLS_BROKEN);
	assert_true(e.wire.len > 0); /* an alert */
	assert_int_equal(zta_tls_link__take(e.link, ZTA_STR("more"), &e.plain),
	    ZTA_TLS_BROKEN);
	assert_int_equal(e.plain.len, 0);
	close_ends(&e);
}

/* Who asks for new keys again and again does not fill memory with answers. */
static void
test_tls__answers_only_so_much_unasked(void **state)
{
	zta_tls_state now = ZTA_TLS_UP;
	ends e;
	int i;

	(void)state;
	open_ends(&e, ZTA_TLS_CLIENT_NONE, NULL);
	assert_int_equal(shake(&e), ZTA_TLS_UP);
	for (i = 0; i < 100000 && now == ZTA_TLS_UP; i++) {
		assert_int_equal(
		    SSL_key_update(e.client, SSL_KEY_UPDATE_REQUESTED), 1);
		say(&e, "x");
		now = to_server(&e);
	}
	assert_int_equal(now, ZTA_TLS_BROKEN);
	assert_true(i > 100);
	assert_true(e.wire.len < 2 * ZTA_TLS_UNASKED_MAX);
	close_ends(&e);
}

static const struct {
	zta_tls_client client;
	bool shows, good;
	int issuers; /* how often the chain repeats who signed */
	zta_tls_state state;
} peers[] = {
	{ ZTA_TLS_CLIENT_NONE, true, false, 1, ZTA_TLS_UP },
	{ ZTA_TLS_CLIENT_OPTIONAL, false, false, 0, ZTA_TLS_UP },
	{ ZTA_TLS_CLIENT_OPTIONAL, true, true, 1, ZTA_TLS_UP },
	{ ZTA_TLS_CLIENT_OPTIONAL, true, false, 1, ZTA_TLS_BROKEN },
	{ ZTA_TLS_CLIENT_REQUIRED, false, true, 0, ZTA_TLS_BROKEN },
	{ ZTA_TLS_CLIENT_REQUIRED, true, true, 0, ZTA_TLS_UP },
	{ ZTA_TLS_CLIENT_REQUIRED, true, true, ZTA_X509_CHAIN_MAX - 1,
	    ZTA_TLS_UP },
	{ ZTA_TLS_CLIENT_REQUIRED, true, true, ZTA_X509_CHAIN_MAX,
	    ZTA_TLS_BROKEN },
	/* More than is taken of a chain at all. */
	{ ZTA_TLS_CLIENT_REQUIRED, true, true, 1000, ZTA_TLS_BROKEN },
};

static void
test_tls__judges_peers(void **state)
{
	made leaf = made_certificate(&leaf_spec, &root);
	const zta_x509_chain *peer;
	bool good;
	ends e;
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
		good = peers[i].good;
		open_ends(&e, peers[i].client, &good);
		if (peers[i].shows) {
			assert_int_equal(
			    SSL_use_certificate(e.client, leaf.certificate), 1);
			assert_int_equal(
			    SSL_use_PrivateKey(e.client, leaf.key), 1);
		}
		for (n = 0; n < peers[i].issuers; n++) {
			assert_int_equal(
			    SSL_add1_chain_cert(e.client, root.certificate), 1);
		}
		assert_int_equal(shake(&e), peers[i].state);
		peer = zta_tls_link__peer(e.link);
		if (peers[i].state == ZTA_TLS_UP && peers[i].shows &&
		    peers[i].client != ZTA_TLS_CLIENT_NONE) {
			assert_int_equal(
			    peer->count, (uint32_t)peers[i].issuers + 1);
			assert_true(
			    zta_str__eq(peer->certificates[0], leaf.der));
		} else {
			assert_null(peer);
		}
		close_ends(&e);
	}
	made_free(&leaf);
}

static void
test_tls__renews_for_new_links_alone(void **state)
{
	made other = made_certificate(&leaf_spec, &root);
	ends e;
	X509 *seen;

	(void)state;
	open_ends(&e, ZTA_TLS_CLIENT_NONE, NULL);
	assert_int_equal(shake(&e), ZTA_TLS_UP);
	assert_int_equal(zta_tls__renew(e.tls, certificate_pem(&other),
			     key_pem(&server), NULL),
	    ZTA_EINVALID);
	assert_int_equal(zta_tls__renew(e.tls, certificate_pem(&other),
			     key_pem(&other), NULL),
	    ZTA_OK);
	say(&e, "still");
	assert_int_equal(to_server(&e), ZTA_TLS_UP);
	zta_tls_link__close(e.link);
	assert_int_equal(
	    zta_tls_link__open(&e.link, e.tls, &e.wire, NULL), ZTA_OK);
	SSL_free(e.client);
	e.client = SSL_new(e.ctx);
	SSL_set_bio(e.client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_connect_state(e.client);
	assert_int_equal(shake(&e), ZTA_TLS_UP);
	seen = SSL_get1_peer_certificate(e.client);
	assert_int_equal(X509_cmp(seen, other.certificate), 0);
	X509_free(seen);
	close_ends(&e);
	made_free(&other);
}

static int
setup(void **state)
{
	(void)state;
	root = made_certificate(&root_spec, NULL);
	server = made_certificate(&leaf_spec, &root);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	made_free(&server);
	made_free(&root);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls__takes_pieces_of_any_size),
		cmocka_unit_test(test_tls__tells_an_end_from_a_break),
		cmocka_unit_test(test_tls__answers_only_so_much_unasked),
		cmocka_unit_test(test_tls__judges_peers),
		cmocka_unit_test(test_tls__renews_for_new_links_alone),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
