/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source.h - identity/sources.json: whose credentials are believed, and as
 * what. SPEC: ztauth 3; docs/formats/sources.md
 */
#ifndef ZTA_IDENTITY_SOURCE_H
#define ZTA_IDENTITY_SOURCE_H

#include "base/error.h"
#include "identity/jwks.h"
#include "identity/principal.h"
#include "identity/ring.h"

typedef struct zta_kind zta_kind;

/* What a kind does not use is empty. */
struct zta_source {
	zta_str name;
	const zta_kind *kind; /* kind.h */
	const zta_str *audiences;
	uint32_t audience_count; /* at least one */
	int64_t leeway_ms;
	int64_t max_age_ms; /* since it was issued; 0: no limit */
	uint32_t proofs;    /* bit set of zta_proof: what is taken */
	bool dpop_nonce;    /* a proof has one of the server's nonces */
	/* Whose credentials they are: */
	zta_str issuer;
	zta_str trust_domain; /* of SPIFFE IDs */
	/* What verifies a JWS: */
	uint32_t algs;        /* bit set of zta_alg */
	const zta_str *types; /* values of `typ` */
	uint32_t type_count;  /* 0: those of the kind */
	zta_jwks keys;
	/* What the credential becomes: */
	zta_principal_kind principal;
	zta_str entity;       /* Cedar type of the principal */
	const char *id_claim; /* whose value is the entity's id */
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

/* Free the keys. */
void zta_sources__release(zta_sources *sources);

#endif
