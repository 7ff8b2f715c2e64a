/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dpop.c - see dpop.h.
 *
 * 1. The key of the proof is the token's before its signature is looked at: who
 *    has no token of ours cannot make us verify with keys of their choice.
 * 2. `jti` is used up last, so that a refused proof takes no room.
 */
#include "identity/dpop.h"

#include "base/b64.h"
#include "base/random.h"
#include "base/str.h"
#include "base/uri.h"
#include "crypto/secret.h"
#include "identity/jwks.h"

/* --- nonces: the number of a period, and half of an HMAC over it */

#define PERIOD_LEN 8
#define TAG_LEN (ZTA_DPOP_NONCE_LEN - PERIOD_LEN)

void
zta_dpop_nonces__init(zta_dpop_nonces *nonces)
{
	zta_random__bytes(nonces->key, sizeof(nonces->key));
}

static zta_status
make_nonce(const zta_dpop_nonces *nonces, int64_t period,
    char out[ZTA_DPOP_NONCE_DIGITS])
{
	unsigned char bytes[PERIOD_LEN + ZTA_SHA256_LEN];
	zta_status status;
	int i;

	for (i = 0; i < PERIOD_LEN; i++) {
		bytes[i] = (unsigned char)(period >> (8 * i));
	}
	status = zta_secret__hmac(
	    (zta_str){ (const char *)nonces->key, sizeof(nonces->key) },
	    (zta_str){ (const char *)bytes, PERIOD_LEN }, bytes + PERIOD_LEN);
	zta_b64__encode(
	    (zta_str){ (const char *)bytes, PERIOD_LEN + TAG_LEN }, out);
	return status;
}

zta_status
zta_dpop_nonces__at(
    const zta_dpop_nonces *nonces, int64_t now, char out[ZTA_DPOP_NONCE_DIGITS])
{
	return make_nonce(nonces, now / ZTA_DPOP_NONCE_PERIOD_MS, out);
}

/* Is it that of this period, or of the one before? */
static zta_status
check_nonce(zta_proof_judge *j, const zta_dpop_nonces *nonces)
{
	const zta_json *node = zta_json__get(j->jws.payload.root, "nonce");
	char digits[ZTA_DPOP_NONCE_DIGITS];
	int64_t period = j->now / ZTA_DPOP_NONCE_PERIOD_MS;
	bool good = false;
	int i;

	if (node == NULL || node->type != ZTA_JSON_STRING) {
		return ZTA_PROOF_REFUSE(
		    j, NONCE, "the proof must hold a nonce of this server");
	}
	for (i = 0; i < 2; i++) {
		if (make_nonce(nonces, period - i, digits) != ZTA_OK) {
			return ZTA_ENOMEM;
		}
		good = good ||
		    zta_secret__equal(zta_json__str(node),
			(zta_str){ digits, sizeof(digits) });
	}
	return good ? ZTA_OK :
		      ZTA_PROOF_REFUSE(j, NONCE,
			  "the nonce of the proof is none of this server, or "
			  "an old one");
}

/* --- the key, which the header brings */

static zta_status
check_key(zta_proof_judge *j, const zta_key *key, zta_str thumbprint)
{
	char own[ZTA_KEY_THUMBPRINT_MAX];
	zta_status status = zta_key_thumbprint(key, own, j->err);

	if (status != ZTA_OK) {
		return status;
	}
	if (!zta_str__eq(thumbprint, zta_str_of(own))) {
		return ZTA_PROOF_REFUSE(j, WRONG_KEY,
		    "the proof is of another key than the one that the "
		    "credential is bound to");
	}
	return zta_key__verify(
		   key, j->jws.alg, j->jws.input, j->jws.signature) ?
	    ZTA_OK :
	    ZTA_PROOF_REFUSE(
		j, BAD_SIGNATURE, "the signature of the proof is wrong");
}

static zta_status
check_signature(zta_proof_judge *j, zta_str thumbprint)
{
	const zta_json *jwk = zta_json__get(j->jws.header.root, "jwk");
	zta_key *key = NULL;
	zta_error why = { 0 };
	zta_status status;

	if (jwk == NULL) {
		return ZTA_PROOF_REFUSE(
		    j, BAD_KEY, "the proof brings no key: header `jwk`");
	}
	status =
	    zta_jwks__bound_key(&key, &j->jws.header, jwk, j->jws.alg, &why);
	if (status == ZTA_EINVALID) {
		return ZTA_PROOF_REFUSE(
		    j, BAD_KEY, "header `jwk`: %.200s", why.message);
	}
	if (status == ZTA_OK) {
		status = check_key(j, key, thumbprint);
	}
	zta_key_close(key);
	return status;
}

/* --- claims */

static zta_status
check_request(zta_proof_judge *j)
{
	zta_str htm, htu;
	zta_status status = zta_proof__text(j, "htm", &htm);

	if (status == ZTA_OK) {
		status = zta_proof__text(j, "htu", &htu);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (!zta_str__eq(htm, j->method)) {
		return ZTA_PROOF_REFUSE(
		    j, WRONG_METHOD, "`htm`: the proof is of another method");
	}
	return zta_uri__same_target(htu, j->uri) ?
	    ZTA_OK :
	    ZTA_PROOF_REFUSE(
		j, WRONG_TARGET, "`htu`: the proof is of another target");
}

static zta_status
check_age(zta_proof_judge *j, int64_t *until)
{
	int64_t iat = 0;
	zta_status status = zta_proof__date(j, "iat", &iat);

	if (status != ZTA_OK) {
		return status;
	}
	*until = iat + ZTA_DPOP_LIFE_MS + j->leeway_ms;
	if (*until <= j->now) {
		return ZTA_PROOF_REFUSE(
		    j, EXPIRED, "`iat`: the proof is too old");
	}
	return iat - j->leeway_ms <= j->now ?
	    ZTA_OK :
	    ZTA_PROOF_REFUSE(
		j, IN_FUTURE, "`iat`: the proof was made in the future");
}

zta_status
zta_dpop__judge(zta_proof_judge *j, zta_str token, zta_str thumbprint,
    const zta_dpop_nonces *nonces)
{
	int64_t until = 0;
	zta_status status = zta_proof__parse(j, ZTA_STR("dpop+jwt"), true);

	if (status == ZTA_OK) {
		status = check_signature(j, thumbprint);
	}
	if (status == ZTA_OK) {
		status = check_request(j);
	}
	if (status == ZTA_OK) {
		status = zta_proof__hash(j, "ath", token);
	}
	if (status == ZTA_OK && nonces != NULL) {
		status = check_nonce(j, nonces);
	}
	if (status == ZTA_OK) {
		status = check_age(j, &until);
	}
	return status != ZTA_OK ? status :
				  zta_proof__once(j, thumbprint, until);
}
