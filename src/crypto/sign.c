/* SPDX-License-Identifier: Apache-2.0 */
/* sign.c - JOSE signatures. SPEC: rfc7518 3.3 to 3.5, rfc8037 3.1 */
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/error.h"
#include "crypto/digest.h"
#include "crypto/key_object.h"

#define P256_HALF 32
/* DER of two 32-byte integers, each with a sign byte and a header. */
#define P256_DER_MAX 72

static bool
set_padding(EVP_PKEY_CTX *ctx, zta_alg alg)
{
	if (alg == ZTA_ALG_RS256) {
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) ==
		    1;
	}
	if (alg == ZTA_ALG_PS256) {
		return EVP_PKEY_CTX_set_rsa_padding(
			   ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(
			ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
	}
	return true;
}

static EVP_PKEY_CTX *
make_verifying(const zta_key *key, zta_alg alg)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);

	if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1 ||
	    !set_padding(ctx, alg) ||
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) != 1) {
		EVP_PKEY_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

bool
zta_key__prepare(zta_key *key)
{
	if (key->type == ZTA_KEY_ED25519) {
		return true;
	}
	key->verifying[0] = make_verifying(key, zta_key_alg(key));
	if (key->type == ZTA_KEY_RSA) {
		key->verifying[1] = make_verifying(key, ZTA_ALG_PS256);
	}
	return key->verifying[0] != NULL &&
	    (key->type != ZTA_KEY_RSA || key->verifying[1] != NULL);
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

/* An INTEGER of DER: no zeros before it but one, if it would be negative. */
static unsigned char *
put_integer(unsigned char *to, const unsigned char *half)
{
	size_t len = P256_HALF, sign;

	while (len > 1 && *half == 0) {
		half++;
		len--;
	}
	sign = *half >> 7;
	*to++ = 2;
	*to++ = (unsigned char)(len + sign);
	*to = 0;
	memcpy(to + sign, half, len);
	return to + sign + len;
}

/* r and s to DER; 0 when they are no signature. */
static size_t
to_der(zta_str raw, unsigned char der[P256_DER_MAX])
{
	const unsigned char *bytes = (const unsigned char *)raw.ptr;
	unsigned char *end;

	if (raw.len != 2 * (size_t)P256_HALF) {
		return 0;
	}
	end = put_integer(put_integer(der + 2, bytes), bytes + P256_HALF);
	der[0] = 0x30;
	der[1] = (unsigned char)(end - der - 2);
	return (size_t)(end - der);
}

zta_status
zta_key__sign(const zta_key *key, zta_alg alg, zta_str bytes,
    unsigned char *sig, size_t *len, zta_error *err)
{
	unsigned char der[P256_DER_MAX];
	unsigned char *to = alg == ZTA_ALG_ES256 ? der : sig;
	const char *digest = alg == ZTA_ALG_EDDSA ? NULL : "SHA256";
	EVP_PKEY_CTX *pctx = NULL;
	EVP_MD_CTX *ctx;
	bool done;

	if (!key->private || !zta_key__serves(key, alg)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "the key cannot sign with %s", zta_alg_name(alg));
	}
	*len = alg == ZTA_ALG_ES256 ? sizeof(der) : ZTA_SIGNATURE_MAX;
	ctx = EVP_MD_CTX_new();
	done = ctx != NULL &&
	    EVP_DigestSignInit_ex(
		ctx, &pctx, digest, NULL, NULL, key->pkey, NULL) == 1 &&
	    set_padding(pctx, alg) &&
	    EVP_DigestSign(
		ctx, to, len, (const unsigned char *)bytes.ptr, bytes.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (done && alg == ZTA_ALG_ES256) {
		done = to_raw(der, *len, sig);
		*len = 2 * P256_HALF;
	}
	return done ? ZTA_OK : zta_key__openssl(err, "sign");
}

/* Ed25519 signs the message, not a digest of it. SPEC: rfc8032 5.1 */
static bool
verify_message(const zta_key *key, zta_str bytes, zta_str sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx != NULL &&
	    EVP_DigestVerifyInit_ex(
		ctx, NULL, NULL, NULL, NULL, key->pkey, NULL) == 1 &&
	    EVP_DigestVerify(ctx, (const unsigned char *)sig.ptr, sig.len,
		(const unsigned char *)bytes.ptr, bytes.len) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}

static bool
verify_digest(const zta_key *key, zta_alg alg, zta_str bytes, zta_str sig)
{
	unsigned char digest[ZTA_SHA256_LEN], der[P256_DER_MAX];
	EVP_PKEY_CTX *ctx;
	bool good;

	if (alg == ZTA_ALG_ES256) {
		sig = (zta_str){ (const char *)der, to_der(sig, der) };
	}
	if (sig.len == 0) {
		return false;
	}
	zta_digest__sha256(bytes, digest);
	ctx = EVP_PKEY_CTX_dup(key->verifying[alg == ZTA_ALG_PS256]);
	good = ctx != NULL &&
	    EVP_PKEY_verify(ctx, (const unsigned char *)sig.ptr, sig.len,
		digest, sizeof(digest)) == 1;
	EVP_PKEY_CTX_free(ctx);
	return good;
}

bool
zta_key__verify(const zta_key *key, zta_alg alg, zta_str bytes, zta_str sig)
{
	bool good;

	if (!zta_key__serves(key, alg) || sig.len == 0) {
		return false;
	}
	good = alg == ZTA_ALG_EDDSA ? verify_message(key, bytes, sig) :
				      verify_digest(key, alg, bytes, sig);
	ERR_clear_error();
	return good;
}
