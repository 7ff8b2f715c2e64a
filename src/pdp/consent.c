/* SPDX-License-Identifier: Apache-2.0 */
/* consent.c - see consent.h. */
#include "pdp/consent.h"

#include "base/b64.h"
#include "base/str.h"
#include "identity/claims.h"
#include "identity/kind.h"
#include "trust/txn_token.h"

/* Other kinds say nothing of a person who signs in. */
static bool
is_of_provider(const zta_sources *sources, const zta_principal *person)
{
	uint32_t i;

	for (i = 0; i < sources->count; i++) {
		if (zta_str__eq(sources->list[i].name, person->source)) {
			return sources->list[i].kind == &zta_kind__oidc;
		}
	}
	return false;
}

/* SPEC: openid core 3.1.2.1: what the client sent comes back as it was. */
static bool
is_for_grant(const zta_principal *person, const zta_grant *grant)
{
	const zta_json *nonce = zta_json__get(person->claims.root, "nonce");
	char digits[ZTA_B64_LEN(ZTA_SHA256_LEN)];

	zta_b64__encode(
	    (zta_str){ (const char *)grant->digest, ZTA_SHA256_LEN }, digits);
	return nonce != NULL && nonce->type == ZTA_JSON_STRING &&
	    zta_str__eq(
		zta_json__str(nonce), (zta_str){ digits, sizeof(digits) });
}

/* Nobody consents to what has been. */
static const char *
judge_time(const zta_principal *person, const zta_grant *grant, int64_t now)
{
	const zta_json *iat = zta_json__get(person->claims.root, "iat");
	int64_t at;

	if (iat == NULL || !zta_claims__date(iat, &at)) {
		return "the ID token has no `iat`";
	}
	if (at + ZTA_CONSENT_AGE_MAX_MS <= now) {
		return "the ID token was issued more than 10 minutes ago";
	}
	if (grant->consent_at + ZTA_CONSENT_AGE_MAX_MS < at) {
		return "`iat` of the grant is more than 10 minutes before the "
		       "consent";
	}
	return grant->not_before + ZTA_CONSENT_AGE_MAX_MS < at ?
	    "the grant begins more than 10 minutes before the consent" :
	    NULL;
}

zta_status
zta_consent__judge(const zta_verifier *with, const zta_presented *id_token,
    const zta_grant *grant, zta_principal *person, zta_why_not *why_not,
    zta_error *err)
{
	const char *wrong = NULL;
	zta_status status =
	    zta_identity__verify(with, id_token, person, why_not, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (!is_of_provider(with->sources, person)) {
		wrong = "the source of the ID token is not of kind `oidc`";
	} else if (person->kind != ZTA_PRINCIPAL_HUMAN) {
		wrong = "the ID token is not of a person";
	} else if (!is_for_grant(person, grant)) {
		wrong = "`nonce` of the ID token is not of this grant";
	} else if (!zta_subject__is(
		       grant->delegator, person->type, person->id)) {
		wrong = "the ID token is of another person than the delegator";
	} else {
		wrong = judge_time(person, grant, with->now);
	}
	return wrong == NULL ? ZTA_OK :
			       zta_error__set(err, ZTA_EUNTRUSTED, "%s", wrong);
}
