/* SPDX-License-Identifier: Apache-2.0 */
/* saml_conditions.c - when and for whom. SPEC: saml-core 2.5 */
#include "base/error.h"
#include "base/str.h"
#include "identity/saml_check.h"

static zta_status
check_dates(zta_saml_check *c, const zta_xml *conditions)
{
	int64_t begin = INT64_MIN, end = INT64_MAX;
	zta_status status =
	    zta_saml__instant(c, conditions, "NotBefore", &begin);

	if (status == ZTA_OK) {
		status = zta_saml__instant(c, conditions, "NotOnOrAfter", &end);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (begin != INT64_MIN && begin - c->source->leeway_ms > c->now) {
		return ZTA_SAML_REFUSE(c, conditions, NOT_YET_VALID,
		    "the assertion is not yet valid");
	}
	if (end != INT64_MAX && end + c->source->leeway_ms <= c->now) {
		return ZTA_SAML_REFUSE(
		    c, conditions, EXPIRED, "the assertion has expired");
	}
	c->ends_at = end;
	return ZTA_OK;
}

static bool
is_audience(const zta_source *source, zta_str name)
{
	uint32_t i;

	for (i = 0; i < source->audience_count; i++) {
		if (zta_str__eq(source->audiences[i], name)) {
			return true;
		}
	}
	return false;
}

/* One of its audiences must be us. SPEC: saml-core 2.5.1.4 */
static zta_status
check_audience(zta_saml_check *c, const zta_xml *restriction)
{
	const zta_xml *node;
	bool found = false;

	for (node = restriction->first; node != NULL; node = node->next) {
		if (!zta_xml__is(node, ZTA_SAML_NS, "Audience") ||
		    node->first != NULL) {
			return ZTA_SAML_REFUSE(c, node, BAD_CLAIM,
			    "an AudienceRestriction holds Audiences");
		}
		found = found || is_audience(c->source, node->text);
	}
	return found ? ZTA_OK :
		       ZTA_SAML_REFUSE(c, restriction, BAD_AUDIENCE,
			   "the assertion is meant for somebody else");
}

zta_status
zta_saml__conditions(zta_saml_check *c)
{
	const zta_xml *conditions =
	    zta_xml__find(c->assertion->first, ZTA_SAML_NS, "Conditions");
	const zta_xml *node;
	bool audience = false;
	zta_status status;

	if (conditions == NULL) {
		return ZTA_SAML_REFUSE(
		    c, c->assertion, MISSING_CLAIM, "there are no Conditions");
	}
	if (zta_xml__find(conditions->next, ZTA_SAML_NS, "Conditions") !=
	    NULL) {
		return ZTA_SAML_REFUSE(
		    c, conditions, BAD_CLAIM, "Conditions stand twice");
	}
	status = check_dates(c, conditions);
	for (node = conditions->first; status == ZTA_OK && node != NULL;
	     node = node->next) {
		if (zta_xml__is(node, ZTA_SAML_NS, "AudienceRestriction")) {
			audience = true;
			status = check_audience(c, node);
		} else if (zta_xml__is(node, ZTA_SAML_NS, "OneTimeUse")) {
			c->once = true;
		} else {
			status = ZTA_SAML_REFUSE(c, node, UNKNOWN_CONDITION,
			    "a condition that is not known here");
		}
	}
	if (status != ZTA_OK) {
		return status;
	}
	return audience ? ZTA_OK :
			  ZTA_SAML_REFUSE(c, conditions, BAD_AUDIENCE,
			      "it does not say whom it is meant for");
}
