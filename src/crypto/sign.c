/* SPDX-License-Identifier: Apache-2.0 */
/* sign.c - JOSE signatures. SPEC: rfc7518 3.3 to 3.5, rfc8037 3.1 */
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/error.h"
#include "crypto/key_object.h"

#define P256_HALF 32
/* DER of two 32-byte integers, each with a sign byte and a header. */
#define P256_DER_MAX 72

/* Name the digest and, for RSA, the padding. */
static bool
set_up(EVP_MD_CTX *ctx, const zta_key *key, zta_alg alg, bool signing)
{
	const char *digest = alg == ZTA_ALG_EDDSA ? NULL : "SHA256";
	EVP_PKEY_CTX *pctx = NULL;
	int done = signing ? EVP_DigestSignInit_ex(ctx, &pctx, digest, NULL,
				 NULL, key->pkey, NULL) :
			     EVP_DigestVerifyInit_ex(ctx, &pctx, digest, NULL,
				 NULL, key->pkey, NULL);

	if (done != 1) {
		return false;
	}
	if (alg == ZTA_ALG_RS256) {
		return EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PADDING) ==
		    1;
	}
	if (alg == ZTA_ALG_PS256) {
		return EVP_PKEY_CTX_set_rsa_padding(
			   pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(
			pctx, RSA_PSS_SALTLEN_DIGEST) == 1;
	}
	return true;
}

/* DER to r and s, 32 bytes each. */
static bool
to_raw(const unsigned char *der, size_t len, unsigned char *raw)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
	bool done = sig != NULL &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, P256_HALF) == P256_HALF &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + P256_HALF, P256_HALF) ==
		P256_HALF;

	ECDSA_SIG_free(sig);
	return done;
}

/* r and s to DER; 0 when they are no signature. */
static size_t
to_der(zta_str raw, unsigned char der[P256_DER_MAX])
{
	const unsigned char *bytes = (const unsigned char *)raw.ptr;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r, *s;
	int len = 0;

	if (raw.len != 2 * P256_HALF || sig == NULL) {
		ECDSA_SIG_free(sig);
		return 0;
	}
	r = BN_bin2bn(bytes, P256_HALF, NULL);
	s = BN_bin2bn(bytes + P256_HALF, P256_HALF, NULL);
	if (r == NULL || s == NULL || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	} else {
		len = i2d_ECDSA_SIG(sig, &der);
	}
	ECDSA_SIG_free(sig);
	return len > 0 ? (size_t)len : 0;
}

zta_status
zta_key__sign(const zta_key *key, zta_alg alg, zta_str bytes,
    unsigned char *sig, size_t *len, zta_error *err)
{
	unsigned char der[P256_DER_MAX];
	unsigned char *to = alg == ZTA_ALG_ES256 ? der : sig;
	EVP_MD_CTX *ctx;
	bool done;

	if (!key->private || !zta_key__serves(key, alg)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "the key cannot sign with %s", zta_alg_name(alg));
	}
	*len = alg == ZTA_ALG_ES256 ? sizeof(der) : ZTA_SIGNATURE_MAX;
	ctx = EVP_MD_CTX_new();
	done = ctx != NULL && set_up(ctx, key, alg, true) &&
	    EVP_DigestSign(
		ctx, to, len, (const unsigned char *)bytes.ptr, bytes.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (done && alg == ZTA_ALG_ES256) {
		done = to_raw(der, *len, sig);
		*len = 2 * P256_HALF;
	}
	return done ? ZTA_OK : zta_key__openssl(err, "sign");
}

bool
zta_key__verify(const zta_key *key, zta_alg alg, zta_str bytes, zta_str sig)
{
	unsigned char der[P256_DER_MAX];
	const unsigned char *from = (const unsigned char *)sig.ptr;
	size_t len = sig.len;
	EVP_MD_CTX *ctx;
	bool good;

	if (!zta_key__serves(key, alg) || sig.len == 0) {
		return false;
	}
	if (alg == ZTA_ALG_ES256) {
		len = to_der(sig, der);
		from = der;
		if (len == 0) {
			return false;
		}
	}
	ctx = EVP_MD_CTX_new();
	good = ctx != NULL && set_up(ctx, key, alg, false) &&
	    EVP_DigestVerify(ctx, from, len, (const unsigned char *)bytes.ptr,
		bytes.len) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}
