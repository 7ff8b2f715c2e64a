/* SPDX-License-Identifier: Apache-2.0 */
/* cert.c - see cert.h. */
#include "crypto/cert.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/error.h"
#include "crypto/key_object.h"

/* The certificate that `*pem` begins with; NULL: none. */
static X509 *
read_next(zta_str *pem)
{
	BIO *bio = pem->len > INT_MAX ?
	    NULL :
	    BIO_new_mem_buf(pem->ptr, (int)pem->len);
	X509 *cert =
	    bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
	size_t left = bio == NULL ? 0 : BIO_ctrl_pending(bio);

	*pem = (zta_str){ pem->ptr + (pem->len - left), left };
	BIO_free(bio);
	ERR_clear_error();
	return cert;
}

static zta_status
copy_spki(zta_arena *arena, X509 *cert, zta_str *spki, zta_error *err)
{
	X509_PUBKEY *key = X509_get_X509_PUBKEY(cert);
	int len = i2d_X509_PUBKEY(key, NULL);
	unsigned char *to =
	    len <= 0 ? NULL : zta_arena__alloc(arena, (size_t)len);

	if (len <= 0) {
		return zta_key__openssl(err, "take the key");
	}
	if (to == NULL) {
		return zta_arena__failed(arena, err);
	}
	*spki = (zta_str){ (const char *)to, (size_t)len };
	(void)i2d_X509_PUBKEY(key, &to);
	return ZTA_OK;
}

zta_status
zta_cert__next_key(
    zta_arena *arena, zta_str *pem, zta_str *spki, bool *rsa, zta_error *err)
{
	X509 *cert = read_next(pem);
	EVP_PKEY *pkey = cert == NULL ? NULL : X509_get_pubkey(cert);
	zta_key *key = NULL;
	zta_status status;

	if (cert == NULL) {
		return zta_error__set(
		    err, ZTA_ENOTFOUND, "no PEM of a certificate");
	}
	ERR_clear_error();
	status = pkey == NULL ?
	    zta_error__set(err, ZTA_EINVALID, "a certificate without a key") :
	    zta_key__wrap(&key, pkey, false, err);
	if (status == ZTA_OK && key->type == ZTA_KEY_ED25519) {
		status = zta_error__set(
		    err, ZTA_EINVALID, "the key is neither P-256 nor RSA");
	}
	if (status == ZTA_OK) {
		*rsa = key->type == ZTA_KEY_RSA;
		status = copy_spki(arena, cert, spki, err);
	}
	zta_key_close(key);
	X509_free(cert);
	return status;
}

void
zta_crypto__clear_errors(void)
{
	ERR_clear_error();
}
