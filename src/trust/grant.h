/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant.h - one delegation grant: its form, its signature, and whether it is
 * inside another. SPEC: ztauth 7; docs/formats/delegation.md
 */
#ifndef ZTA_TRUST_GRANT_H
#define ZTA_TRUST_GRANT_H

#include "crypto/digest.h"
#include "identity/known.h"
#include "trust/delegators.h"

#define ZTA_GRANT_TYP "ztauth-delegation+jwt"

/* What is found of grants. Zeroed, it is refused. */
typedef enum zta_grant_finding {
	ZTA_GRANT_MALFORMED,
	ZTA_GRANT_CHAIN_LENGTH, /* no grant, or too many */
	ZTA_GRANT_WRONG_ZONE,
	ZTA_GRANT_UNKNOWN,      /* there is no grant of this `jti` */
	ZTA_GRANT_NO_DELEGATOR, /* whose keys are not known */
	ZTA_GRANT_NO_KEY,       /* that could have signed it */
	ZTA_GRANT_BAD_SIGNATURE,
	ZTA_GRANT_NOT_YET,
	ZTA_GRANT_EXPIRED,
	ZTA_GRANT_NOT_OF_SUBJECT, /* the first is another's authority */
	ZTA_GRANT_UNLINKED,       /* its parent is another grant, or none */
	ZTA_GRANT_NOT_DELEGATE, /* its delegator is not whom it was given to */
	ZTA_GRANT_WRONG_HOLDER, /* another key than the one it is bound to */
	ZTA_GRANT_NOT_HELD,     /* no workload of the chain is its delegate */
	ZTA_GRANT_NOT_STANDING, /* the zone lets none stand for a subject */
	ZTA_GRANT_HIDES_CLAIMS, /* of a subject for whom it stands */
	ZTA_GRANT_STALE,        /* the copy of what is known is too old */
	ZTA_GRANT_NOT_HERE,     /* its use is written at another server */
	ZTA_GRANT_USED,         /* good once, and used */
	ZTA_GRANT_REVOKED,
	ZTA_GRANT_QUARANTINED, /* who gave it, or was given it, is */
	ZTA_GRANT_WIDER_ACTIONS,
	ZTA_GRANT_WIDER_RESOURCES,
	ZTA_GRANT_WIDER_TIME,
	ZTA_GRANT_WIDER_DEPTH,
	ZTA_GRANT_WIDER_USE,
	ZTA_GRANT_WIDER_PURPOSE,
	ZTA_GRANT_OUTSIDE_ACTIONS,
	ZTA_GRANT_OUTSIDE_RESOURCES,
	ZTA_GRANT_CONDITION, /* a `when` is not true */
	ZTA_GRANT_HOLDS
} zta_grant_finding;

/* For operators: "wider_actions" and so on. Static. */
const char *zta_grant__finding_name(zta_grant_finding finding);
/* For clients: "delegation_invalid" and so on; "" if it holds. SPEC: ztauth 5 */
const char *zta_grant__code(zta_grant_finding finding);

/* How the delegator has shown consent. Zeroed: not at all. */
typedef enum zta_consent {
	ZTA_CONSENT_NONE,
	ZTA_CONSENT_SIGNATURE, /* its own */
	/* An ID token of it whose nonce is the grant's digest. The zone verified
	 * it when the grant was registered, and signed the grant. */
	ZTA_CONSENT_OIDC_NONCE
} zta_consent;

/* "signature", "oidc-nonce"; "" for none. Static. */
const char *zta_consent__name(zta_consent consent);

typedef struct zta_grant_resource {
	zta_str type;
	zta_str id; /* ptr NULL: all of the type */
} zta_grant_resource;

typedef struct zta_grant {
	zta_known_token token;
	unsigned char digest[ZTA_SHA256_LEN]; /* of the payload's bytes */
	zta_str delegator, delegate, zone, jti;
	const zta_str *actions;
	uint32_t action_count;
	const zta_grant_resource *resources;
	uint32_t resource_count;
	zta_str when;                   /* ptr NULL: none */
	int64_t not_before, expires_at; /* ms */
	int64_t consent_at;             /* ms, when the delegator consented */
	uint32_t max_depth;
	bool has_parent;
	unsigned char parent[ZTA_SHA256_LEN];
	zta_str holder;  /* thumbprint of a key; ptr NULL: any */
	zta_str purpose; /* ptr NULL: none */
	zta_str statement;
	bool once;
	zta_consent consent;
} zta_grant;

/*
 * Read a grant, which refers to `token` and `arena`; nothing is verified.
 * ZTA_EUNTRUSTED: it is none, with the pointer of what is wrong. ZTA_ENOMEM,
 * ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_grant__read(
    zta_grant *out, zta_arena *arena, zta_str token, zta_error *err);

/* The same; one that is known is found, and kept in `known` once it is verified. */
ZTA_MUST_USE zta_status zta_grant__read_known(zta_grant *out, zta_known *known,
    zta_arena *arena, zta_str token, zta_error *err);

/*
 * The same of a payload alone, that nobody has signed yet: the grant has no
 * token, and is never verified.
 */
ZTA_MUST_USE zta_status zta_grant__read_payload(
    zta_grant *out, zta_arena *arena, zta_str payload, zta_error *err);

/*
 * Is it signed as its consent says: by its delegator, or by the zone, whose keys
 * are `zone` (NULL: none)? HOLDS, or why not. `*key` is the key that was used.
 */
zta_grant_finding zta_grant__verify(const zta_grant *grant,
    const zta_delegators *delegators, const zta_jwks *zone,
    const zta_key **key);

/* Is the child inside the parent, in every dimension? HOLDS, or why not. */
zta_grant_finding zta_grant__inside(
    const zta_grant *child, const zta_grant *parent);

/* Type and id of an entity as Cedar writes it; false: it is none. */
bool zta_grant__read_entity(
    zta_arena *arena, zta_str text, zta_str *type, zta_str *id);

/* Is this among the actions; is it among the resources? */
/* Could this be the `jti` of a grant, or of a statement? */
bool zta_grant__is_jti(zta_str text);

bool zta_grant__has_action(const zta_grant *grant, zta_str action);
bool zta_grant__has_resource(const zta_grant *grant, zta_str type, zta_str id);

#endif
