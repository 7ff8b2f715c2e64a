/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source.h - identity/sources.json: whose credentials are believed, and as
 * what. SPEC: ztauth 3; docs/formats/sources.md
 */
#ifndef ZTA_IDENTITY_SOURCE_H
#define ZTA_IDENTITY_SOURCE_H

#include "base/error.h"
#include "crypto/x509.h"
#include "identity/need.h"
#include "identity/principal.h"

typedef struct zta_kind zta_kind;
typedef struct zta_saml_rules zta_saml_rules;

typedef struct zta_str_list {
	const zta_str *list;
	uint32_t count;
} zta_str_list;

/* Where in the claims: the names on the way, ended by NULL. */
typedef struct zta_claim_path {
	zta_str text; /* as the source writes it */
	const char *const *names;
} zta_claim_path;

/* Each string in the claim is the id of a parent of this type. */
typedef struct zta_claim_parent {
	zta_str type;
	zta_claim_path claim;
} zta_claim_parent;

typedef struct zta_claim_attribute {
	zta_str name;
	zta_claim_path claim;
} zta_claim_attribute;

typedef enum zta_client_method {
	ZTA_CLIENT_BASIC,
	ZTA_CLIENT_POST,
	ZTA_CLIENT_KEY
} zta_client_method;

/* Who we are to those that we ask. SPEC: rfc6749 2.3 */
typedef struct zta_client {
	zta_str id;
	zta_client_method method;
	zta_str secret_file; /* a name; the operator says where */
} zta_client;

/* What a kind does not use is empty. */
struct zta_source {
	zta_str name;
	const zta_kind *kind; /* kind.h */
	const zta_str *audiences;
	uint32_t audience_count; /* at least one */
	int64_t leeway_ms;
	int64_t max_age_ms;      /* since it was issued; 0: no limit */
	uint32_t proofs;         /* bit set of zta_proof: what is taken */
	int64_t status_grace_ms; /* a status list counts after its time */
	bool dpop_nonce;         /* a proof has one of the server's nonces */
	/* Whose credentials they are: */
	zta_str issuer;
	zta_str trust_domain; /* of SPIFFE IDs */
	/* What verifies a JWS: */
	uint32_t algs;        /* bit set of zta_alg */
	const zta_str *types; /* values of `typ` */
	uint32_t type_count;  /* 0: those of the kind */
	zta_jwks keys;        /* that it brings */
	/* Or keys that are fetched, if there is a key for the ring: */
	zta_str keys_key;
	zta_str keys_url; /* empty: as the issuer's metadata say */
	const char *keys_use;
	int64_t keys_refresh_ms, keys_max_age_ms;
	bool keys_bundle; /* they come as the bundle of a trust domain */
	zta_str
	    bundle_endpoint; /* SPIFFE ID of who serves it; empty: a web host */
	int64_t bundle_sequence; /* of the one that a file has; -1: not said */
	/* They come from a statement, and count while it is in force (ms). */
	bool keys_stated;
	int64_t keys_from, keys_until;
	const zta_saml_rules *saml; /* saml.h */
	/* Who tells of a token: */
	zta_str endpoint;
	zta_str endpoint_gate; /* for the ring */
	zta_str prefix;        /* of its tokens; may be empty */
	zta_client client;
	int64_t cache_ms; /* how long an answer may be kept */
	/* What is demanded of its claims; an empty list demands nothing: */
	zta_str_list clients;    /* one of these it was made for */
	zta_str_list acr;        /* one of these */
	zta_str_list amr;        /* all of these */
	int64_t max_auth_age_ms; /* since `auth_time`; 0: no limit */
	/* What verifies an X509-SVID; NULL: nothing. */
	zta_x509_roots *roots;
	/* What the credential becomes: */
	zta_principal_kind principal;
	zta_str entity;    /* Cedar type of the principal */
	zta_claim_path id; /* whose value is the entity's id */
	const zta_claim_parent *parents;
	uint32_t parent_count;
	const zta_claim_attribute *attributes;
	uint32_t attribute_count;
};

typedef struct zta_sources {
	zta_source *list;
	uint32_t count;
} zta_sources;

/*
 * Read the sources; the result refers to `text` and `arena`. Files that
 * `jwks_file` names are in the directory `keys` (NULL: none may be named).
 * Errors carry line, column and JSON pointer, or the key file.
 */
ZTA_MUST_USE zta_status zta_sources__read(zta_sources *out, zta_arena *arena,
    zta_str text, const char *keys, zta_error *err);

/*
 * Check the document alone: no key file is read, so a source that names one has
 * no keys and accepts nothing. `sink` is told of every source that is wrong,
 * which is left out; errors as above.
 */
ZTA_MUST_USE zta_status zta_sources__check(zta_sources *out, zta_arena *arena,
    zta_str text, zta_error_sink *sink, zta_error *err);

/* Free keys and roots. */
void zta_sources__release(zta_sources *sources);

#endif
