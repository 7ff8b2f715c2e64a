/* SPDX-License-Identifier: Apache-2.0 */
/* jwk.c - public keys as JWKs. SPEC: rfc7517, rfc7518 6, rfc8037, rfc7638 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "crypto/key_object.h"

#define P256_LEN 32
#define ED25519_LEN 32
/* The usual exponent is the least one that is accepted. */
#define RSA_EXPONENT_MIN 65537

typedef struct reader {
	const zta_json_doc *doc;
	const zta_json *jwk;
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail((r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

/* Decode member `name`, at most `room` bytes. */
static zta_status
read_bytes(const reader *r, const char *name, unsigned char *out, size_t room,
    size_t *len)
{
	const zta_json *node = zta_json__get(r->jwk, name);

	if (node == NULL || node->type != ZTA_JSON_STRING) {
		return FAIL(r, r->jwk, "the key needs `%s`", name);
	}
	if (ZTA_B64_BYTES((size_t)node->count) > room ||
	    !zta_b64__decode(zta_json__str(node), out, len)) {
		return FAIL(
		    r, node, "`%s` is not base64url of that length", name);
	}
	return ZTA_OK;
}

static zta_status
read_exact(const reader *r, const char *name, unsigned char *out, size_t len)
{
	size_t got = 0;
	zta_status status = read_bytes(r, name, out, len, &got);

	return status == ZTA_OK && got != len ?
	    FAIL(r, zta_json__get(r->jwk, name), "`%s` must be %zu bytes", name,
		len) :
	    status;
}

/* Make the key from parameters and check that it is a good one. */
static EVP_PKEY *
from_params(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY_CTX *check = NULL;
	EVP_PKEY *pkey = NULL;

	if (params != NULL && ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1) {
		(void)EVP_PKEY_fromdata(
		    ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	}
	if (pkey != NULL) {
		check = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
		if (check == NULL || EVP_PKEY_public_check(check) != 1) {
			EVP_PKEY_free(pkey);
			pkey = NULL;
		}
	}
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	ERR_clear_error();
	return pkey;
}

static zta_status
read_p256(const reader *r, EVP_PKEY **pkey)
{
	unsigned char point[1 + 2 * P256_LEN] = { 4 };
	OSSL_PARAM_BLD *build;
	zta_status status = read_exact(r, "x", point + 1, P256_LEN);

	if (status == ZTA_OK) {
		status = read_exact(r, "y", point + 1 + P256_LEN, P256_LEN);
	}
	if (status != ZTA_OK) {
		return status;
	}
	build = OSSL_PARAM_BLD_new();
	if (build != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(
		build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(
		build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) == 1) {
		*pkey = from_params("EC", build);
	}
	OSSL_PARAM_BLD_free(build);
	return *pkey != NULL ? ZTA_OK :
			       FAIL(r, r->jwk, "the point is not on P-256");
}

static zta_status
read_rsa(const reader *r, EVP_PKEY **pkey)
{
	unsigned char modulus[ZTA_RSA_BITS_MAX / 8], exponent[8];
	size_t modulus_len = 0, exponent_len = 0;
	BIGNUM *n, *e;
	OSSL_PARAM_BLD *build = NULL;
	zta_status status =
	    read_bytes(r, "n", modulus, sizeof(modulus), &modulus_len);

	if (status == ZTA_OK) {
		status = read_bytes(
		    r, "e", exponent, sizeof(exponent), &exponent_len);
	}
	if (status != ZTA_OK) {
		return status;
	}
	n = BN_bin2bn(modulus, (int)modulus_len, NULL);
	e = BN_bin2bn(exponent, (int)exponent_len, NULL);
	if (n != NULL && e != NULL && BN_num_bits(n) >= ZTA_RSA_BITS_MIN &&
	    BN_is_odd(n) && BN_is_odd(e) && BN_num_bits(e) <= 33 &&
	    BN_get_word(e) >= RSA_EXPONENT_MIN) {
		build = OSSL_PARAM_BLD_new();
	}
	if (build != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1) {
		*pkey = from_params("RSA", build);
	}
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return *pkey != NULL ?
	    ZTA_OK :
	    FAIL(r, r->jwk,
		"an RSA key has %d to %d bits and an odd exponent of at "
		"least %d",
		ZTA_RSA_BITS_MIN, ZTA_RSA_BITS_MAX, RSA_EXPONENT_MIN);
}

static zta_status
read_ed25519(const reader *r, EVP_PKEY **pkey)
{
	unsigned char bytes[ED25519_LEN];
	zta_status status = read_exact(r, "x", bytes, sizeof(bytes));

	if (status != ZTA_OK) {
		return status;
	}
	*pkey = EVP_PKEY_new_raw_public_key_ex(
	    NULL, "ED25519", NULL, bytes, sizeof(bytes));
	ERR_clear_error();
	return *pkey != NULL ? ZTA_OK :
			       FAIL(r, r->jwk, "not a point of Ed25519");
}

static bool
member_is(const zta_json *jwk, const char *name, const char *value)
{
	const zta_json *node = zta_json__get(jwk, name);

	return node != NULL && node->type == ZTA_JSON_STRING &&
	    zta_str__is(zta_json__str(node), value);
}

zta_status
zta_key__from_jwk(
    zta_key **out, const zta_json_doc *doc, const zta_json *jwk, zta_error *err)
{
	static const char *const secrets[] = { "d", "p", "q", "dp", "dq", "qi",
		"k" };
	reader r = { doc, jwk, err };
	EVP_PKEY *pkey = NULL;
	zta_status status = ZTA_ENOTFOUND;
	size_t i;

	*out = NULL;
	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		if (zta_json__get(jwk, secrets[i]) != NULL) {
			return FAIL(&r, jwk,
			    "a key set holds public keys; this one has `%s`",
			    secrets[i]);
		}
	}
	if (member_is(jwk, "kty", "EC") && member_is(jwk, "crv", "P-256")) {
		status = read_p256(&r, &pkey);
	} else if (member_is(jwk, "kty", "RSA")) {
		status = read_rsa(&r, &pkey);
	} else if (member_is(jwk, "kty", "OKP") &&
	    member_is(jwk, "crv", "Ed25519")) {
		status = read_ed25519(&r, &pkey);
	}
	return status != ZTA_OK ? status : zta_key__wrap(out, pkey, false, err);
}

/* --- writing */

/* The members that make the key, in the order of their names (RFC 7638). */
typedef struct members {
	const char *kty, *crv;
	unsigned char a[ZTA_RSA_BITS_MAX / 8], b[ZTA_RSA_BITS_MAX / 8];
	size_t a_len, b_len; /* x and y, or n and e */
} members;

static bool
get_number(const zta_key *key, const char *name, unsigned char *out,
    size_t room, size_t *len)
{
	BIGNUM *number = NULL;
	bool fits = EVP_PKEY_get_bn_param(key->pkey, name, &number) == 1 &&
	    (size_t)BN_num_bytes(number) <= room;

	if (fits) {
		*len = (size_t)BN_bn2bin(number, out);
	}
	BN_free(number);
	return fits;
}

static bool
get_members(const zta_key *key, members *m)
{
	unsigned char point[1 + 2 * P256_LEN];
	size_t len = sizeof(point);

	*m = (members){ .kty = "RSA" };
	if (key->type == ZTA_KEY_RSA) {
		return get_number(key, OSSL_PKEY_PARAM_RSA_N, m->a,
			   sizeof(m->a), &m->a_len) &&
		    get_number(key, OSSL_PKEY_PARAM_RSA_E, m->b, sizeof(m->b),
			&m->b_len);
	}
	if (key->type == ZTA_KEY_ED25519) {
		m->kty = "OKP";
		m->crv = "Ed25519";
		m->a_len = sizeof(m->a);
		return EVP_PKEY_get_raw_public_key(
			   key->pkey, m->a, &m->a_len) == 1;
	}
	m->kty = "EC";
	m->crv = "P-256";
	if (EVP_PKEY_get_octet_string_param(key->pkey, OSSL_PKEY_PARAM_PUB_KEY,
		point, sizeof(point), &len) != 1 ||
	    len != sizeof(point)) {
		return false;
	}
	m->a_len = m->b_len = P256_LEN;
	memcpy(m->a, point + 1, P256_LEN);
	memcpy(m->b, point + 1 + P256_LEN, P256_LEN);
	return true;
}

static void
put_number(
    zta_json_out *out, const char *name, const unsigned char *bytes, size_t len)
{
	char digits[ZTA_B64_LEN(ZTA_RSA_BITS_MAX / 8)];

	zta_b64__encode((zta_str){ (const char *)bytes, len }, digits);
	zta_json_out__name(out, name);
	zta_json_out__str(out, (zta_str){ digits, ZTA_B64_LEN(len) });
}

static void
put_text(zta_json_out *out, const char *name, const char *text)
{
	zta_json_out__name(out, name);
	zta_json_out__text(out, text);
}

/* The required members only, sorted: what a thumbprint is made of. */
static void
put_members(zta_json_out *out, const members *m)
{
	bool rsa = m->crv == NULL;

	if (rsa) {
		put_number(out, "e", m->b, m->b_len);
	} else {
		put_text(out, "crv", m->crv);
	}
	put_text(out, "kty", m->kty);
	put_number(out, rsa ? "n" : "x", m->a, m->a_len);
	if (!rsa && m->b_len > 0) {
		put_number(out, "y", m->b, m->b_len);
	}
}

zta_status
zta_key__print(
    const zta_key *key, char out[ZTA_KEY_THUMBPRINT_MAX], zta_error *err)
{
	unsigned char digest[ZTA_SHA256_LEN];
	zta_buf buf;
	zta_json_out json = { &buf, false };
	members m;
	zta_status status;

	if (!get_members(key, &m)) {
		return zta_key__openssl(err, "read the public key");
	}
	zta_buf__init(&buf, ZTA_KEY_JWK_MAX);
	zta_json_out__open(&json, '{');
	put_members(&json, &m);
	zta_json_out__close(&json, '}');
	status = buf.status;
	if (status == ZTA_OK) {
		zta_digest__sha256(zta_buf__str(&buf), digest);
		zta_b64__encode(
		    (zta_str){ (const char *)digest, sizeof(digest) }, out);
		out[ZTA_KEY_THUMBPRINT_MAX - 1] = '\0';
	}
	zta_buf__release(&buf);
	return status == ZTA_OK ? ZTA_OK : zta_error__nomem(err);
}

zta_status
zta_key_public_jwk(const zta_key *key, zta_alg alg, zta_str kid,
    char out[ZTA_KEY_JWK_MAX], zta_error *err)
{
	zta_buf buf;
	zta_json_out json = { &buf, false };
	members m;
	zta_status status;

	alg = alg == ZTA_ALG_NONE ? zta_key_alg(key) : alg;
	if (!zta_key__serves(key, alg)) {
		return zta_error__set(
		    err, ZTA_EINVAL, "the key does not serve this algorithm");
	}
	if (!get_members(key, &m)) {
		return zta_key__openssl(err, "read the public key");
	}
	zta_buf__init(&buf, ZTA_KEY_JWK_MAX - 1);
	zta_json_out__open(&json, '{');
	put_members(&json, &m);
	put_text(&json, "use", "sig");
	put_text(&json, "alg", zta_alg_name(alg));
	zta_json_out__name(&json, "kid");
	zta_json_out__str(&json, kid.len > 0 ? kid : zta_key__id(key));
	zta_json_out__close(&json, '}');
	status = buf.status;
	if (status == ZTA_OK) {
		memcpy(out, buf.ptr, buf.len);
		out[buf.len] = '\0';
	}
	zta_buf__release(&buf);
	return status == ZTA_OK ?
	    ZTA_OK :
	    zta_error__set(err, status, "the JWK does not fit");
}
