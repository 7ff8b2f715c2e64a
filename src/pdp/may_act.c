/* SPDX-License-Identifier: Apache-2.0 */
/* may_act.c - see may_act.h. */
#include "pdp/may_act.h"

#include "base/str.h"

/* A claim of the actor; what it has no claims for, its certificate says. */
static zta_str
claim_of(const zta_principal *actor, zta_str name)
{
	const zta_json *root = actor->claims.root, *member, *value;
	uint32_t i;

	member = root == NULL ? NULL : zta_json__first(root);
	for (i = 0; root != NULL && i < root->count; i++) {
		value = zta_json__after(member);
		if (zta_str__eq(zta_json__str(member), name)) {
			return value->type == ZTA_JSON_STRING ?
			    zta_json__str(value) :
			    (zta_str){ NULL, 0 };
		}
		member = zta_json__after(value);
	}
	return root == NULL && zta_str__is(name, "sub") ? actor->id :
							  (zta_str){ NULL, 0 };
}

/* Is the name without an issuer one of this actor's? */
static bool
shares_issuer(const zta_principal *subject, const zta_principal *actor)
{
	return actor->trust_domain.len > 0 ||
	    (actor->issuer.len > 0 &&
		zta_str__eq(actor->issuer, subject->issuer));
}

zta_may_act
zta_may_act__judge(const zta_principal *subject, const zta_principal *actor)
{
	const zta_json *root = subject->claims.root, *named, *member, *value;
	bool matches = true;
	uint32_t i;

	named = root == NULL ? NULL : zta_json__get(root, "may_act");
	if (named == NULL) {
		return ZTA_MAY_ACT_YES;
	}
	if (named->type != ZTA_JSON_OBJECT ||
	    zta_json__get(named, "sub") == NULL) {
		return ZTA_MAY_ACT_MALFORMED;
	}
	member = zta_json__first(named);
	for (i = 0; i < named->count; i++) {
		value = zta_json__after(member);
		if (value->type != ZTA_JSON_STRING || value->count == 0) {
			return ZTA_MAY_ACT_MALFORMED;
		}
		matches = matches &&
		    zta_str__eq(claim_of(actor, zta_json__str(member)),
			zta_json__str(value));
		member = zta_json__after(value);
	}
	return matches &&
		(zta_json__get(named, "iss") != NULL ||
		    shares_issuer(subject, actor)) ?
	    ZTA_MAY_ACT_YES :
	    ZTA_MAY_ACT_NO;
}
