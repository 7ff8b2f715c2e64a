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

#include "identity/refusal.h"
#include "identity/verify.h"
#include "xml/signature.h"

/* What a source of this kind has beside others; its keys have no kid. */
struct zta_saml_rules {
	zta_str recipient;   /* of bearer confirmations */
	uint32_t algs;       /* bit set of zta_xml_alg */
	bool answers;        /* it may answer a request (InResponseTo) */
	bool many;           /* it may be used more than once */
	zta_str name_format; /* that the NameID must have; empty: any */
};

/* A credential that was taken apart; nothing is verified. */
typedef struct zta_saml {
	zta_str xml;
	const zta_xml *assertion;
	const zta_xml *signature;
	zta_str issuer; /* who it says it is from: for finding the source */
} zta_saml;

/*
 * Take `credential` apart, into `arena`. ZTA_EUNTRUSTED with `*refusal`, or
 * ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_saml__read(zta_arena *arena, zta_str credential,
    zta_saml *out, zta_refusal *refusal, zta_error *err);

/*
 * Verify `v->saml` under the source, into `v->out` and `v->claims`. Statuses as
 * above. A principal that says so is good once: see zta_principal.
 */
ZTA_MUST_USE zta_status zta_saml__verify(zta_verifying *v);

#endif
