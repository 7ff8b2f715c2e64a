/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_saml.c - assertions that must not be believed: each rule, and each known
 * attack, is a line of a table. SPEC: saml-core 2, saml-core 5.4,
 * saml-profiles 4.1.4, rfc7522 3
 */
#include "tests.h"

#include "saml_made.h"

#include <pthread.h>

#include "base/limits.h"
#include "base/time.h"
#include "crypto/cert.h"
#include "identity/saml.h"
#include "identity/verify.h"
#include "xml/xml.h"

static zta_arena arena;
static zta_sources sources;

static int
setup(void **state)
{
	char certs[4096];
	zta_buf document;
	zta_error err;
	zta_str text;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&document, SIZE_MAX);
	(void)snprintf(certs, sizeof(certs), "%s%s", rsa_cert, ec_cert);
	put_sources(&document, certs);
	text = zta_arena__copy(&arena, zta_buf__str(&document));
	zta_buf__release(&document);
	if (zta_sources__read(&sources, &arena, text, NULL, &err) != ZTA_OK) {
		fail_msg("%s: %s", err.place, err.message);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	zta_sources__release(&sources);
	zta_arena__release(&arena);
	return 0;
}

static zta_refusal
judge_under(const zta_sources *under, zta_str credential,
    zta_principal *principal, zta_error *err)
{
	const zta_circumstances around = { 0 };
	const zta_presented presented = { credential, ZTA_AS_SAML2, &around };
	const zta_verifier with = {
		.sources = under, .arena = &arena, .now = NOW
	};
	zta_why_not why_not;
	zta_status status;

	*err = (zta_error){ 0 };
	status =
	    zta_identity__verify(&with, &presented, principal, &why_not, err);
	assert_int_equal(status == ZTA_OK, why_not.refusal == ZTA_REFUSAL_NONE);
	assert_true(status == ZTA_OK || status == ZTA_EUNTRUSTED);
	return why_not.refusal;
}

static void
expect(const char *text, zta_refusal refusal, const char *place)
{
	zta_principal principal;
	zta_error err;
	zta_refusal got =
	    judge_under(&sources, zta_str_of(text), &principal, &err);

	if (got != refusal || strcmp(err.place, place) != 0) {
		fail_msg("%s, not %s, at %s, not %s (%s):\n%s",
		    zta_refusal__code(got), zta_refusal__code(refusal),
		    err.place, place, err.message, text);
	}
}

/* Signed as it should be, after `find` was replaced by `put`. */
static char *
made(const char *find, const char *put)
{
	return signed_by(&arena, replaced(&arena, assertion_text, find, put),
	    info_text, rsa_key, ZTA_ALG_RS256);
}

static char *
good(void)
{
	return made("@", "@");
}

static char *
in_response(const char *inside)
{
	return replaced(&arena,
	    "<samlp:Response xmlns:samlp=\"" SAMLP "\" ID=\"r1\" "
	    "Version=\"2.0\">@</samlp:Response>",
	    "@", inside);
}

/* --- what is accepted */

static void
test_saml__becomes_a_principal(void **state)
{
	static const char claims[] =
	    "{\"iss\":\"https://idp\",\"sub\":\"alice\","
	    "\"sub_format\":\"urn:oasis:names:tc:SAML:2.0:nameid-format:"
	    "persistent\",\"jti\":\"a1\",\"iat\":1767225540,"
	    "\"auth_time\":1767225480,\"acr\":\"urn:x:mfa\","
	    "\"session_index\":\"s1\",\"attributes\":{"
	    "\"mail\":[\"alice@corp\"],\"role\":[\"dev\",\"ops\"],"
	    "\"admin\":[true],\"level\":[-7]},\"exp\":1767225900}";
	unsigned char digest[ZTA_SHA256_LEN];
	zta_str text = zta_str_of(good());
	zta_principal p;
	zta_error err;

	(void)state;
	assert_int_equal(
	    judge_under(&sources, text, &p, &err), ZTA_REFUSAL_NONE);
	assert_true(zta_str__is(p.type, "User"));
	assert_true(zta_str__is(p.id, "alice"));
	assert_int_equal(p.kind, ZTA_PRINCIPAL_HUMAN);
	assert_true(zta_str__is(p.source, "corp"));
	assert_true(zta_str__is(p.issuer, "https://idp"));
	assert_int_equal(p.issued_at, NOW - 60000);
	assert_int_equal(p.expires_at, NOW + 300000);
	assert_int_equal(p.proof, ZTA_PROOF_BEARER);
	assert_true(p.once);
	assert_int_equal(p.once_until, NOW + 305000);
	zta_digest__sha256(text, digest);
	assert_memory_equal(digest, p.digest, sizeof(digest));
	if (!zta_str__is(p.claims.text, claims)) {
		fail_msg("%.*s", ZTA_STR_ARG(p.claims.text));
	}
}

static void
test_saml__forms(void **state)
{
	const char *text = good();
	zta_str bytes = zta_str_of(text);
	char *std = base64(&arena, bytes);
	char *url = zta_arena__zalloc(&arena, bytes.len * 2, 1);

	(void)state;
	assert_non_null(url);
	zta_b64__encode(bytes, url);
	expect(text, ZTA_REFUSAL_NONE, "");
	expect(std, ZTA_REFUSAL_NONE, "");
	expect(url, ZTA_REFUSAL_NONE, "");
	while (strlen(url) % 4 != 0) {
		url[strlen(url)] = '=';
	}
	expect(url, ZTA_REFUSAL_NONE, "");
	expect(in_response(text), ZTA_REFUSAL_NONE, "");
	expect(base64(&arena, zta_str_of(in_response(text))), ZTA_REFUSAL_NONE,
	    "");
	expect(replaced(&arena, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>@",
		   "@", text),
	    ZTA_REFUSAL_NONE, "");
	expect(signed_by(&arena, assertion_text,
		   replaced(&arena, info_text, "rsa-sha256", "ecdsa-sha256"),
		   ec_key, ZTA_ALG_ES256),
	    ZTA_REFUSAL_NONE, "");
	/* The response may be signed too. */
	expect(in_response(replaced(&arena, "<a/>@", "<a/>@",
		   replaced(&arena,
		       "<ds:Signature xmlns:ds=\"" DS "\"></ds:Signature>@",
		       "@", text))),
	    ZTA_REFUSAL_NONE, "");
	expect("", ZTA_REFUSAL_MALFORMED, "");
	expect("a.b.c", ZTA_REFUSAL_MALFORMED, "");
	expect("AAAA", ZTA_REFUSAL_MALFORMED, "");
	expect("<", ZTA_REFUSAL_MALFORMED, "");
	expect("<a/>", ZTA_REFUSAL_NOT_ONE_ASSERTION, "/a");
}

#define AT "/Assertion"

/* --- what an issuer might sign and we refuse */

static const struct {
	const char *find, *put;
	zta_refusal refusal;
	const char *place;
} rules[] = {
	{ "Version=\"2.0\"", "Version=\"1.1\"", ZTA_REFUSAL_BAD_VERSION, AT },
	{ " Version=\"2.0\"", "", ZTA_REFUSAL_BAD_VERSION, AT },
	{ "https://idp<", "https://evil<", ZTA_REFUSAL_UNKNOWN_ISSUER, "" },
	{ "https://idp<", "https://idp<x></x><", ZTA_REFUSAL_BAD_ISSUER,
	    AT "/Issuer" },
	{ "<saml:Issuer>https://idp</saml:Issuer>", "",
	    ZTA_REFUSAL_MISSING_CLAIM, AT },
	{ " IssueInstant=\"2025-12-31T23:59:00Z\"", "",
	    ZTA_REFUSAL_MISSING_CLAIM, AT },
	{ "2025-12-31T23:59:00Z\" V", "2025-12-31T23:59:00\" V",
	    ZTA_REFUSAL_BAD_CLAIM, AT },
	{ "2025-12-31T23:59:00Z\" V", "2025-12-31T23:59:00+01:00\" V",
	    ZTA_REFUSAL_BAD_CLAIM, AT },
	{ "2025-12-31T23:59:00Z\" V", "2026-01-01T00:00:05Z\" V",
	    ZTA_REFUSAL_NONE, "" },
	{ "2025-12-31T23:59:00Z\" V", "2026-01-01T00:00:05.001Z\" V",
	    ZTA_REFUSAL_ISSUED_IN_FUTURE, AT },
	{ "2025-12-31T23:59:00Z\" V", "2025-12-31T22:59:55Z\" V",
	    ZTA_REFUSAL_TOO_OLD, AT },
	/* An ID that could be read in two ways. */
	{ "ID=\"a1\"", "ID=\"a1 b\"", ZTA_REFUSAL_DUPLICATE_ID, AT },
	{ "ID=\"a1\"", "ID=\"1a\"", ZTA_REFUSAL_DUPLICATE_ID, AT },
	/* saml-core 2.5 */
	{ "NotBefore=\"2025-12-31T23:59:00Z\"",
	    "NotBefore=\"2026-01-01T00:00:06Z\"", ZTA_REFUSAL_NOT_YET_VALID,
	    AT "/Conditions" },
	{ "NotBefore=\"2025-12-31T23:59:00Z\"", "NotBefore=\"now\"",
	    ZTA_REFUSAL_BAD_CLAIM, AT "/Conditions" },
	{ "2026-01-01T00:10:00Z", "2025-12-31T23:59:56Z", ZTA_REFUSAL_NONE,
	    "" },
	{ "2026-01-01T00:10:00Z", "2025-12-31T23:59:55Z", ZTA_REFUSAL_EXPIRED,
	    AT "/Conditions" },
	{ "https://me<", "https://you<", ZTA_REFUSAL_BAD_AUDIENCE,
	    AT "/Conditions/AudienceRestriction" },
	{ "https://me<", "https://me/<", ZTA_REFUSAL_BAD_AUDIENCE,
	    AT "/Conditions/AudienceRestriction" },
	{ "https://me</saml:Audience>", "</saml:Audience>",
	    ZTA_REFUSAL_BAD_AUDIENCE, AT "/Conditions/AudienceRestriction" },
	{ "<saml:Audience>",
	    "<saml:Audience>https://you</saml:Audience><saml:Audience>",
	    ZTA_REFUSAL_NONE, "" },
	{ AUDIENCE, "", ZTA_REFUSAL_BAD_AUDIENCE, AT "/Conditions" },
	{ AUDIENCE,
	    AUDIENCE "<saml:AudienceRestriction><saml:Audience>https://you"
		     "</saml:Audience></saml:AudienceRestriction>",
	    ZTA_REFUSAL_BAD_AUDIENCE, AT "/Conditions/AudienceRestriction[2]" },
	{ AUDIENCE, AUDIENCE "<saml:OneTimeUse></saml:OneTimeUse>",
	    ZTA_REFUSAL_NONE, "" },
	{ AUDIENCE,
	    AUDIENCE "<saml:ProxyRestriction "
		     "Count=\"0\"></saml:ProxyRestriction>",
	    ZTA_REFUSAL_UNKNOWN_CONDITION, AT "/Conditions/ProxyRestriction" },
	{ AUDIENCE, AUDIENCE "<x></x>", ZTA_REFUSAL_UNKNOWN_CONDITION,
	    AT "/Conditions/x" },
	{ "</saml:Conditions>",
	    "</saml:Conditions><saml:Conditions></saml:Conditions>",
	    ZTA_REFUSAL_BAD_CLAIM, AT "/Conditions" },
	/* saml-core 2.4 */
	{ "alice<", "<", ZTA_REFUSAL_BAD_SUBJECT, AT "/Subject/NameID" },
	{ "alice<", "a\tb<", ZTA_REFUSAL_BAD_SUBJECT, AT "/Subject/NameID" },
	{ "alice<", "alice<x></x><", ZTA_REFUSAL_BAD_SUBJECT,
	    AT "/Subject/NameID" },
	{ "format:persistent", "format:transient", ZTA_REFUSAL_BAD_SUBJECT,
	    AT },
	{ "</saml:NameID>", "</saml:NameID><saml:NameID>bob</saml:NameID>",
	    ZTA_REFUSAL_BAD_SUBJECT, AT "/Subject/NameID" },
	{ "</saml:Subject>", "</saml:Subject><saml:Subject></saml:Subject>",
	    ZTA_REFUSAL_BAD_SUBJECT, AT "/Subject" },
	{ CONFIRMATION, "", ZTA_REFUSAL_BAD_CONFIRMATION, AT "/Subject" },
	{ "cm:bearer", "cm:sender-vouches", ZTA_REFUSAL_BAD_CONFIRMATION,
	    AT "/Subject/SubjectConfirmation" },
	{ "https://me/token", "https://you/token", ZTA_REFUSAL_BAD_RECIPIENT,
	    AT "/Subject/SubjectConfirmation/SubjectConfirmationData" },
	{ " Recipient=\"https://me/token\"", "", ZTA_REFUSAL_BAD_RECIPIENT,
	    AT "/Subject/SubjectConfirmation/SubjectConfirmationData" },
	{ " NotOnOrAfter=\"2026-01-01T00:05:00Z\"", "",
	    ZTA_REFUSAL_BAD_CONFIRMATION,
	    AT "/Subject/SubjectConfirmation/SubjectConfirmationData" },
	{ "2026-01-01T00:05:00Z", "2025-12-31T23:59:55Z", ZTA_REFUSAL_EXPIRED,
	    AT "/Subject/SubjectConfirmation/SubjectConfirmationData" },
	{ "Data NotOnOrAfter",
	    "Data NotBefore=\"2025-01-01T00:00:00Z\" NotOnOrAfter",
	    ZTA_REFUSAL_BAD_CONFIRMATION,
	    AT "/Subject/SubjectConfirmation/SubjectConfirmationData" },
	{ "Data NotOnOrAfter", "Data InResponseTo=\"q1\" NotOnOrAfter",
	    ZTA_REFUSAL_BAD_IN_RESPONSE_TO,
	    AT "/Subject/SubjectConfirmation/SubjectConfirmationData" },
	{ "<saml:SubjectConfirmation ",
	    "<saml:SubjectConfirmation Method=\"x\"></saml:SubjectConfirmation>"
	    "<saml:SubjectConfirmation ",
	    ZTA_REFUSAL_NONE, "" },
	/* saml-core 2.7 */
	{ "2026-01-01T08:00:00Z", "2025-12-31T20:00:00Z",
	    ZTA_REFUSAL_SESSION_ENDED, AT "/AuthnStatement" },
	{ " AuthnInstant=\"2025-12-31T23:58:00Z\"", "",
	    ZTA_REFUSAL_MISSING_CLAIM, AT "/AuthnStatement" },
	{ "</saml:AuthnStatement>",
	    "</saml:AuthnStatement><saml:AuthnStatement></saml:AuthnStatement>",
	    ZTA_REFUSAL_BAD_CLAIM, AT "/AuthnStatement" },
	{ ">true<", ">maybe<", ZTA_REFUSAL_BAD_CLAIM,
	    AT "/AttributeStatement/Attribute[4]/AttributeValue" },
	{ ">-7<", ">9223372036854775808<", ZTA_REFUSAL_BAD_CLAIM,
	    AT "/AttributeStatement/Attribute[5]/AttributeValue" },
	{ " Name=\"mail\"", "", ZTA_REFUSAL_BAD_CLAIM,
	    AT "/AttributeStatement/Attribute" },
	{ ATTRIBUTES, "", ZTA_REFUSAL_NONE, "" },
};

static void
test_saml__rules(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		expect(made(rules[i].find, rules[i].put), rules[i].refusal,
		    rules[i].place);
	}
}

/* --- signatures of other forms, made by the issuer's own key */

#define SIG AT "/Signature"
#define INFO SIG "/SignedInfo"
#define REF INFO "/Reference"
#define TRANSFORMS REF "/Transforms"
#define SECOND "<ds:Transform Algorithm=\"" EXCLUSIVE "\"></ds:Transform>"
#define FIRST                                                    \
	"<ds:Transform Algorithm=\"" DS "enveloped-signature\">" \
	"</ds:Transform>"

static const struct {
	const char *find, *put;
	zta_refusal refusal;
	const char *place;
} infos[] = {
	/* xmldsig 6.4: a public key must not become a secret. */
	{ MORE "rsa-sha256", MORE "hmac-sha256", ZTA_REFUSAL_UNSUPPORTED_ALG,
	    INFO "/SignatureMethod" },
	{ MORE "rsa-sha256", DS "hmac-sha1", ZTA_REFUSAL_UNSUPPORTED_ALG,
	    INFO "/SignatureMethod" },
	{ MORE "rsa-sha256", DS "rsa-sha1", ZTA_REFUSAL_UNSUPPORTED_ALG,
	    INFO "/SignatureMethod" },
	{ MORE "rsa-sha256", MORE "rsa-md5", ZTA_REFUSAL_UNSUPPORTED_ALG,
	    INFO "/SignatureMethod" },
	{ MORE "rsa-sha256", MORE "rsa-sha512", ZTA_REFUSAL_ALG_NOT_ALLOWED,
	    INFO "/SignatureMethod" },
	{ "</ds:SignatureMethod>",
	    "<ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>",
	    ZTA_REFUSAL_UNSUPPORTED_ALG, INFO "/SignatureMethod" },
	{ "http://www.w3.org/2001/04/xmlenc#sha256", DS "sha1",
	    ZTA_REFUSAL_UNSUPPORTED_ALG, REF "/DigestMethod" },
	/* Canonical forms */
	{ EXCLUSIVE, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
	    ZTA_REFUSAL_BAD_TRANSFORM, INFO "/CanonicalizationMethod" },
	{ EXCLUSIVE, EXCLUSIVE "WithComments", ZTA_REFUSAL_BAD_TRANSFORM,
	    INFO "/CanonicalizationMethod" },
	{ EXCLUSIVE "\"></ds:CanonicalizationMethod>",
	    EXCLUSIVE "\"><x></x></ds:CanonicalizationMethod>",
	    ZTA_REFUSAL_BAD_TRANSFORM, INFO "/CanonicalizationMethod" },
	/* Transforms: saml-core 5.4.4 */
	{ FIRST, "", ZTA_REFUSAL_BAD_TRANSFORM, TRANSFORMS },
	{ SECOND, "", ZTA_REFUSAL_BAD_TRANSFORM, TRANSFORMS },
	{ FIRST, SECOND, ZTA_REFUSAL_BAD_TRANSFORM, TRANSFORMS "/Transform" },
	{ SECOND, FIRST, ZTA_REFUSAL_BAD_TRANSFORM,
	    TRANSFORMS "/Transform[2]" },
	{ SECOND, SECOND SECOND, ZTA_REFUSAL_BAD_TRANSFORM,
	    TRANSFORMS "/Transform[3]" },
	{ SECOND,
	    "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/"
	    "REC-xpath-19991116\"><ds:XPath>1</ds:XPath></ds:Transform>",
	    ZTA_REFUSAL_BAD_TRANSFORM, TRANSFORMS "/Transform[2]" },
	{ SECOND,
	    "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/"
	    "REC-xslt-19991116\"></ds:Transform>",
	    ZTA_REFUSAL_BAD_TRANSFORM, TRANSFORMS "/Transform[2]" },
	{ SECOND,
	    "<ds:Transform Algorithm=\"" EXCLUSIVE
	    "WithComments\"></ds:Transform>",
	    ZTA_REFUSAL_BAD_TRANSFORM, TRANSFORMS "/Transform[2]" },
	/* References: saml-core 5.4.2 */
	{ "#a1", "", ZTA_REFUSAL_BAD_REFERENCE, REF },
	{ "#a1", "#a2", ZTA_REFUSAL_BAD_REFERENCE, REF },
	{ "#a1", "#", ZTA_REFUSAL_BAD_REFERENCE, REF },
	{ "#a1", "a1", ZTA_REFUSAL_BAD_REFERENCE, REF },
	{ "#a1", "#xpointer(id('a1'))", ZTA_REFUSAL_BAD_REFERENCE, REF },
	{ "#a1", "#xpointer(/)", ZTA_REFUSAL_BAD_REFERENCE, REF },
	{ "#a1", "http://127.0.0.1/x#a1", ZTA_REFUSAL_BAD_REFERENCE, REF },
	{ "#a1", "file:///etc/passwd", ZTA_REFUSAL_BAD_REFERENCE, REF },
	{ " URI=\"#a1\"", "", ZTA_REFUSAL_BAD_REFERENCE, REF },
	{ "</ds:Reference>", "</ds:Reference><ds:Reference></ds:Reference>",
	    ZTA_REFUSAL_SIGNATURE_FORM, INFO "/Reference[2]" },
	{ "<ds:Reference ", "<ds:Manifest ></ds:Manifest><ds:Reference ",
	    ZTA_REFUSAL_SIGNATURE_FORM, INFO "/Manifest" },
	/* Bound to another namespace */
	{ "<ds:SignatureMethod ", "<ds:SignatureMethod xmlns:ds=\"urn:x\" ",
	    ZTA_REFUSAL_SIGNATURE_FORM, INFO "/SignatureMethod" },
	{ EXCLUSIVE "\"></ds:Transform>",
	    EXCLUSIVE
	    "\"><ec:InclusiveNamespaces xmlns:ec=\"" EXCLUSIVE
	    "\" PrefixList=\"xs\"></ec:InclusiveNamespaces></ds:Transform>",
	    ZTA_REFUSAL_NONE, "" },
};

static void
test_saml__forms_of_signatures(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(infos) / sizeof(infos[0]); i++) {
		expect(signed_by(&arena, assertion_text,
			   replaced(
			       &arena, info_text, infos[i].find, infos[i].put),
			   rsa_key, ZTA_ALG_RS256),
		    infos[i].refusal, infos[i].place);
	}
}

/* --- changes after it was signed */

static const struct {
	const char *find, *put;
	zta_refusal refusal;
	const char *place;
} changes[] = {
	{ ">alice<", ">admin<", ZTA_REFUSAL_BAD_SIGNATURE, SIG },
	{ ">ops<", ">root<", ZTA_REFUSAL_BAD_SIGNATURE, SIG },
	{ "https://me/token", "https://me/tokem", ZTA_REFUSAL_BAD_SIGNATURE,
	    SIG },
	{ "<ds:DigestValue>", "<ds:DigestValue>AAAA", ZTA_REFUSAL_BAD_SIGNATURE,
	    SIG },
	{ "<ds:SignatureValue>", "<ds:SignatureValue>AAAA",
	    ZTA_REFUSAL_BAD_SIGNATURE, SIG },
	{ "</ds:SignatureValue>", "</ds:SignatureValue><ds:Object></ds:Object>",
	    ZTA_REFUSAL_SIGNATURE_FORM, SIG "/Object" },
	{ "</ds:SignatureValue>",
	    "</ds:SignatureValue><ds:KeyInfo></ds:KeyInfo>", ZTA_REFUSAL_NONE,
	    "" },
	{ "<ds:SignatureValue>", "<ds:KeyInfo></ds:KeyInfo><ds:SignatureValue>",
	    ZTA_REFUSAL_SIGNATURE_FORM, SIG "/KeyInfo" },
	/* Comments are no part of what is signed: text must not be split. */
	{ ">alice<", ">al<!-- -->ice<", ZTA_REFUSAL_FORBIDDEN_XML, "" },
	{ ">alice<", "><![CDATA[alice]]><", ZTA_REFUSAL_FORBIDDEN_XML, "" },
	{ ">alice<", "><?x?>alice<", ZTA_REFUSAL_FORBIDDEN_XML, "" },
	{ ">alice<", ">&alice;<", ZTA_REFUSAL_MALFORMED, "" },
	{ ">alice<", ">al&#105;ce<", ZTA_REFUSAL_NONE, "" },
	{ ">alice<", ">alice&#0;<", ZTA_REFUSAL_MALFORMED, "" },
	{ "<saml:Assertion ",
	    "<!DOCTYPE a [<!ENTITY b \"c\">]><saml:Assertion ",
	    ZTA_REFUSAL_FORBIDDEN_XML, "" },
	{ "<saml:Assertion ",
	    "<!DOCTYPE a SYSTEM \"http://127.0.0.1/\"><saml:Assertion ",
	    ZTA_REFUSAL_FORBIDDEN_XML, "" },
	{ "<saml:Subject>", "<saml:Subject xml:id=\"a1\">",
	    ZTA_REFUSAL_FORBIDDEN_XML, "" },
	{ "<saml:Subject>", "<saml:Subject ID=\"a1\">",
	    ZTA_REFUSAL_DUPLICATE_ID, AT "/Subject" },
	{ "<saml:Subject>", "<saml:Subject Id=\"a1\">",
	    ZTA_REFUSAL_DUPLICATE_ID, AT "/Subject" },
	/* Names that look the same */
	{ "xmlns:saml=\"" SAML "\"", "xmlns:saml=\"urn:x\"",
	    ZTA_REFUSAL_NOT_ONE_ASSERTION, "/Assertion" },
	{ "<saml:Subject>", "<saml:Subject xmlns:saml=\"urn:x\">",
	    ZTA_REFUSAL_BAD_SIGNATURE, SIG },
	{ "<saml:Subject>", "<other:Subject>", ZTA_REFUSAL_MALFORMED, "" },
	{ "xmlns:ds=\"" DS "\"><ds:SignedInfo",
	    "xmlns:ds=\"urn:x\"><ds:SignedInfo", ZTA_REFUSAL_NOT_SIGNED, AT },
};

static void
test_saml__changed(void **state)
{
	const char *text = good();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		expect(replaced(&arena, text, changes[i].find, changes[i].put),
		    changes[i].refusal, changes[i].place);
	}
}

/* --- keys */

static void
test_saml__keys(void **state)
{
	const char *ecdsa =
	    replaced(&arena, info_text, "rsa-sha256", "ecdsa-sha256");
	const char *evil = signed_by(
	    &arena, assertion_text, info_text, evil_key, ZTA_ALG_RS256);
	char cert[4096];

	(void)state;
	expect(evil, ZTA_REFUSAL_BAD_SIGNATURE, SIG);
	/* A certificate that the signature brings is not looked at. */
	(void)snprintf(cert, sizeof(cert),
	    "</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
	    "%.*s</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
	    (int)(strlen(evil_cert) - 28 - 26), evil_cert + 28);
	expect(replaced(&arena, evil, "</ds:SignatureValue>", cert),
	    ZTA_REFUSAL_BAD_SIGNATURE, SIG);
	/* Keys serve their own algorithms. */
	expect(signed_by(&arena, assertion_text, ecdsa, rsa_key, ZTA_ALG_RS256),
	    ZTA_REFUSAL_BAD_SIGNATURE, SIG);
	expect(
	    signed_by(&arena, assertion_text, info_text, ec_key, ZTA_ALG_ES256),
	    ZTA_REFUSAL_BAD_SIGNATURE, SIG);
	expect(signed_by(
		   &arena, assertion_text, info_text, rsa_key, ZTA_ALG_PS256),
	    ZTA_REFUSAL_BAD_SIGNATURE, SIG);
	expect(replaced(&arena, assertion_text, "@", ""),
	    ZTA_REFUSAL_NOT_SIGNED, AT);
}

/* --- signature wrapping: "On Breaking SAML" (2012), its eight variants */

typedef struct pieces {
	const char *signed_text; /* the assertion, signed */
	const char *bare;        /* the same without its signature */
	const char *signature;   /* of it */
	const char *evil;        /* what would be believed, not signed */
} pieces;

static pieces
cut(void)
{
	pieces p = { .signed_text = good(),
		.bare = replaced(&arena, assertion_text, "@", ""),
		.signature = signature_over(&arena, assertion_text, info_text,
		    rsa_key, ZTA_ALG_RS256) };

	p.evil = replaced(&arena, replaced(&arena, p.bare, "alice", "admin"),
	    "ID=\"a1\"", "ID=\"e1\"");
	return p;
}

static char *
joined(const char *a, const char *b)
{
	return replaced(&arena, replaced(&arena, "@%", "%", b), "@", a);
}

/* `inside` as the last child of the signature. */
static char *
in_object(const char *signature, const char *inside)
{
	return replaced(&arena, signature, "</ds:Signature>",
	    replaced(&arena, "<ds:Object>@</ds:Object></ds:Signature>", "@",
		inside));
}

/* The response around it, signed as the response r1, and what is evil. */
static void
test_saml__wrapped_responses(void **state)
{
	pieces p = cut();
	char *response =
	    replaced(&arena, in_response("@"), "@", joined("@", p.bare));
	char *info = replaced(&arena, info_text, "#a1", "#r1");
	char *signature =
	    signature_over(&arena, response, info, rsa_key, ZTA_ALG_RS256);
	char *original = replaced(&arena, response, "@", "");
	char *evil = replaced(&arena,
	    "<samlp:Response xmlns:samlp=\"" SAMLP "\" ID=\"r2\" "
	    "Version=\"2.0\">@</samlp:Response>",
	    "@", joined("@", p.evil));

	(void)state;
	/* Signed as a whole, honestly: the assertion itself is not. */
	expect(replaced(&arena, response, "@", signature),
	    ZTA_REFUSAL_NOT_SIGNED, "/Response/Assertion");
	/* XSW1: the original inside of its signature. */
	expect(replaced(&arena, evil, "@",
		   replaced(&arena, signature, "</ds:Signature>",
		       joined(original, "</ds:Signature>"))),
	    ZTA_REFUSAL_NOT_ONE_ASSERTION, "/Response/Assertion");
	/* XSW2: the original before its signature. */
	expect(replaced(&arena, evil, "@", joined(original, signature)),
	    ZTA_REFUSAL_NOT_ONE_ASSERTION, "/Response/Assertion");
}

static void
test_saml__wrapped_assertions(void **state)
{
	pieces p = cut();
	char *evil_around = replaced(&arena, p.evil, "</saml:Assertion>",
	    joined(p.signed_text, "</saml:Assertion>"));
	char *evil_signed =
	    replaced(&arena, replaced(&arena, assertion_text, "alice", "admin"),
		"@", p.signature);
	char *renamed = replaced(&arena, evil_signed, "ID=\"a1\"", "ID=\"e1\"");

	(void)state;
	/* XSW3: evil before the original. */
	expect(in_response(joined(p.evil, p.signed_text)),
	    ZTA_REFUSAL_NOT_ONE_ASSERTION, "/Response/Assertion[2]");
	/* XSW4: evil around the original. */
	expect(in_response(evil_around), ZTA_REFUSAL_NOT_ONE_ASSERTION,
	    "/Response/Assertion/Assertion");
	/* XSW5: evil has the signature, the original stands behind it. */
	expect(in_response(joined(renamed, p.bare)),
	    ZTA_REFUSAL_NOT_ONE_ASSERTION, "/Response/Assertion[2]");
	/* XSW6: evil has the signature, and that has the original. */
	expect(in_response(replaced(&arena, renamed, "</ds:Signature>",
		   joined(p.bare, "</ds:Signature>"))),
	    ZTA_REFUSAL_NOT_ONE_ASSERTION,
	    "/Response/Assertion/Signature/Assertion");
	/* XSW7: evil among the extensions. */
	expect(in_response(joined(
		   replaced(&arena, "<samlp:Extensions>@</samlp:Extensions>",
		       "@", p.evil),
		   p.signed_text)),
	    ZTA_REFUSAL_NOT_ONE_ASSERTION, "/Response/Assertion");
	/* XSW8: the original in an object of the signature, which evil has. */
	expect(in_response(replaced(&arena, renamed, p.signature,
		   in_object(p.signature, p.bare))),
	    ZTA_REFUSAL_NOT_ONE_ASSERTION,
	    "/Response/Assertion/Signature/Object/Assertion");
	/* The same without a second assertion that a count would find. */
	expect(renamed, ZTA_REFUSAL_BAD_REFERENCE,
	    "/Assertion/Signature/"
	    "SignedInfo/Reference");
	expect(evil_signed, ZTA_REFUSAL_BAD_SIGNATURE, SIG);
	expect(in_response(replaced(&arena,
		   "<samlp:Extensions ID=\"a1\"></samlp:Extensions>@", "@",
		   p.signed_text)),
	    ZTA_REFUSAL_DUPLICATE_ID, "/Response/Assertion");
	/* Of another kind of document. */
	expect(replaced(&arena, "<x>@</x>", "@", p.signed_text),
	    ZTA_REFUSAL_NOT_ONE_ASSERTION, "/x/Assertion");
	expect(in_response(replaced(&arena, "<x>@</x>", "@", p.signed_text)),
	    ZTA_REFUSAL_NOT_ONE_ASSERTION, "/Response/x/Assertion");
	expect(in_response("<saml:EncryptedAssertion xmlns:saml=\"" SAML
			   "\"></saml:EncryptedAssertion>"),
	    ZTA_REFUSAL_ENCRYPTED, "/Response/EncryptedAssertion");
	/* Two signatures; one where none belongs. */
	expect(replaced(&arena, p.signed_text, "<saml:Subject>",
		   joined(p.signature, "<saml:Subject>")),
	    ZTA_REFUSAL_SIGNATURE_FORM, "/Assertion/Signature[2]");
	expect(replaced(&arena, p.bare, "<saml:NameID ",
		   joined(p.signature, "<saml:NameID ")),
	    ZTA_REFUSAL_SIGNATURE_FORM, "/Assertion/Subject/Signature");
}

/*
 * The second line: even if all checks of form were passed, what is believed is
 * what was digested.
 */
static void
test_saml__covers_what_is_read(void **state)
{
	pieces p = cut();
	char *text = in_response(joined(p.evil, p.signed_text));
	const zta_xml *root, *evil, *original, *signature;
	zta_str pem = zta_str_of(rsa_cert), covered;
	zta_key *key;

	(void)state;
	assert_int_equal(zta_cert__next_key(&pem, &key, NULL), ZTA_OK);
	assert_int_equal(
	    zta_xml__read(&arena, zta_str_of(text), &root, NULL), ZTA_OK);
	evil = root->first;
	original = evil->next;
	signature = zta_xml__find(original->first, DS, "Signature");
	assert_non_null(signature);
	assert_int_equal(zta_xml__verify(&arena, zta_str_of(text), original,
			     signature, ZTA_XML_ALG_RS256, key, &covered, NULL),
	    ZTA_OK);
	assert_true(zta_str__is(covered, p.bare));
	/* Its reference is to nothing that has an ID. */
	assert_int_equal(zta_xml__verify(&arena, zta_str_of(text), evil,
			     signature, ZTA_XML_ALG_RS256, key, &covered, NULL),
	    ZTA_EUNTRUSTED);
	assert_null(covered.ptr);
	assert_int_equal(zta_xml__verify(&arena, zta_str_of(text), original,
			     signature, ZTA_XML_ALG_ES256, key, &covered, NULL),
	    ZTA_EUNTRUSTED);
	zta_key_close(key);
}

/* --- limits */

/* `count` times `begin`, then as often `end`. */
static char *
nested(const char *begin, const char *end, unsigned count)
{
	size_t len = (strlen(begin) + strlen(end)) * count + 1;
	char *out = zta_arena__alloc(&arena, len), *to = out;
	unsigned i;

	assert_non_null(out);
	for (i = 0; i < 2 * count; i++) {
		to = stpcpy(to, i < count ? begin : end);
	}
	*to = '\0';
	return out;
}

static void
test_saml__limits(void **state)
{
	char *wide = nested("<a/>", "<b c=\"\"/>", ZTA_XML_NODES_MAX / 3);

	(void)state;
	expect(nested("<a>", "</a>", ZTA_XML_DEPTH_MAX),
	    ZTA_REFUSAL_NOT_ONE_ASSERTION, "/a");
	expect(nested("<a>", "</a>", ZTA_XML_DEPTH_MAX + 1),
	    ZTA_REFUSAL_TOO_LARGE, "");
	expect(nested("<a>", "</a>", 50000), ZTA_REFUSAL_TOO_LARGE, "");
	expect(replaced(&arena, "<a>@</a>", "@", wide),
	    ZTA_REFUSAL_NOT_ONE_ASSERTION, "/a");
	expect(replaced(&arena, "<a><a/><a/><a/>@</a>", "@", wide),
	    ZTA_REFUSAL_TOO_LARGE, "");
	expect(replaced(&arena, "<a>@</a>", "@",
		   nested("x", "", (unsigned)ZTA_XML_TEXT_MAX - 7)),
	    ZTA_REFUSAL_NOT_ONE_ASSERTION, "/a");
	expect(replaced(&arena, "<a>@</a>", "@",
		   nested("x", "", (unsigned)ZTA_XML_TEXT_MAX - 6)),
	    ZTA_REFUSAL_TOO_LARGE, "");
	expect(nested("A", "", (unsigned)ZTA_SAML_MAX + 4),
	    ZTA_REFUSAL_TOO_LARGE, "");
	expect(replaced(&arena, "<a@/>", "@", nested(" b=''", "", 65)),
	    ZTA_REFUSAL_TOO_LARGE, "");
	expect("<a><b></a></b>", ZTA_REFUSAL_MALFORMED, "");
	expect("</a>", ZTA_REFUSAL_MALFORMED, "");
	expect(
	    "<a b='>'><c d=\"/>\"/></a>", ZTA_REFUSAL_NOT_ONE_ASSERTION, "/a");
	expect("<a b=\"<\"/>", ZTA_REFUSAL_MALFORMED, "");
	expect("<a>\x01</a>", ZTA_REFUSAL_MALFORMED, "");
	expect("<a>\xff</a>", ZTA_REFUSAL_MALFORMED, "");
}

/* --- sources */

/* Lines of the table that load. */
enum { REPEATED, ANSWERS, NAME_FORMAT, ID };

static const struct {
	const char *find, *put;
	const char *message; /* NULL: it loads */
} documents[] = {
	[REPEATED] = { "\"leeway_s\":5", "\"accept_repeated\":true", NULL },
	[ANSWERS] = { "\"leeway_s\":5", "\"accept_in_response_to\":true",
	    NULL },
	[NAME_FORMAT] = { "\"leeway_s\":5", "\"name_format\":\"urn:x\"", NULL },
	[ID] = { "\"leeway_s\":5",
	    "\"principal\":{\"kind\":\"human\",\"type\":\"Person\","
	    "\"id\":\"/attributes/mail\"}",
	    NULL },
	{ "\"audience\":\"https://me\",", "",
	    "a source without `audience` would accept tokens that were meant "
	    "for others" },
	{ "\"issuer\":\"https://idp\",", "", "the source needs `issuer`" },
	{ "\"recipient\":\"https://me/token\",", "",
	    "the source needs `recipient`" },
	{ "\"RS256\"", "\"HS256\"",
	    "only RS256, RS384, RS512 and ES256 are accepted: no SHA-1, and no "
	    "shared secrets" },
	{ "\"RS256\"", "\"none\"",
	    "only RS256, RS384, RS512 and ES256 are accepted: no SHA-1, and no "
	    "shared secrets" },
	{ "-----BEGIN CERT", "-----BEGIN X", "no PEM of a certificate" },
	{ "\"certs\"", "\"x\"", "there is no such member here" },
	{ "\"leeway_s\":5", "\"accept_repeated\":1",
	    "`accept_repeated` is true or false" },
};

static zta_status
read_changed(zta_sources *out, const char *certs, const char *find,
    const char *put, zta_error *err)
{
	zta_buf buf;
	char *text;

	zta_buf__init(&buf, SIZE_MAX);
	put_sources(&buf, certs);
	zta_buf__byte(&buf, '\0');
	text = replaced(&arena, buf.ptr, find, put);
	zta_buf__release(&buf);
	return zta_sources__read(out, &arena, zta_str_of(text), NULL, err);
}

static void
test_saml__sources(void **state)
{
	zta_sources s;
	zta_error err = { 0 };
	zta_status status;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		status = read_changed(
		    &s, rsa_cert, documents[i].find, documents[i].put, &err);
		if ((status == ZTA_OK) != (documents[i].message == NULL)) {
			fail_msg("%s: %s", documents[i].put, err.message);
		}
		if (status != ZTA_OK) {
			assert_string_equal(err.message, documents[i].message);
		}
		zta_sources__release(&s);
	}
	assert_int_equal(
	    read_changed(&s, weak_cert, "5", "5", &err), ZTA_EINVALID);
	assert_int_equal(
	    read_changed(&s, "no PEM", "5", "5", &err), ZTA_EINVALID);
}

/* Under a source that is changed like that line of the table. */
static zta_refusal
judge_changed(
    const char *certs, size_t line, const char *text, zta_principal *principal)
{
	zta_sources s;
	zta_error err;
	zta_refusal refusal;

	assert_int_equal(read_changed(&s, certs, documents[line].find,
			     documents[line].put, &err),
	    ZTA_OK);
	refusal = judge_under(&s, zta_str_of(text), principal, &err);
	zta_sources__release(&s);
	return refusal;
}

/* What a source may ask for or allow beside. */
static void
test_saml__options(void **state)
{
	char *once =
	    made(AUDIENCE, AUDIENCE "<saml:OneTimeUse></saml:OneTimeUse>");
	char *answer =
	    made("Data NotOnOrAfter", "Data InResponseTo=\"q\" NotOnOrAfter");
	zta_principal p;

	(void)state;
	assert_int_equal(judge_changed(ec_cert, REPEATED, good(), &p),
	    ZTA_REFUSAL_UNKNOWN_KEY);
	assert_int_equal(
	    judge_changed(rsa_cert, REPEATED, good(), &p), ZTA_REFUSAL_NONE);
	assert_false(p.once);
	assert_int_equal(
	    judge_changed(rsa_cert, REPEATED, once, &p), ZTA_REFUSAL_NONE);
	assert_true(p.once);
	assert_int_equal(
	    judge_changed(rsa_cert, ANSWERS, answer, &p), ZTA_REFUSAL_NONE);
	assert_int_equal(judge_changed(rsa_cert, NAME_FORMAT, good(), &p),
	    ZTA_REFUSAL_BAD_SUBJECT);
	assert_int_equal(
	    judge_changed(rsa_cert, ID, good(), &p), ZTA_REFUSAL_NONE);
	assert_true(zta_str__is(p.type, "Person"));
	assert_true(zta_str__is(p.id, "alice@corp"));
	assert_int_equal(judge_changed(rsa_cert, ID, made(ATTRIBUTES, ""), &p),
	    ZTA_REFUSAL_BAD_SUBJECT);
}

/* A credential that is no assertion is none of these sources'. */
static void
test_saml__says_it_is_a_jwt(void **state)
{
	const zta_circumstances around = { 0 };
	const zta_presented presented = { zta_str_of(good()), ZTA_AS_JWT,
		&around };
	const zta_verifier with = {
		.sources = &sources, .arena = &arena, .now = NOW
	};
	zta_principal p;
	zta_why_not why_not;

	(void)state;
	assert_int_equal(
	    zta_identity__verify(&with, &presented, &p, &why_not, NULL),
	    ZTA_EUNTRUSTED);
}

/* However little memory there is, it is verified or it is not. */
static void
test_saml__little_memory(void **state)
{
	const zta_circumstances around = { 0 };
	const zta_presented presented = { zta_str_of(good()), ZTA_AS_SAML2,
		&around };
	zta_status status = ZTA_ELIMIT;
	zta_arena small;
	zta_verifier with = {
		.sources = &sources, .arena = &small, .now = NOW
	};
	zta_principal p;
	zta_why_not why_not;
	size_t max;

	(void)state;
	for (max = 0; status != ZTA_OK; max += 4096) {
		zta_arena__init(&small, max);
		status =
		    zta_identity__verify(&with, &presented, &p, &why_not, NULL);
		assert_true(status == ZTA_OK || p.id.len == 0);
		assert_true(max < (1u << 20));
		zta_arena__release(&small);
	}
}

/* --- threads, instants */

static void *
verify_many(void *context)
{
	zta_str text = zta_str_of(context);
	const zta_circumstances around = { 0 };
	const zta_presented presented = { text, ZTA_AS_SAML2, &around };
	zta_arena own;
	zta_principal p;
	zta_why_not why_not;
	zta_verifier with = { .sources = &sources, .arena = &own, .now = NOW };
	uintptr_t failed = 0;
	unsigned i;

	zta_arena__init(&own, SIZE_MAX);
	for (i = 0; i < 50; i++) {
		failed += zta_identity__verify(
			      &with, &presented, &p, &why_not, NULL) != ZTA_OK;
		zta_arena__reset(&own);
	}
	zta_arena__release(&own);
	return (void *)failed;
}

static void
test_saml__in_threads(void **state)
{
	pthread_t threads[4];
	char *text = good();
	void *failed;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_int_equal(
		    pthread_create(&threads[i], NULL, verify_many, text), 0);
	}
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
}

static const struct {
	const char *text;
	int64_t ms; /* -1: it is none */
} instants[] = {
	{ "2026-01-01T00:00:00Z", NOW },
	{ "2026-01-01T00:00:00.5Z", NOW + 500 },
	{ "2026-01-01T00:00:00.123456789Z", NOW + 123 },
	{ "2024-02-29T23:59:59Z", 1709251199000 },
	{ "2026-02-29T00:00:00Z", -1 },
	{ "2026-00-01T00:00:00Z", -1 },
	{ "2026-13-01T00:00:00Z", -1 },
	{ "2026-01-00T00:00:00Z", -1 },
	{ "2026-01-01T24:00:00Z", -1 },
	{ "2026-01-01T00:60:00Z", -1 },
	{ "2026-01-01T00:00:60Z", -1 },
	{ "2026-01-01T00:00:00", -1 },
	{ "2026-01-01T00:00:00.Z", -1 },
	{ "2026-01-01T00:00:00.1", -1 },
	{ "2026-01-01T00:00:00+00:00", -1 },
	{ "2026-01-01 00:00:00Z", -1 },
	{ "-026-01-01T00:00:00Z", -1 },
	{ "2026-01-01T00:00:00Z ", -1 },
	{ "", -1 },
};

static void
test_time__instants(void **state)
{
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(instants) / sizeof(instants[0]); i++) {
		if (zta_time__read(zta_str_of(instants[i].text), &ms)) {
			assert_int_equal(ms, instants[i].ms);
		} else {
			assert_int_equal(-1, instants[i].ms);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_saml__becomes_a_principal),
		cmocka_unit_test(test_saml__forms),
		cmocka_unit_test(test_saml__rules),
		cmocka_unit_test(test_saml__forms_of_signatures),
		cmocka_unit_test(test_saml__changed),
		cmocka_unit_test(test_saml__keys),
		cmocka_unit_test(test_saml__wrapped_responses),
		cmocka_unit_test(test_saml__wrapped_assertions),
		cmocka_unit_test(test_saml__covers_what_is_read),
		cmocka_unit_test(test_saml__limits),
		cmocka_unit_test(test_saml__sources),
		cmocka_unit_test(test_saml__options),
		cmocka_unit_test(test_saml__says_it_is_a_jwt),
		cmocka_unit_test(test_saml__little_memory),
		cmocka_unit_test(test_saml__in_threads),
		cmocka_unit_test(test_time__instants),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
