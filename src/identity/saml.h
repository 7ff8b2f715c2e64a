/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saml.h - from a SAML 2.0 assertion to a principal. SPEC: saml-core 2,
 * saml-profiles 4.1.4, rfc7522 3
 *
 * A credential is an Assertion, or a Response around one, as XML or in base64
 * or base64url. The assertion itself must be signed; that the response is does
 * not count, and nothing is read from it.
 */
#ifndef ZTA_IDENTITY_SAML_H
#define ZTA_IDENTITY_SAML_H

#include "identity/principal.h"
#include "identity/refusal.h"
#include "identity/replay.h"
#include "xml/signature.h"

/* A key of the issuer, from a certificate. */
typedef struct zta_saml_key {
	zta_str spki; /* DER */
	bool rsa;
} zta_saml_key;

/* What is believed of one issuer. */
typedef struct zta_saml_rules {
	zta_str issuer; /* entityID */
	const zta_str *audiences;
	uint32_t audience_count;
	zta_str recipient; /* of bearer confirmations */
	const zta_saml_key *keys;
	uint32_t key_count;
	uint32_t algs;        /* bit set of zta_xml_alg */
	int64_t leeway_ms;    /* for clocks that differ */
	int64_t max_age_ms;   /* since IssueInstant; 0: no limit */
	bool answers;         /* it may answer a request (InResponseTo) */
	bool many;            /* it may be used more than once */
	zta_str name_format;  /* that the NameID must have; empty: any */
	zta_str id_attribute; /* that is the principal's id; empty: NameID */
} zta_saml_rules;

/* A credential that was taken apart; nothing is verified. */
typedef struct zta_saml {
	zta_str credential; /* as it was presented */
	zta_str xml;
	const zta_xml *assertion;
	const zta_xml *signature;
	zta_str issuer; /* who it says it is from: for choosing the rules */
} zta_saml;

/*
 * Take `credential` apart, into `arena`. ZTA_EUNTRUSTED with `*refusal`, or
 * ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_saml__read(zta_arena *arena, zta_str credential,
    zta_saml *out, zta_refusal *refusal, zta_error *err);

/*
 * Verify it at `now` (ms) under `rules`. Of the principal, type, kind and
 * source are left to the caller. `replay` may be NULL where no credential is
 * used, only looked at. Statuses as above; ZTA_EUNAVAILABLE.
 */
ZTA_MUST_USE zta_status zta_saml__verify(const zta_saml_rules *rules,
    zta_arena *arena, const zta_saml *saml, int64_t now, zta_replay *replay,
    zta_principal *out, zta_refusal *refusal, zta_error *err);

#endif
