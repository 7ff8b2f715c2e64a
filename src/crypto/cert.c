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

zta_status
zta_cert__next_key(zta_str *pem, zta_key **out, zta_error *err)
{
	X509 *cert = read_next(pem);
	EVP_PKEY *pkey = cert == NULL ? NULL : X509_get_pubkey(cert);

	*out = NULL;
	if (cert == NULL) {
		return zta_error__set(
		    err, ZTA_ENOTFOUND, "no PEM of a certificate");
	}
	X509_free(cert);
	ERR_clear_error();
	return pkey == NULL ?
	    zta_error__set(err, ZTA_EINVALID, "a certificate without a key") :
	    zta_key__wrap(out, pkey, false, err);
}
