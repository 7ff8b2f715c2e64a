/* SPDX-License-Identifier: Apache-2.0 */
/* raw.c - see raw.h. */
#include "raw.h"

#include <openssl/rsa.h>

#include "crypto/digest.h"
#include "workload.h"

static void
sha256(zta_str bytes, unsigned char *out)
{
	check(EVP_Digest(bytes.ptr, bytes.len, out, NULL, EVP_sha256(), NULL) ==
		1,
	    "digest");
}

static EVP_PKEY_CTX *
ready(const raw *r, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(r->pkey, NULL);

	check(ctx != NULL && init(ctx) == 1 &&
		EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1,
	    "OpenSSL");
	if (r->alg == ZTA_ALG_PS256) {
		check(EVP_PKEY_CTX_set_rsa_padding(
			  ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(
			    ctx, RSA_PSS_SALTLEN_DIGEST) == 1,
		    "OpenSSL");
	}
	return ctx;
}

void
raw_sign(raw *r)
{
	const unsigned char *in = (const unsigned char *)r->input.ptr;
	unsigned char digest[ZTA_SHA256_LEN];
	bool done;

	r->sig_len = sizeof(r->sig);
	if (r->alg == ZTA_ALG_EDDSA) {
		done = EVP_DigestSignInit(r->once, NULL, NULL, NULL, r->pkey) ==
			1 &&
		    EVP_DigestSign(
			r->once, r->sig, &r->sig_len, in, r->input.len) == 1;
	} else {
		sha256(r->input, digest);
		done = EVP_PKEY_sign(r->signing, r->sig, &r->sig_len, digest,
			   sizeof(digest)) == 1;
	}
	check(done, "OpenSSL does not sign");
}

void
raw_verify(raw *r)
{
	const unsigned char *in = (const unsigned char *)r->input.ptr;
	unsigned char digest[ZTA_SHA256_LEN];
	bool good;

	if (r->alg == ZTA_ALG_EDDSA) {
		good = EVP_DigestVerifyInit(
			   r->once, NULL, NULL, NULL, r->pkey) == 1 &&
		    EVP_DigestVerify(
			r->once, r->sig, r->sig_len, in, r->input.len) == 1;
	} else {
		sha256(r->input, digest);
		good = EVP_PKEY_verify(r->verifying, r->sig, r->sig_len, digest,
			   sizeof(digest)) == 1;
	}
	check(good, "OpenSSL does not verify");
}

void
raw_open(raw *r, zta_alg alg, const zta_key *key, zta_str input)
{
	*r = (raw){ .alg = alg, .input = input };
	r->pkey = zta_key__share(key);
	r->once = EVP_MD_CTX_new();
	if (alg != ZTA_ALG_EDDSA) {
		r->verifying = ready(r, EVP_PKEY_verify_init);
		r->signing = ready(r, EVP_PKEY_sign_init);
	}
	raw_sign(r);
}

void
raw_close(raw *r)
{
	EVP_MD_CTX_free(r->once);
	EVP_PKEY_CTX_free(r->verifying);
	EVP_PKEY_CTX_free(r->signing);
	EVP_PKEY_free(r->pkey);
}
