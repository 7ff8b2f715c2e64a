/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kind.h - kinds of sources: how a source is read, what it claims, how its
 * credentials are verified. One kind a file; a new one is a line in kind.c.
 */
#ifndef ZTA_IDENTITY_KIND_H
#define ZTA_IDENTITY_KIND_H

#include "identity/known.h"
#include "identity/registered.h"
#include "identity/saml.h"
#include "identity/verify.h"

/* One verification under way. */
struct zta_verifying {
	const zta_verifier *with;
	const zta_presented *presented;
	/* Seen, not believed: what sources are found by. */
	bool is_jws;
	zta_known_token token; /* if it is one */
	bool is_saml;
	zta_saml saml;        /* if it is that */
	zta_str issuer;       /* empty: it names none */
	zta_str trust_domain; /* of the SPIFFE ID that is its subject */
	/* The source that claims it: */
	const zta_source *source;
	/* What it says; believed once its signature holds. */
	zta_claims claims;
	zta_principal *out;
	zta_why_not *why_not;
	zta_error *err;
};

#define ZTA_REFUSE(v, code, ...) \
	zta_refusal__set(        \
	    &(v)->why_not->refusal, ZTA_REFUSAL_##code, (v)->err, __VA_ARGS__)

typedef struct zta_source_reader zta_source_reader;

struct zta_kind {
	const char *name; /* in sources.json */
	/* Members beside those that all have; ended by NULL. */
	const char *const *members;
	/* Read those members. */
	zta_status (*read)(
	    zta_source_reader *r, const zta_json *node, zta_source *out);
	/* Does the source claim what was seen? */
	bool (*claims)(const zta_source *source, const zta_verifying *v);
	/* Fill `v->out`, or refuse, or need. */
	zta_status (*verify)(zta_verifying *v);
};

/* Kinds, in the order in which they may claim; ended by NULL. */
extern const zta_kind *const zta_kind__all[];

extern const zta_kind zta_kind__api_key, zta_kind__introspection, zta_kind__jwt,
    zta_kind__oidc, zta_kind__saml, zta_kind__spiffe, zta_kind__wimse;

#endif
