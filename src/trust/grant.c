/* SPDX-License-Identifier: Apache-2.0 */
/* grant.c - see grant.h. Its form is read in grant_read.c. */
#include "trust/grant.h"

#include "base/str.h"

static const struct {
	const char *name, *code;
} findings[] = {
	[ZTA_GRANT_MALFORMED] = { "malformed", "delegation_invalid" },
	[ZTA_GRANT_CHAIN_LENGTH] = { "chain_length", "delegation_invalid" },
	[ZTA_GRANT_WRONG_ZONE] = { "wrong_zone", "delegation_invalid" },
	[ZTA_GRANT_UNKNOWN] = { "unknown_grant", "delegation_invalid" },
	[ZTA_GRANT_NO_DELEGATOR] = { "unknown_delegator",
	    "delegation_invalid" },
	[ZTA_GRANT_NO_KEY] = { "unknown_key", "delegation_invalid" },
	[ZTA_GRANT_BAD_SIGNATURE] = { "bad_signature", "delegation_invalid" },
	[ZTA_GRANT_NOT_YET] = { "not_yet_valid", "delegation_invalid" },
	[ZTA_GRANT_EXPIRED] = { "expired", "delegation_invalid" },
	[ZTA_GRANT_NOT_OF_SUBJECT] = { "not_of_subject", "delegation_invalid" },
	[ZTA_GRANT_NOT_STANDING] = { "no_standing_grants",
	    "delegation_invalid" },
	[ZTA_GRANT_HIDES_CLAIMS] = { "hides_claims", "delegation_invalid" },
	[ZTA_GRANT_UNLINKED] = { "unlinked", "delegation_invalid" },
	[ZTA_GRANT_NOT_DELEGATE] = { "not_delegate", "delegation_invalid" },
	[ZTA_GRANT_WRONG_HOLDER] = { "wrong_holder", "delegation_invalid" },
	[ZTA_GRANT_NOT_HELD] = { "not_held", "delegation_invalid" },
	[ZTA_GRANT_STALE] = { "stale", "delegation_invalid" },
	[ZTA_GRANT_NOT_HERE] = { "not_here", "delegation_invalid" },
	[ZTA_GRANT_USED] = { "used", "delegation_invalid" },
	[ZTA_GRANT_REVOKED] = { "revoked", "delegation_revoked" },
	[ZTA_GRANT_QUARANTINED] = { "quarantined", "delegation_revoked" },
	[ZTA_GRANT_WIDER_ACTIONS] = { "wider_actions", "delegation_exceeded" },
	[ZTA_GRANT_WIDER_RESOURCES] = { "wider_resources",
	    "delegation_exceeded" },
	[ZTA_GRANT_WIDER_TIME] = { "wider_time", "delegation_exceeded" },
	[ZTA_GRANT_WIDER_DEPTH] = { "wider_depth", "delegation_exceeded" },
	[ZTA_GRANT_WIDER_USE] = { "wider_use", "delegation_exceeded" },
	[ZTA_GRANT_WIDER_PURPOSE] = { "wider_purpose", "delegation_exceeded" },
	[ZTA_GRANT_OUTSIDE_ACTIONS] = { "outside_actions",
	    "delegation_exceeded" },
	[ZTA_GRANT_OUTSIDE_RESOURCES] = { "outside_resources",
	    "delegation_exceeded" },
	[ZTA_GRANT_CONDITION] = { "condition", "delegation_exceeded" },
	[ZTA_GRANT_HOLDS] = { "holds", "" },
};

const char *
zta_grant__finding_name(zta_grant_finding finding)
{
	return findings[finding].name;
}

const char *
zta_grant__code(zta_grant_finding finding)
{
	return findings[finding].code;
}

const char *
zta_consent__name(zta_consent consent)
{
	static const char *const names[] = {
		[ZTA_CONSENT_NONE] = "",
		[ZTA_CONSENT_SIGNATURE] = "signature",
		[ZTA_CONSENT_OIDC_NONCE] = "oidc-nonce",
	};

	return names[consent];
}

/* --- the signature */

zta_grant_finding
zta_grant__verify(const zta_grant *grant, const zta_delegators *delegators,
    const zta_jwks *zone, const zta_key **key)
{
	zta_known_token token = grant->token;
	const zta_jwks *keys = NULL;

	*key = NULL;
	if (grant->consent == ZTA_CONSENT_SIGNATURE) {
		keys = zta_delegators__keys(delegators, grant->delegator);
	} else if (grant->consent == ZTA_CONSENT_OIDC_NONCE) {
		keys = zone;
	}
	if (keys == NULL) {
		return ZTA_GRANT_NO_DELEGATOR;
	}
	/* A payload alone is signed by nobody. */
	if (token.jws == NULL) {
		return ZTA_GRANT_BAD_SIGNATURE;
	}
	*key = zta_jwks__find(keys, token.jws);
	if (*key == NULL) {
		return ZTA_GRANT_NO_KEY;
	}
	return zta_known__verify(&token, *key) ? ZTA_GRANT_HOLDS :
						 ZTA_GRANT_BAD_SIGNATURE;
}

/* --- attenuation */

bool
zta_grant__has_action(const zta_grant *grant, zta_str action)
{
	uint32_t i;

	for (i = 0; i < grant->action_count; i++) {
		if (zta_str__eq(grant->actions[i], action)) {
			return true;
		}
	}
	return false;
}

/* Is `r` all of what was asked, or more? No id asks for all of the type. */
static bool
covers(const zta_grant_resource *r, zta_str type, zta_str id)
{
	return zta_str__eq(r->type, type) &&
	    (r->id.ptr == NULL || (id.ptr != NULL && zta_str__eq(r->id, id)));
}

bool
zta_grant__has_resource(const zta_grant *grant, zta_str type, zta_str id)
{
	uint32_t i;

	for (i = 0; i < grant->resource_count; i++) {
		if (covers(&grant->resources[i], type, id)) {
			return true;
		}
	}
	return false;
}

static bool
actions_inside(const zta_grant *child, const zta_grant *parent)
{
	uint32_t i;

	for (i = 0; i < child->action_count; i++) {
		if (!zta_grant__has_action(parent, child->actions[i])) {
			return false;
		}
	}
	return true;
}

static bool
resources_inside(const zta_grant *child, const zta_grant *parent)
{
	uint32_t i;

	for (i = 0; i < child->resource_count; i++) {
		if (!zta_grant__has_resource(parent, child->resources[i].type,
			child->resources[i].id)) {
			return false;
		}
	}
	return true;
}

zta_grant_finding
zta_grant__inside(const zta_grant *child, const zta_grant *parent)
{
	if (!actions_inside(child, parent)) {
		return ZTA_GRANT_WIDER_ACTIONS;
	}
	if (!resources_inside(child, parent)) {
		return ZTA_GRANT_WIDER_RESOURCES;
	}
	if (child->not_before < parent->not_before ||
	    child->expires_at > parent->expires_at) {
		return ZTA_GRANT_WIDER_TIME;
	}
	if (child->max_depth >= parent->max_depth) {
		return ZTA_GRANT_WIDER_DEPTH;
	}
	if (parent->once && !child->once) {
		return ZTA_GRANT_WIDER_USE;
	}
	if (parent->purpose.ptr != NULL &&
	    (child->purpose.ptr == NULL ||
		!zta_str__eq(child->purpose, parent->purpose))) {
		return ZTA_GRANT_WIDER_PURPOSE;
	}
	return ZTA_GRANT_HOLDS;
}
