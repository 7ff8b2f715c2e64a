/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saml_made.h - assertions that are signed here, without a library of XML: the
 * texts are written in canonical form, so that their own bytes are what is
 * digested and signed.
 */
#ifndef ZTA_TESTS_SAML_MADE_H
#define ZTA_TESTS_SAML_MADE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "saml_keys.h"

/* 2026-01-01T00:00:00Z */
#define NOW 1767225600000

#define SAML "urn:oasis:names:tc:SAML:2.0:assertion"
#define SAMLP "urn:oasis:names:tc:SAML:2.0:protocol"
#define DS "http://www.w3.org/2000/09/xmldsig#"
#define EXCLUSIVE "http://www.w3.org/2001/10/xml-exc-c14n#"
#define MORE "http://www.w3.org/2001/04/xmldsig-more#"

#define CONFIRMATION                                                           \
	"<saml:SubjectConfirmation "                                           \
	"Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"                    \
	"<saml:SubjectConfirmationData NotOnOrAfter=\"2026-01-01T00:05:00Z\" " \
	"Recipient=\"https://me/token\"></saml:SubjectConfirmationData>"       \
	"</saml:SubjectConfirmation>"
#define AUDIENCE                                               \
	"<saml:AudienceRestriction><saml:Audience>https://me<" \
	"/saml:Audience></saml:AudienceRestriction>"
#define ATTRIBUTES                                                            \
	"<saml:AttributeStatement><saml:Attribute Name=\"mail\">"             \
	"<saml:AttributeValue>alice@corp</saml:AttributeValue>"               \
	"</saml:Attribute><saml:Attribute Name=\"role\">"                     \
	"<saml:AttributeValue>dev</saml:AttributeValue></saml:Attribute>"     \
	"<saml:Attribute Name=\"role\"><saml:AttributeValue>ops"              \
	"</saml:AttributeValue></saml:Attribute>"                             \
	"<saml:Attribute Name=\"admin\"><saml:AttributeValue "                \
	"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "            \
	"xsi:type=\"xs:boolean\">true</saml:AttributeValue></saml:Attribute>" \
	"<saml:Attribute Name=\"level\"><saml:AttributeValue "                \
	"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "            \
	"xsi:type=\"xs:integer\">-7</saml:AttributeValue></saml:Attribute>"   \
	"</saml:AttributeStatement>"

/* The place of the signature is '@'. */
static const char assertion_text[] =
    "<saml:Assertion xmlns:saml=\"" SAML "\" ID=\"a1\" "
    "IssueInstant=\"2025-12-31T23:59:00Z\" Version=\"2.0\">"
    "<saml:Issuer>https://idp</saml:Issuer>@"
    "<saml:Subject><saml:NameID "
    "Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">alice<"
    "/saml:NameID>" CONFIRMATION "</saml:Subject>"
    "<saml:Conditions NotBefore=\"2025-12-31T23:59:00Z\" "
    "NotOnOrAfter=\"2026-01-01T00:10:00Z\">" AUDIENCE "</saml:Conditions>"
    "<saml:AuthnStatement AuthnInstant=\"2025-12-31T23:58:00Z\" "
    "SessionIndex=\"s1\" SessionNotOnOrAfter=\"2026-01-01T08:00:00Z\">"
    "<saml:AuthnContext><saml:AuthnContextClassRef>urn:x:mfa<"
    "/saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>" ATTRIBUTES
    "</saml:Assertion>";

/* What is signed of the signature; '%' is the digest. */
static const char info_text[] =
    "<ds:SignedInfo xmlns:ds=\"" DS "\">"
    "<ds:CanonicalizationMethod Algorithm=\"" EXCLUSIVE "\">"
    "</ds:CanonicalizationMethod>"
    "<ds:SignatureMethod Algorithm=\"" MORE "rsa-sha256\">"
    "</ds:SignatureMethod>"
    "<ds:Reference URI=\"#a1\"><ds:Transforms>"
    "<ds:Transform Algorithm=\"" DS "enveloped-signature\"></ds:Transform>"
    "<ds:Transform Algorithm=\"" EXCLUSIVE "\"></ds:Transform>"
    "</ds:Transforms>"
    "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">"
    "</ds:DigestMethod><ds:DigestValue>%</ds:DigestValue></ds:Reference>"
    "</ds:SignedInfo>";

/* A document of a source that is called `corp`. */
static inline void
put_sources(zta_buf *out, const char *certs)
{
	const char *c;

	zta_buf__text(out,
	    "{\"sources\":{\"corp\":{\"kind\":\"saml\","
	    "\"issuer\":\"https://idp\",\"audience\":\"https://me\","
	    "\"recipient\":\"https://me/token\","
	    "\"algorithms\":[\"RS256\",\"ES256\"],"
	    "\"leeway_s\":5,\"max_age_s\":3600,\"certs\":\"");
	for (c = certs; *c != '\0'; c++) {
		zta_buf__text(out, *c == '\n' ? "\\n" : (char[]){ *c, '\0' });
	}
	zta_buf__text(out, "\"}}}");
}

/* `text` with `put` instead of the first `find`, which must be there. */
static inline char *
replaced(zta_arena *arena, const char *text, const char *find, const char *put)
{
	const char *at = strstr(text, find);
	size_t len = strlen(text) + strlen(put) + 1;
	char *out = zta_arena__alloc(arena, len);

	if (at == NULL || out == NULL) {
		fprintf(stderr, "not there: %s\n", find);
		abort();
	}
	(void)snprintf(out, len, "%.*s%s%s", (int)(at - text), text, put,
	    at + strlen(find));
	return out;
}

static inline char *
base64(zta_arena *arena, zta_str bytes)
{
	size_t len = ZTA_B64_STD_LEN(bytes.len);
	char *out = zta_arena__alloc(arena, len + 1);

	if (out == NULL) {
		abort();
	}
	zta_b64_std__encode(bytes, out);
	out[len] = '\0';
	return out;
}

/* The ds:Signature over `element`, in which the place of it is '@'. */
static inline char *
signature_over(zta_arena *arena, const char *element, const char *info,
    const char *key_pem, zta_alg alg)
{
	const char *bare = replaced(arena, element, "@", "");
	unsigned char digest[ZTA_SHA256_LEN], sig[ZTA_SIGNATURE_MAX];
	zta_key *key = NULL;
	size_t len = 0;
	char *out;

	zta_digest__sha256(zta_str_of(bare), digest);
	info = replaced(arena, info, "%",
	    base64(arena, (zta_str){ (const char *)digest, sizeof(digest) }));
	if (zta_key_read_pem(&key, zta_str_of(key_pem), NULL) != ZTA_OK ||
	    zta_key__sign(key, alg, zta_str_of(info), sig, &len, NULL) !=
		ZTA_OK) {
		abort();
	}
	zta_key_close(key);
	out = replaced(arena,
	    "<ds:Signature xmlns:ds=\"" DS "\">@<ds:SignatureValue>%<"
	    "/ds:SignatureValue></ds:Signature>",
	    "@", info);
	/* The digest has no '%'. */
	return replaced(arena, out, "%",
	    base64(arena, (zta_str){ (const char *)sig, len }));
}

/* `element` with its signature in its place. */
static inline char *
signed_by(zta_arena *arena, const char *element, const char *info,
    const char *key_pem, zta_alg alg)
{
	return replaced(arena, element, "@",
	    signature_over(arena, element, info, key_pem, alg));
}

#endif
