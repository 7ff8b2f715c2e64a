/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_setup.c - see tls_setup.h. SPEC: rfc9325
 *
 * TLS 1.3, and of TLS 1.2 what has forward secrecy and authenticated
 * encryption. Nothing can be negotiated anew, and nothing is compressed.
 */
#include "crypto/tls_setup.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "crypto/key_object.h"

#define CIPHERS_12 "ECDHE+AESGCM:ECDHE+CHACHA20"
#define CIPHERS_13                                             \
	"TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:" \
	"TLS_AES_128_GCM_SHA256"
#define GROUPS "X25519:P-256:P-384"
#define SIGNATURES                                                  \
	"ed25519:ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:"           \
	"RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"             \
	"rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:" \
	"RSA+SHA256:RSA+SHA384:RSA+SHA512"

static int
choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *len,
    const unsigned char *offered, unsigned int offered_len, void *context)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)context;
	if (SSL_select_next_proto(&chosen, len, ours, sizeof(ours) - 1, offered,
		offered_len) != OPENSSL_NPN_NEGOTIATED) {
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	}
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static bool
set_rules(SSL_CTX *ctx)
{
	static const unsigned char name[] = "ztauth";

	(void)SSL_CTX_set_options(ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_cert_list(ctx, ZTA_X509_CHAIN_BYTES_MAX);
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
	SSL_CTX_set_security_level(ctx, 2);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
	    SSL_CTX_set_cipher_list(ctx, CIPHERS_12) == 1 &&
	    SSL_CTX_set_ciphersuites(ctx, CIPHERS_13) == 1 &&
	    SSL_CTX_set1_groups_list(ctx, GROUPS) == 1 &&
	    SSL_CTX_set1_sigalgs_list(ctx, SIGNATURES) == 1 &&
	    SSL_CTX_set_session_id_context(ctx, name, sizeof(name) - 1) == 1;
}

static BIO *
open_text(zta_str text)
{
	return text.len > INT_MAX ? NULL :
				    BIO_new_mem_buf(text.ptr, (int)text.len);
}

static zta_status
check_dates(const X509 *certificate, zta_error *err)
{
	if (X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0) {
		return zta_error__set(
		    err, ZTA_EINVALID, "the certificate has expired");
	}
	if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
		return zta_error__set(
		    err, ZTA_EINVALID, "the certificate is not valid yet");
	}
	return ZTA_OK;
}

/* The first certificate is the server's, the others go along. */
static zta_status
use_certificates(SSL_CTX *ctx, BIO *bio, zta_error *err)
{
	X509 *certificate =
	    PEM_read_bio_X509(bio, NULL, zta_key__no_passphrase, NULL);
	zta_status status;
	unsigned long code;

	if (certificate == NULL) {
		return zta_error__set(
		    err, ZTA_ESYNTAX, "no PEM of a certificate");
	}
	status = check_dates(certificate, err);
	if (status == ZTA_OK &&
	    SSL_CTX_use_certificate(ctx, certificate) != 1) {
		status = zta_key__openssl(err, "use the certificate");
	}
	X509_free(certificate);
	while (status == ZTA_OK &&
	    (certificate = PEM_read_bio_X509(
		 bio, NULL, zta_key__no_passphrase, NULL)) != NULL) {
		if (SSL_CTX_add0_chain_cert(ctx, certificate) != 1) {
			X509_free(certificate);
			status = zta_key__openssl(
			    err, "use a certificate behind the first");
		}
	}
	code = ERR_peek_last_error();
	ERR_clear_error();
	/* The end of the text is no other error. */
	return status != ZTA_OK || ERR_GET_REASON(code) == PEM_R_NO_START_LINE ?
	    status :
	    zta_error__set(
		err, ZTA_ESYNTAX, "a certificate behind the first is broken");
}

static zta_status
use_key(SSL_CTX *ctx, BIO *bio, zta_error *err)
{
	EVP_PKEY *pkey =
	    PEM_read_bio_PrivateKey(bio, NULL, zta_key__no_passphrase, NULL);
	zta_status status = ZTA_OK;

	ERR_clear_error();
	if (pkey == NULL) {
		return zta_error__set(err, ZTA_ESYNTAX,
		    "no PEM of a private key without a passphrase");
	}
	if (X509_check_private_key(SSL_CTX_get0_certificate(ctx), pkey) != 1) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "the private key is not that of the certificate");
		ERR_clear_error();
	} else if (SSL_CTX_use_PrivateKey(ctx, pkey) != 1) {
		status = zta_key__openssl(err, "use the private key");
	}
	EVP_PKEY_free(pkey);
	return status;
}

zta_status
zta_tls_setup__context(
    SSL_CTX **out, zta_str certificates, zta_str key, zta_error *err)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	BIO *first = open_text(certificates), *second = open_text(key);
	zta_status status;

	*out = NULL;
	if (ctx == NULL || first == NULL || second == NULL || !set_rules(ctx)) {
		status = zta_key__openssl(err, "set up TLS");
	} else {
		status = use_certificates(ctx, first, err);
	}
	if (status == ZTA_OK) {
		status = use_key(ctx, second, err);
	}
	BIO_free(first);
	BIO_free(second);
	if (status != ZTA_OK) {
		SSL_CTX_free(ctx);
		return status;
	}
	*out = ctx;
	return ZTA_OK;
}

bool
zta_tls_setup__read_chain(
    X509_STORE_CTX *shown, zta_arena *arena, zta_x509_chain *out)
{
	const STACK_OF(X509) *stack = X509_STORE_CTX_get0_untrusted(shown);
	int i, len, count = sk_X509_num(stack);
	zta_str *list;
	unsigned char *der;

	if (count < 1 || count > ZTA_X509_CHAIN_MAX) {
		return false;
	}
	list = zta_arena__zalloc(arena, (size_t)count, sizeof(*list));
	for (i = 0; list != NULL && i < count; i++) {
		len = i2d_X509(sk_X509_value(stack, i), NULL);
		der = len <= 0 ? NULL : zta_arena__alloc(arena, (size_t)len);
		if (der == NULL) {
			return false;
		}
		list[i] = (zta_str){ (const char *)der, (size_t)len };
		(void)i2d_X509(sk_X509_value(stack, i), &der);
	}
	*out = (zta_x509_chain){ list, (uint32_t)count };
	return list != NULL;
}
