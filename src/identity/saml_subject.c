/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saml_subject.c - who the assertion is about, and whether its bearer may use
 * it here. SPEC: saml-core 2.4, saml-profiles 4.1.4.2, rfc7522 3
 */
#include "base/error.h"
#include "base/str.h"
#include "identity/saml_check.h"

#define BEARER "urn:oasis:names:tc:SAML:2.0:cm:bearer"

static zta_status
read_name(zta_saml_check *c, const zta_xml *subject)
{
	const zta_xml *name =
	    zta_xml__find(subject->first, ZTA_SAML_NS, "NameID");
	const zta_str *format =
	    name == NULL ? NULL : zta_xml__attr(name, "Format");
	zta_status status;

	if (name == NULL) {
		return ZTA_SAML_REFUSE(
		    c, subject, BAD_SUBJECT, "there is no NameID");
	}
	if (zta_xml__find(name->next, ZTA_SAML_NS, "NameID") != NULL) {
		return ZTA_SAML_REFUSE(
		    c, name, BAD_SUBJECT, "the NameID stands twice");
	}
	status = zta_saml__text(c, name, &c->name);
	if (status != ZTA_OK) {
		*c->refusal = ZTA_REFUSAL_BAD_SUBJECT;
		return status;
	}
	c->format = format == NULL ? ZTA_STR("") : *format;
	if (c->rules->name_format.len > 0 &&
	    !zta_str__eq(c->format, c->rules->name_format)) {
		return ZTA_SAML_REFUSE(c, name, BAD_SUBJECT,
		    "the NameID is of another format than the source's");
	}
	return ZTA_OK;
}

/* --- one confirmation */

static zta_status
check_data(zta_saml_check *c, const zta_xml *data)
{
	const zta_str *recipient = zta_xml__attr(data, "Recipient");
	int64_t end = INT64_MAX;
	zta_status status = zta_saml__instant(c, data, "NotOnOrAfter", &end);

	if (status != ZTA_OK) {
		return status;
	}
	if (recipient == NULL ||
	    !zta_str__eq(*recipient, c->rules->recipient)) {
		return ZTA_SAML_REFUSE(c, data, BAD_RECIPIENT,
		    "it is for another recipient than ours");
	}
	if (zta_xml__attr(data, "NotBefore") != NULL || end == INT64_MAX) {
		return ZTA_SAML_REFUSE(c, data, BAD_CONFIRMATION,
		    "a bearer's confirmation has NotOnOrAfter and no "
		    "NotBefore");
	}
	if (end + c->source->leeway_ms <= c->now) {
		return ZTA_SAML_REFUSE(
		    c, data, EXPIRED, "the confirmation has expired");
	}
	if (!c->rules->answers && zta_xml__attr(data, "InResponseTo") != NULL) {
		return ZTA_SAML_REFUSE(c, data, BAD_IN_RESPONSE_TO,
		    "it answers a request, and none was made here");
	}
	c->ends_at = end < c->ends_at ? end : c->ends_at;
	return ZTA_OK;
}

static zta_status
check_confirmation(zta_saml_check *c, const zta_xml *node)
{
	const zta_str *method = zta_xml__attr(node, "Method");
	const zta_xml *data =
	    zta_xml__find(node->first, ZTA_SAML_NS, "SubjectConfirmationData");

	if (method == NULL || !zta_str__is(*method, BEARER) || data == NULL) {
		return ZTA_SAML_REFUSE(c, node, BAD_CONFIRMATION,
		    "only bearers with SubjectConfirmationData are confirmed");
	}
	return check_data(c, data);
}

/* SPEC: saml-core 2.4.1.1: one that holds is enough. */
static zta_status
check_confirmations(zta_saml_check *c, const zta_xml *subject)
{
	static const char name[] = "SubjectConfirmation";
	const zta_xml *node = zta_xml__find(subject->first, ZTA_SAML_NS, name);
	zta_error *err = c->err, why = { 0 };
	zta_status status = ZTA_EUNTRUSTED;

	if (node == NULL) {
		return ZTA_SAML_REFUSE(c, subject, BAD_CONFIRMATION,
		    "there is no SubjectConfirmation");
	}
	c->err = &why;
	for (; status == ZTA_EUNTRUSTED && node != NULL;
	     node = zta_xml__find(node->next, ZTA_SAML_NS, name)) {
		status = check_confirmation(c, node);
	}
	c->err = err;
	if (status == ZTA_OK) {
		*c->refusal = ZTA_REFUSAL_NONE;
	} else if (err != NULL) {
		*err = why;
	}
	return status;
}

zta_status
zta_saml__subject(zta_saml_check *c)
{
	const zta_xml *subject =
	    zta_xml__find(c->assertion->first, ZTA_SAML_NS, "Subject");
	zta_status status;

	if (subject == NULL) {
		return ZTA_SAML_REFUSE(
		    c, c->assertion, MISSING_CLAIM, "there is no Subject");
	}
	if (zta_xml__find(subject->next, ZTA_SAML_NS, "Subject") != NULL) {
		return ZTA_SAML_REFUSE(
		    c, subject, BAD_SUBJECT, "the Subject stands twice");
	}
	status = read_name(c, subject);
	return status != ZTA_OK ? status : check_confirmations(c, subject);
}
