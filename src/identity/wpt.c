/* SPDX-License-Identifier: Apache-2.0 */
/* wpt.c - see wpt.h. */
#include "identity/wpt.h"

#include <strings.h>

#include "base/str.h"
#include "base/uri.h"
#include "identity/jwks.h"

/* SPEC: wimse-wpt 2: `alg` is that of the key in the token, which has one. */
static zta_status
check_signature(zta_proof_judge *j, const zta_wpt_for *what, char *thumbprint)
{
	const zta_json *alg = zta_json__get(what->jwk, "alg");
	zta_key *key = NULL;
	zta_error why = { 0 };
	bool good;
	zta_status status;

	if (alg == NULL || alg->type != ZTA_JSON_STRING ||
	    zta_alg_of(zta_json__str(alg)) != j->jws.alg) {
		return ZTA_PROOF_REFUSE(j, BAD_KEY,
		    "the algorithm of the proof is not the `alg` of the key "
		    "in `cnf`");
	}
	status =
	    zta_jwks__bound_key(&key, what->doc, what->jwk, j->jws.alg, &why);
	if (status == ZTA_EINVALID) {
		return ZTA_PROOF_REFUSE(
		    j, BAD_KEY, "the key in `cnf`: %.200s", why.message);
	}
	if (status == ZTA_OK) {
		status = zta_key_thumbprint(key, thumbprint, j->err);
	}
	good = status == ZTA_OK &&
	    zta_key__verify(key, j->jws.alg, j->jws.input, j->jws.signature);
	zta_key_close(key);
	if (status != ZTA_OK) {
		return status;
	}
	return good ? ZTA_OK :
		      ZTA_PROOF_REFUSE(j, BAD_SIGNATURE,
			  "the signature of the proof is wrong");
}

static bool
is_here(const zta_proof_judge *j, const zta_wpt_for *what, zta_str audience)
{
	uint32_t i;

	for (i = 0; i < what->audience_count; i++) {
		if (zta_str__eq(what->audiences[i], audience)) {
			return true;
		}
	}
	return zta_uri__same_target(audience, j->uri);
}

static zta_status
check_audience(zta_proof_judge *j, const zta_wpt_for *what)
{
	zta_str audience;
	zta_status status = zta_proof__text(j, "aud", &audience);

	if (status != ZTA_OK) {
		return status;
	}
	return is_here(j, what, audience) ?
	    ZTA_OK :
	    ZTA_PROOF_REFUSE(
		j, WRONG_TARGET, "`aud`: the proof is for another target");
}

static zta_status
check_end(zta_proof_judge *j, int64_t *until)
{
	int64_t exp = 0;
	zta_status status = zta_proof__date(j, "exp", &exp);

	if (status != ZTA_OK) {
		return status;
	}
	*until = exp + j->leeway_ms;
	if (*until <= j->now) {
		return ZTA_PROOF_REFUSE(
		    j, EXPIRED, "`exp`: the proof has expired");
	}
	return exp - j->leeway_ms <= j->now + ZTA_WPT_LIFE_MAX_MS ?
	    ZTA_OK :
	    ZTA_PROOF_REFUSE(
		j, IN_FUTURE, "`exp`: the proof would be good for too long");
}

/* --- the other tokens of the request */

static zta_status
wrong_token(zta_proof_judge *j, const char *claim)
{
	return ZTA_PROOF_REFUSE(j, WRONG_TOKEN,
	    "`%s`: the proof was made beside other tokens", claim);
}

/* How many headers have this name; `value` is that of the last. */
static uint32_t
find_header(const zta_circumstances *around, zta_str name, zta_str *value)
{
	uint32_t i, found = 0;

	for (i = 0; i < around->header_count; i++) {
		if (around->headers[i].name.len == name.len &&
		    strncasecmp(
			around->headers[i].name.ptr, name.ptr, name.len) == 0) {
			*value = around->headers[i].value;
			found++;
		}
	}
	return found;
}

static bool
hash_is(const zta_json *digest, zta_str text)
{
	char digits[ZTA_PROOF_DIGITS];

	zta_proof__digits(text, digits);
	return digest->type == ZTA_JSON_STRING &&
	    zta_str__eq(
		zta_json__str(digest), (zta_str){ digits, sizeof(digits) });
}

static bool
is_lower(zta_str name)
{
	size_t i;

	for (i = 0; i < name.len && (name.ptr[i] < 'A' || name.ptr[i] > 'Z');
	     i++) {
	}
	return i == name.len;
}

/* `tth`: there if there is such a token, and its hash. */
static zta_status
check_transaction(zta_proof_judge *j, const zta_wpt_for *what)
{
	const zta_json *tth = zta_json__get(j->jws.payload.root, "tth");
	zta_str token;
	uint32_t count =
	    find_header(what->around, ZTA_STR("txn-token"), &token);

	if (tth == NULL && count == 0) {
		return ZTA_OK;
	}
	return tth != NULL && count == 1 && hash_is(tth, token) ?
	    ZTA_OK :
	    wrong_token(j, "tth");
}

/* `ath`, of drafts up to 00: the hash of the bearer token, if it is there. */
static zta_status
check_bearer(zta_proof_judge *j, const zta_wpt_for *what)
{
	static const char scheme[] = "Bearer ";
	const size_t len = sizeof(scheme) - 1;
	const zta_json *ath = zta_json__get(j->jws.payload.root, "ath");
	zta_str value;

	if (ath == NULL) {
		return ZTA_OK;
	}
	if (find_header(what->around, ZTA_STR("authorization"), &value) != 1 ||
	    value.len <= len || strncasecmp(value.ptr, scheme, len) != 0) {
		return wrong_token(j, "ath");
	}
	return hash_is(ath, (zta_str){ value.ptr + len, value.len - len }) ?
	    ZTA_OK :
	    wrong_token(j, "ath");
}

/* `oth`: all that it names is there, and is what it says. */
static zta_status
check_others(zta_proof_judge *j, const zta_wpt_for *what)
{
	const zta_json *oth = zta_json__get(j->jws.payload.root, "oth");
	const zta_json *name;
	zta_str value;
	uint32_t i;

	if (oth == NULL) {
		return ZTA_OK;
	}
	if (oth->type != ZTA_JSON_OBJECT) {
		return ZTA_PROOF_REFUSE(
		    j, MALFORMED, "`oth` of the proof must be an object");
	}
	name = zta_json__first(oth);
	for (i = 0; i < oth->count; i++) {
		if (!is_lower(zta_json__str(name)) ||
		    find_header(what->around, zta_json__str(name), &value) !=
			1 ||
		    !hash_is(zta_json__after(name), value)) {
			return wrong_token(j, "oth");
		}
		name = zta_json__after(zta_json__after(name));
	}
	return ZTA_OK;
}

zta_status
zta_wpt__judge(zta_proof_judge *j, const zta_wpt_for *what)
{
	char thumbprint[ZTA_KEY_THUMBPRINT_MAX];
	int64_t until = 0;
	zta_status status = zta_proof__parse(j, ZTA_STR("wpt+jwt"), false);

	if (status == ZTA_OK) {
		status = check_signature(j, what, thumbprint);
	}
	if (status == ZTA_OK) {
		status = check_audience(j, what);
	}
	if (status == ZTA_OK) {
		status = zta_proof__hash(j, "wth", what->token);
	}
	if (status == ZTA_OK) {
		status = check_transaction(j, what);
	}
	if (status == ZTA_OK) {
		status = check_bearer(j, what);
	}
	if (status == ZTA_OK) {
		status = check_others(j, what);
	}
	if (status == ZTA_OK) {
		status = check_end(j, &until);
	}
	return status != ZTA_OK ?
	    status :
	    zta_proof__once(j, zta_str_of(thumbprint), until);
}
