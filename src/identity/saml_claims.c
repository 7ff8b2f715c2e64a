/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saml_claims.c - statements as JSON, under the names of JWTs where there are
 * any. SPEC: saml-core 2.7
 *
 *     { "iss", "sub", "sub_format", "jti", "iat", "exp",
 *       "auth_time", "acr", "session_index",
 *       "attributes": { NAME: [VALUE, ...], ... } }
 *
 * Attributes are arrays always: whether one has one value or two is no matter
 * of types. The prefix of xsi:type may not be among what was signed, so that
 * only the name behind it counts.
 */
#include <inttypes.h>

#include "base/error.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"
#include "identity/mapping.h"
#include "identity/saml_check.h"

#define XSI_NS "http://www.w3.org/2001/XMLSchema-instance"
#define TRANSIENT "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"

static void
put(zta_json_out *out, const char *name, zta_str value)
{
	if (value.len > 0) {
		zta_json_out__name(out, name);
		zta_json_out__str(out, value);
	}
}

static void
put_seconds(zta_json_out *out, const char *name, int64_t ms)
{
	zta_json_out__name(out, name);
	zta_json_out__int(out, ms / 1000);
}

/* --- authentication */

static zta_str
context_of(const zta_xml *statement)
{
	const zta_xml *context =
	    zta_xml__find(statement->first, ZTA_SAML_NS, "AuthnContext");
	const zta_xml *class = context == NULL ?
	    NULL :
	    zta_xml__find(context->first, ZTA_SAML_NS, "AuthnContextClassRef");

	return class == NULL ? ZTA_STR("") : class->text;
}

static zta_status
put_authn(zta_saml_check *c, const zta_xml *statement, zta_json_out *out)
{
	const zta_str *index = zta_xml__attr(statement, "SessionIndex");
	int64_t at = INT64_MIN, end = INT64_MAX;
	zta_status status =
	    zta_saml__instant(c, statement, "AuthnInstant", &at);

	if (status == ZTA_OK) {
		status = zta_saml__instant(
		    c, statement, "SessionNotOnOrAfter", &end);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (at == INT64_MIN) {
		return ZTA_SAML_REFUSE(
		    c, statement, MISSING_CLAIM, "there is no `AuthnInstant`");
	}
	if (end != INT64_MAX && end + c->source->leeway_ms <= c->now) {
		return ZTA_SAML_REFUSE(c, statement, SESSION_ENDED,
		    "the session at the issuer has ended");
	}
	c->ends_at = end < c->ends_at ? end : c->ends_at;
	put_seconds(out, "auth_time", at);
	put(out, "acr", context_of(statement));
	put(out, "session_index", index == NULL ? ZTA_STR("") : *index);
	return ZTA_OK;
}

/* --- attributes */

/* What stands behind the prefix of xsi:type; empty: nothing. */
static zta_str
type_of(const zta_xml *value)
{
	zta_str type = { "", 0 };
	size_t colon;
	uint32_t i;

	for (i = 0; i < value->attr_count; i++) {
		if (zta_str__is(value->attrs[i].ns, XSI_NS) &&
		    zta_str__is(value->attrs[i].name, "type")) {
			type = value->attrs[i].value;
		}
	}
	colon = zta_str__find(type, ':');
	return colon == type.len ?
	    type :
	    (zta_str){ type.ptr + colon + 1, type.len - colon - 1 };
}

static bool
is_integer_type(zta_str type)
{
	return zta_str__is(type, "integer") || zta_str__is(type, "int") ||
	    zta_str__is(type, "long") || zta_str__is(type, "short");
}

/* Digits, perhaps behind a sign, that fit. */
static bool
read_integer(zta_str text, int64_t *out)
{
	bool minus = text.len > 0 && text.ptr[0] == '-';
	size_t i = minus ? 1 : 0;

	*out = 0;
	if (i == text.len) {
		return false;
	}
	for (; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9' ||
		    __builtin_mul_overflow(*out, 10, out) ||
		    __builtin_sub_overflow(*out, text.ptr[i] - '0', out)) {
			return false;
		}
	}
	return minus || !__builtin_sub_overflow(0, *out, out);
}

static zta_status
put_value(zta_saml_check *c, const zta_xml *value, zta_json_out *out)
{
	zta_str type = type_of(value), text = value->text;
	int64_t number;
	bool yes;

	if (is_integer_type(type)) {
		if (!read_integer(text, &number)) {
			return ZTA_SAML_REFUSE(
			    c, value, BAD_CLAIM, "no integer of 64 bits");
		}
		zta_json_out__int(out, number);
	} else if (zta_str__is(type, "boolean")) {
		yes = zta_str__is(text, "true") || zta_str__is(text, "1");
		if (!yes && !zta_str__is(text, "false") &&
		    !zta_str__is(text, "0")) {
			return ZTA_SAML_REFUSE(
			    c, value, BAD_CLAIM, "no boolean");
		}
		zta_json_out__bool(out, yes);
	} else {
		zta_json_out__str(out, text);
	}
	return ZTA_OK;
}

/* The next attribute in any AttributeStatement; `node` NULL: the first. */
static const zta_xml *
next_attribute(const zta_xml *assertion, const zta_xml *node)
{
	const zta_xml *statement = node == NULL ?
	    zta_xml__find(assertion->first, ZTA_SAML_NS, "AttributeStatement") :
	    node->parent;

	node = node == NULL ? (statement == NULL ? NULL : statement->first) :
			      node->next;
	while (statement != NULL) {
		node = zta_xml__find(node, ZTA_SAML_NS, "Attribute");
		if (node != NULL) {
			return node;
		}
		statement = zta_xml__find(
		    statement->next, ZTA_SAML_NS, "AttributeStatement");
		node = statement == NULL ? NULL : statement->first;
	}
	return NULL;
}

static bool
has_name(const zta_xml *attribute, zta_str name)
{
	const zta_str *own = zta_xml__attr(attribute, "Name");

	return own != NULL && zta_str__eq(*own, name);
}

/* Values with elements inside have no type here: they are left out. */
static zta_status
put_values(zta_saml_check *c, const zta_xml *attribute, zta_json_out *out)
{
	const zta_xml *value;
	zta_status status = ZTA_OK;

	for (value = attribute->first; status == ZTA_OK && value != NULL;
	     value = value->next) {
		if (zta_xml__is(value, ZTA_SAML_NS, "AttributeValue") &&
		    value->first == NULL) {
			status = put_value(c, value, out);
		}
	}
	return status;
}

/* Issuers write an attribute once for each value, or once for all. */
static zta_status
put_attribute(zta_saml_check *c, const zta_xml *first, zta_json_out *out)
{
	const zta_str *name = zta_xml__attr(first, "Name");
	const zta_xml *node;
	zta_status status = ZTA_OK;

	if (name == NULL) {
		return ZTA_SAML_REFUSE(
		    c, first, BAD_CLAIM, "an attribute without a name");
	}
	for (node = next_attribute(c->assertion, NULL); node != first;
	     node = next_attribute(c->assertion, node)) {
		if (has_name(node, *name)) {
			return ZTA_OK;
		}
	}
	zta_json_out__name_str(out, *name);
	zta_json_out__open(out, '[');
	for (; status == ZTA_OK && node != NULL;
	     node = next_attribute(c->assertion, node)) {
		if (has_name(node, *name)) {
			status = put_values(c, node, out);
		}
	}
	zta_json_out__close(out, ']');
	return status;
}

static zta_status
put_attributes(zta_saml_check *c, zta_json_out *out)
{
	const zta_xml *node;
	uint32_t count = 0;
	zta_status status = ZTA_OK;

	zta_json_out__name(out, "attributes");
	zta_json_out__open(out, '{');
	for (node = next_attribute(c->assertion, NULL);
	     status == ZTA_OK && node != NULL;
	     node = next_attribute(c->assertion, node)) {
		status = ++count > ZTA_SAML_ATTRIBUTES_MAX ?
		    ZTA_SAML_REFUSE(c, node, TOO_LARGE, "too many attributes") :
		    put_attribute(c, node, out);
	}
	zta_json_out__close(out, '}');
	return status;
}

/* --- all of them */

static zta_status
put_statements(zta_saml_check *c, zta_json_out *out)
{
	const zta_xml *statement =
	    zta_xml__find(c->assertion->first, ZTA_SAML_NS, "AuthnStatement");
	zta_status status = ZTA_OK;

	if (statement != NULL &&
	    zta_xml__find(statement->next, ZTA_SAML_NS, "AuthnStatement") !=
		NULL) {
		return ZTA_SAML_REFUSE(
		    c, statement, BAD_CLAIM, "more than one AuthnStatement");
	}
	if (statement != NULL) {
		status = put_authn(c, statement, out);
	}
	return status != ZTA_OK ? status : put_attributes(c, out);
}

static zta_status
write_claims(zta_saml_check *c, zta_buf *buf)
{
	zta_json_out out = { buf, false };
	zta_status status;

	zta_json_out__open(&out, '{');
	put(&out, "iss", c->source->issuer);
	put(&out, "sub", c->name);
	put(&out, "sub_format", c->format);
	put(&out, "jti", c->id);
	put_seconds(&out, "iat", c->issued_at);
	status = put_statements(c, &out);
	put_seconds(&out, "exp", c->ends_at);
	zta_json_out__close(&out, '}');
	if (status == ZTA_OK && buf->status != ZTA_OK) {
		status = zta_error__set(
		    c->err, buf->status, "the claims are too large");
	}
	return status;
}

/* The NameID, or the one value of a claim. */
static zta_status
choose_principal(zta_saml_check *c)
{
	const zta_claim_path *path = &c->source->id;
	const zta_json *value = zta_mapping__find(c->claims.root, path);

	if (zta_str__is(path->text, "sub") &&
	    zta_str__is(c->format, TRANSIENT)) {
		return ZTA_SAML_REFUSE(c, c->assertion, BAD_SUBJECT,
		    "a transient NameID is another one each time");
	}
	if (value != NULL && value->type == ZTA_JSON_ARRAY &&
	    value->count == 1) {
		value = zta_json__first(value);
	}
	if (value == NULL || value->type != ZTA_JSON_STRING ||
	    !zta_saml__is_printable(zta_json__str(value))) {
		return ZTA_SAML_REFUSE(c, c->assertion, BAD_SUBJECT,
		    "`%.*s` has not one value, a text",
		    ZTA_STR_ARG(path->text));
	}
	c->principal = zta_json__str(value);
	return ZTA_OK;
}

zta_status
zta_saml__claims(zta_saml_check *c)
{
	zta_buf buf;
	zta_str text = { NULL, 0 };
	zta_status status;

	/* Escapes of JSON make text longer, at most sixfold. */
	zta_buf__init(&buf, 6 * ZTA_XML_TEXT_MAX);
	status = write_claims(c, &buf);
	if (status == ZTA_OK) {
		text = zta_arena__copy(c->arena, zta_buf__str(&buf));
		status = text.ptr == NULL ?
		    zta_arena__failed(c->arena, c->err) :
		    ZTA_OK;
	}
	zta_buf__release(&buf);
	if (status == ZTA_OK) {
		status = zta_json__read(c->arena, text, &c->claims, c->err);
	}
	return status != ZTA_OK ? status : choose_principal(c);
}
