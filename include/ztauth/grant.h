/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/grant.h - delegation grants: make one, look into it, hand it to a zone,
 * see which there are, take one back.
 *
 *     zta_grant_compose(&terms, false, &payload, &err);
 *     zta_grant_sign(payload, key, &grant, &err);
 *     zta_grant_register(&server, grant, (zta_str){ NULL, 0 }, &list, &err);
 *
 * The format is in docs/formats/delegation.md. Grants of a zone are reached in
 * two ways: by its file, for whoever runs the server, or at the server, for
 * whoever a grant is about. A file verifies nothing; a server does.
 */
#ifndef ZTAUTH_GRANT_H
#define ZTAUTH_GRANT_H

#include "ztauth/key.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is to be granted. Texts that are empty are left out. */
typedef struct zta_grant_terms {
	zta_str delegator; /* User::"alice", or the id of a workload */
	zta_str delegate;  /* the same */
	zta_str zone;
	const zta_str *actions;
	size_t action_count;
	const zta_str *resources; /* Product::"teapot"; Product: all of them */
	size_t resource_count;
	zta_str when;      /* Cedar */
	int64_t consent_s; /* when it is consented to; 0: not_before_s */
	int64_t not_before_s, expires_s;
	uint32_t max_depth; /* how many may follow */
	bool once;
	zta_str purpose;
	zta_str holder;    /* thumbprint of the delegate's key */
	zta_str statement; /* empty: composed of the rest */
	zta_str parent;    /* the grant that is passed on, a JWS */
} zta_grant_terms;

/* Longest grant, and its NUL. */
#define ZTA_GRANT_TEXT_MAX (16 * 1024 + 1)

/*
 * Compose the payload of a grant: these bytes and no others are then signed, or,
 * `by_sign_in`, consented to by an ID token whose `nonce` is their digest.
 * zta_str_free() frees it. ZTA_EUNTRUSTED: that is no grant, with the place in
 * it, or it reaches further than its parent.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_grant_compose(
    const zta_grant_terms *terms, bool by_sign_in, zta_str *out,
    zta_error *err);

/*
 * Sign a payload with the delegator's key. ZTA_EUNTRUSTED: it is none, or not to
 * be signed. ZTA_EINVAL: the key cannot sign.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_grant_sign(
    zta_str payload, const zta_key *key, zta_str *out, zta_error *err);

/* A grant as it is shown. Texts belong to the list that it is in. */
typedef struct zta_grant_shown {
	zta_str grant; /* the JWS, or the payload of one that is not signed */
	const char *state; /* "live", "not_yet", "ended", "revoked", "" */
	zta_str jti, delegator, delegate, zone;
	zta_str digest; /* base64url; the nonce of a sign-in */
	const zta_str *actions;
	size_t action_count;
	const zta_str *resources; /* as Cedar writes them; a type: all of it */
	size_t resource_count;
	zta_str when, purpose, holder, statement; /* may be empty */
	const char *consent;
	int64_t consent_s; /* when */
	int64_t not_before_s, expires_s;
	uint32_t max_depth;
	bool once, has_parent;
	/* Each `jti`: those that it was made of, the first one first; those that
	 * were made of it. */
	const zta_str *above, *below;
	size_t above_count, below_count;
} zta_grant_shown;

typedef struct zta_grant_list {
	const zta_grant_shown *list;
	size_t count;
	bool
	    more; /* there are others, which were not asked for closely enough */
} zta_grant_list;

ZTA_PUBLIC void zta_grant_list_free(const zta_grant_list *list);

/*
 * Look into one grant, a JWS or a payload; nothing is verified, and nothing
 * known of its state. ZTA_EUNTRUSTED: it is none, with the place in it.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_grant_look(
    zta_str text, const zta_grant_list **out, zta_error *err);

/*
 * Has one of the keys in `document`, a JWKS or trust/delegators.json, signed the
 * grant for its delegator? ZTA_EUNTRUSTED: no.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_grant_verify(
    zta_str token, zta_str document, zta_error *err);

/* Which grants are asked for; what is empty matches all. */
typedef struct zta_grant_filter {
	zta_str jti; /* one alone, with those below it */
	zta_str delegator, delegate;
} zta_grant_filter;

/*
 * The grants in the file of a zone, as of `now` (ms). ZTA_ENOTFOUND: there is
 * none of this `jti`, or no file. ZTA_EINVALID: it is damaged.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_grants_in_file(const char *path,
    const zta_grant_filter *filter, int64_t now, const zta_grant_list **out,
    zta_error *err);

/* As a JSON object. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_grant_json(
    const zta_grant_shown *grant, zta_str *out, zta_error *err);

/* A zone at a server, and who we are there. */
typedef struct zta_grant_server {
	const char *url; /* http[s]://host/zones/<zone> */
	zta_str credential;
	const zta_key *key;  /* that it is bound to (DPoP); NULL: none */
	const char *ca_file; /* NULL: the system's */
} zta_grant_server;

/*
 * The calls below: ZTA_EUNTRUSTED if the server refuses, with its reason;
 * ZTA_ENOTFOUND if it has no such grant, or none that we are party to;
 * ZTA_EEXIST; ZTA_EUNAVAILABLE if it cannot be reached or cannot do it now.
 */

/* Register a grant: a JWS, or a payload with the ID token that consents to it. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_grant_register(
    const zta_grant_server *server, zta_str grant, zta_str id_token,
    const zta_grant_list **out, zta_error *err);

ZTA_PUBLIC ZTA_MUST_USE zta_status zta_grants_at_server(
    const zta_grant_server *server, const zta_grant_filter *filter,
    const zta_grant_list **out, zta_error *err);

/* Take it back, and with it all that were made of it. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_grant_revoke(
    const zta_grant_server *server, zta_str jti, zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
