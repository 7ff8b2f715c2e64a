/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saml.c - see saml.h.
 *
 * 1. Before its signature holds, of a document only its form counts, and the
 *    issuer, to choose the rules.
 * 2. What the signature covers are bytes: those that were digested. They are
 *    read again, and everything that is believed comes from them. Whatever
 *    else the document holds, and wherever, is never looked at again.
 * 3. There is one assertion, and all IDs differ, so that nobody else who reads
 *    the document can take another one for it.
 */
#include "identity/saml.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "base/time.h"
#include "identity/claims.h"
#include "identity/mapping.h"
#include "identity/saml_check.h"

/* Longest ID: they are random, 128 to 160 bits. SPEC: saml-core 1.3.4 */
#define ID_MAX 256

typedef struct reader {
	zta_arena *arena;
	const zta_xml *root;
	zta_saml *out;
	zta_refusal *refusal;
	zta_error *err;
} reader;

/* --- the form of what is presented */

/* What xml says of a text, as a refusal. */
static zta_status
refuse_xml(zta_status status, zta_refusal *refusal)
{
	switch (status) {
	case ZTA_ELIMIT:
		*refusal = ZTA_REFUSAL_TOO_LARGE;
		return ZTA_EUNTRUSTED;
	case ZTA_EINVALID:
		*refusal = ZTA_REFUSAL_FORBIDDEN_XML;
		return ZTA_EUNTRUSTED;
	case ZTA_ESYNTAX:
		*refusal = ZTA_REFUSAL_MALFORMED;
		return ZTA_EUNTRUSTED;
	default:
		return status;
	}
}

/* SPEC: rfc7522 2.1, saml-bindings 3.5.4: either alphabet, padded or not. */
static bool
decode_text(zta_str digits, char *to, size_t *len)
{
	if (zta_b64_std__decode(digits, to, len)) {
		return true;
	}
	if (digits.len % 4 == 0 && zta_str__ends(digits, ZTA_STR("="))) {
		digits.len -= zta_str__ends(digits, ZTA_STR("==")) ? 2 : 1;
	}
	return zta_b64__decode(digits, to, len);
}

static zta_status
decode(const reader *r, zta_str text, zta_str *out)
{
	char *to;
	size_t len;

	*out = text;
	if (text.len > ZTA_SAML_MAX) {
		return zta_refusal__set(r->refusal, ZTA_REFUSAL_TOO_LARGE,
		    r->err, "an assertion over %zu bytes", ZTA_SAML_MAX);
	}
	if (zta_str__starts(text, ZTA_STR("<"))) {
		return ZTA_OK;
	}
	to = zta_arena__alloc(r->arena, ZTA_B64_BYTES(text.len) + 1);
	if (to == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	if (!decode_text(text, to, &len)) {
		return zta_refusal__set(r->refusal, ZTA_REFUSAL_MALFORMED,
		    r->err, "neither XML nor base64");
	}
	*out = (zta_str){ to, len };
	return ZTA_OK;
}

/* --- one assertion, one signature, and no ID twice */

/* SPEC: xml-names 3: an NCName, of ASCII here. */
static bool
is_id(zta_str id)
{
	size_t i;
	char c;

	for (i = 0; i < id.len; i++) {
		c = id.ptr[i];
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			c == '_' ||
			(i > 0 &&
			    ((c >= '0' && c <= '9') || c == '-' ||
				c == '.')))) {
			return false;
		}
	}
	return id.len > 0 && id.len <= ID_MAX;
}

/* Whatever some parser might take for an ID. */
static bool
names_element(const zta_xml_attr *attr)
{
	return zta_str__is(attr->name, "ID") || zta_str__is(attr->name, "Id") ||
	    zta_str__is(attr->name, "id");
}

static zta_status
check_ids(const reader *r)
{
	const zta_xml *node;
	zta_map ids;
	uint32_t i;
	zta_status status = ZTA_OK;

	zta_map__init(&ids, r->arena, zta_random__seed());
	for (node = r->root; status == ZTA_OK && node != NULL;
	     node = zta_xml__walk(r->root, node)) {
		for (i = 0; status == ZTA_OK && i < node->attr_count; i++) {
			if (names_element(&node->attrs[i])) {
				status = zta_map__add(&ids,
				    node->attrs[i].value, node->at, r->err);
			}
		}
		if (status == ZTA_EEXIST) {
			return ZTA_SAML_REFUSE(
			    r, node, DUPLICATE_ID, "an ID stands twice");
		}
	}
	return status;
}

static zta_status
find_assertion(const reader *r)
{
	const zta_xml *node, *found = NULL;

	for (node = r->root; node != NULL;
	     node = zta_xml__walk(r->root, node)) {
		if (zta_xml__is(node, ZTA_SAML_NS, "EncryptedAssertion")) {
			return ZTA_SAML_REFUSE(r, node, ENCRYPTED,
			    "encrypted assertions are not read");
		}
		if (!zta_xml__is(node, ZTA_SAML_NS, "Assertion")) {
			continue;
		}
		if (found != NULL) {
			return ZTA_SAML_REFUSE(r, node, NOT_ONE_ASSERTION,
			    "more than one assertion");
		}
		found = node;
	}
	if (found == NULL ||
	    (found != r->root &&
		(found->parent != r->root ||
		    !zta_xml__is(r->root, ZTA_SAMLP_NS, "Response")))) {
		return ZTA_SAML_REFUSE(r, found == NULL ? r->root : found,
		    NOT_ONE_ASSERTION,
		    "neither an assertion nor a response with one");
	}
	r->out->assertion = found;
	return ZTA_OK;
}

/* Of the assertion; the response may have one too, which does not count. */
static zta_status
find_signature(const reader *r)
{
	const zta_xml *node, *of_response = NULL;
	bool ours, theirs;

	for (node = r->root; node != NULL;
	     node = zta_xml__walk(r->root, node)) {
		if (!zta_xml__is(node, ZTA_XMLDSIG_NS, "Signature")) {
			continue;
		}
		ours = node->parent == r->out->assertion &&
		    r->out->signature == NULL;
		theirs = node->parent == r->root &&
		    node->parent != r->out->assertion && of_response == NULL;
		if (!ours && !theirs) {
			return ZTA_SAML_REFUSE(r, node, SIGNATURE_FORM,
			    "a signature where none belongs");
		}
		if (ours) {
			r->out->signature = node;
		} else {
			of_response = node;
		}
	}
	return r->out->signature != NULL ?
	    ZTA_OK :
	    ZTA_SAML_REFUSE(r, r->out->assertion, NOT_SIGNED,
		"the assertion is not signed itself");
}

static zta_status
find_issuer(const reader *r)
{
	const zta_xml *issuer =
	    zta_xml__find(r->out->assertion->first, ZTA_SAML_NS, "Issuer");

	if (issuer == NULL) {
		return ZTA_SAML_REFUSE(
		    r, r->out->assertion, MISSING_CLAIM, "there is no Issuer");
	}
	r->out->issuer = issuer->text;
	return ZTA_OK;
}

zta_status
zta_saml__read(zta_arena *arena, zta_str credential, zta_saml *out,
    zta_refusal *refusal, zta_error *err)
{
	reader r = {
		.arena = arena, .out = out, .refusal = refusal, .err = err
	};
	zta_status status;

	*out = (zta_saml){ 0 };
	*refusal = ZTA_REFUSAL_NONE;
	status = decode(&r, credential, &out->xml);
	if (status == ZTA_OK) {
		status = refuse_xml(
		    zta_xml__read(arena, out->xml, &r.root, err), refusal);
	}
	if (status == ZTA_OK) {
		status = find_assertion(&r);
	}
	if (status == ZTA_OK) {
		status = check_ids(&r);
	}
	if (status == ZTA_OK) {
		status = find_signature(&r);
	}
	return status != ZTA_OK ? status : find_issuer(&r);
}

/* --- what the signature covers */

static zta_status
try_keys(
    zta_saml_check *c, const zta_saml *saml, zta_xml_alg alg, zta_str *covered)
{
	const zta_jwks *set = &c->source->keys;
	zta_alg type = alg == ZTA_XML_ALG_ES256 ? ZTA_ALG_ES256 : ZTA_ALG_RS256;
	zta_error why = { 0 };
	zta_status status = ZTA_EUNTRUSTED;
	bool fits = false;
	uint32_t i;

	for (i = 0; status == ZTA_EUNTRUSTED && i < set->count; i++) {
		if (zta_key_alg(set->keys[i].key) == type) {
			fits = true;
			status = zta_xml__verify(c->arena, saml->xml,
			    saml->assertion, saml->signature, alg,
			    set->keys[i].key, covered, &why);
		}
	}
	if (status != ZTA_EUNTRUSTED) {
		if (status != ZTA_OK && c->err != NULL) {
			*c->err = why;
		}
		return status;
	}
	return fits ? ZTA_SAML_REFUSE(c, saml->signature, BAD_SIGNATURE,
			  "the signature is wrong") :
		      ZTA_SAML_REFUSE(c, saml->signature, UNKNOWN_KEY,
			  "no certificate of the source has a key for %s",
			  zta_xml_alg__name(alg));
}

static zta_status
check_signature(zta_saml_check *c, const zta_saml *saml)
{
	const zta_str *id = zta_xml__attr(saml->assertion, "ID"), *covered_id;
	zta_xml_alg alg;
	zta_str covered;
	zta_status status;

	if (id == NULL || !is_id(*id)) {
		return ZTA_SAML_REFUSE(c, saml->assertion, DUPLICATE_ID,
		    "the assertion has no proper ID");
	}
	status = zta_saml__signature_form(c, saml, &alg);
	if (status == ZTA_OK) {
		status = try_keys(c, saml, alg, &covered);
	}
	if (status == ZTA_OK) {
		status = refuse_xml(
		    zta_xml__read(c->arena, covered, &c->assertion, c->err),
		    c->refusal);
	}
	if (status != ZTA_OK) {
		return status;
	}
	covered_id = zta_xml__attr(c->assertion, "ID");
	if (!zta_xml__is(c->assertion, ZTA_SAML_NS, "Assertion") ||
	    covered_id == NULL || !zta_str__eq(*covered_id, *id)) {
		return ZTA_SAML_REFUSE(c, saml->signature, BAD_REFERENCE,
		    "the signature covers something else");
	}
	c->id = *covered_id;
	return ZTA_OK;
}

/* --- what stands at the top of the assertion */

zta_status
zta_saml__instant(
    zta_saml_check *c, const zta_xml *node, const char *name, int64_t *ms)
{
	const zta_str *text = zta_xml__attr(node, name);

	return text == NULL || zta_time__read(*text, ms) ?
	    ZTA_OK :
	    ZTA_SAML_REFUSE(
		c, node, BAD_CLAIM, "`%s` is no instant of UTC", name);
}

bool
zta_saml__is_printable(zta_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f) {
			return false;
		}
	}
	return text.len > 0;
}

zta_status
zta_saml__text(zta_saml_check *c, const zta_xml *node, zta_str *out)
{
	*out = node->text;
	return node->first == NULL && zta_saml__is_printable(node->text) ?
	    ZTA_OK :
	    ZTA_SAML_REFUSE(c, node, BAD_CLAIM,
		"must be text, not empty, without control characters");
}

static zta_status
check_issuer(zta_saml_check *c)
{
	const zta_xml *issuer =
	    zta_xml__find(c->assertion->first, ZTA_SAML_NS, "Issuer");

	return issuer != NULL && issuer->first == NULL &&
		zta_str__eq(issuer->text, c->source->issuer) ?
	    ZTA_OK :
	    ZTA_SAML_REFUSE(c, issuer == NULL ? c->assertion : issuer,
		BAD_ISSUER, "another issuer than the source's");
}

static zta_status
check_top(zta_saml_check *c)
{
	const zta_source *source = c->source;
	const zta_str *version = zta_xml__attr(c->assertion, "Version");
	zta_status status;

	if (version == NULL || !zta_str__is(*version, "2.0")) {
		return ZTA_SAML_REFUSE(
		    c, c->assertion, BAD_VERSION, "not of version 2.0");
	}
	status = check_issuer(c);
	if (status == ZTA_OK &&
	    zta_xml__attr(c->assertion, "IssueInstant") == NULL) {
		status = ZTA_SAML_REFUSE(c, c->assertion, MISSING_CLAIM,
		    "there is no `IssueInstant`");
	}
	if (status == ZTA_OK) {
		status = zta_saml__instant(
		    c, c->assertion, "IssueInstant", &c->issued_at);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (c->issued_at - source->leeway_ms > c->now) {
		return ZTA_SAML_REFUSE(c, c->assertion, ISSUED_IN_FUTURE,
		    "it says that it was issued in the future");
	}
	if (source->max_age_ms > 0 &&
	    c->issued_at + source->max_age_ms + source->leeway_ms <= c->now) {
		return ZTA_SAML_REFUSE(
		    c, c->assertion, TOO_OLD, "the assertion is too old");
	}
	return ZTA_OK;
}

/* --- all of it */

/* SPEC: saml-core 2.5.1.5, saml-profiles 4.1.4.5 */
static void
mark_once(const zta_saml_check *c, zta_principal *out)
{
	const zta_str parts[] = { c->source->issuer, ZTA_STR("\n"), c->id };

	out->once = c->once || !c->rules->many;
	out->once_until = c->ends_at + c->source->leeway_ms;
	zta_digest__sha256_parts(parts, 3, out->once_id);
}

zta_status
zta_saml__verify(zta_verifying *v)
{
	zta_saml_check c = { .source = v->source,
		.rules = v->source->saml,
		.arena = v->with->arena,
		.now = v->with->now,
		.ends_at = INT64_MAX,
		.refusal = &v->why_not->refusal,
		.err = v->err };
	zta_status status = check_signature(&c, &v->saml);

	if (status == ZTA_OK) {
		status = check_top(&c);
	}
	if (status == ZTA_OK) {
		status = zta_saml__conditions(&c);
	}
	if (status == ZTA_OK) {
		status = zta_saml__subject(&c);
	}
	if (status == ZTA_OK) {
		status = zta_saml__claims(&c);
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_claims__find(&v->claims, &c.claims);
	v->out->type = v->source->entity;
	v->out->id = c.principal;
	v->out->issued_at = c.issued_at;
	v->out->expires_at = c.ends_at;
	mark_once(&c, v->out);
	status = zta_claims__demand(v);
	return status != ZTA_OK ? status : zta_mapping__apply(v);
}
