/* SPDX-License-Identifier: Apache-2.0 */
/* saml_check.h - what the files of saml share. */
#ifndef ZTA_IDENTITY_SAML_CHECK_H
#define ZTA_IDENTITY_SAML_CHECK_H

#include "identity/kind.h"
#include "identity/saml.h"

#define ZTA_SAML_NS "urn:oasis:names:tc:SAML:2.0:assertion"
#define ZTA_SAMLP_NS "urn:oasis:names:tc:SAML:2.0:protocol"
#define ZTA_XMLDSIG_NS "http://www.w3.org/2000/09/xmldsig#"

/* One verification under way. */
typedef struct zta_saml_check {
	const zta_source *source;
	const zta_saml_rules *rules; /* of the source */
	zta_arena *arena;
	int64_t now;
	const zta_xml *assertion; /* as the signature covers it */
	zta_str id;               /* of the assertion */
	int64_t issued_at, ends_at;
	bool once;         /* a condition asks for it */
	zta_str name;      /* the NameID; empty: none */
	zta_str format;    /* of it; empty: not said */
	zta_str principal; /* its id */
	zta_json_doc claims;
	zta_refusal *refusal;
	zta_error *err;
} zta_saml_check;

/* Refuse because of `node`. */
#define ZTA_SAML_REFUSE(c, node, code, ...)                            \
	(zta_refusal__set(                                             \
	     (c)->refusal, ZTA_REFUSAL_##code, (c)->err, __VA_ARGS__), \
	    zta_xml__place(node, (c)->err), ZTA_EUNTRUSTED)

/* SPEC: saml-core 5.4: is this the form of a signature of `saml`? */
ZTA_MUST_USE zta_status zta_saml__signature_form(
    zta_saml_check *c, const zta_saml *saml, zta_xml_alg *alg);

/* An instant that may be absent; `*ms` keeps its value then. */
ZTA_MUST_USE zta_status zta_saml__instant(
    zta_saml_check *c, const zta_xml *node, const char *name, int64_t *ms);

/* Not empty, and without control characters. */
bool zta_saml__is_printable(zta_str text);

/* The text of an element that holds nothing else, and some. */
ZTA_MUST_USE zta_status zta_saml__text(
    zta_saml_check *c, const zta_xml *node, zta_str *out);

/* SPEC: saml-core 2.5: lifetime, audience, and nothing that is unknown. */
ZTA_MUST_USE zta_status zta_saml__conditions(zta_saml_check *c);

/* SPEC: saml-core 2.4, saml-profiles 4.1.4.2: who, and who may say so. */
ZTA_MUST_USE zta_status zta_saml__subject(zta_saml_check *c);

/* SPEC: saml-core 2.7: statements become claims. */
ZTA_MUST_USE zta_status zta_saml__claims(zta_saml_check *c);

#endif
