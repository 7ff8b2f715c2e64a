/* SPDX-License-Identifier: Apache-2.0 */
/* jwks.h - the public keys of a source. SPEC: rfc7517 */
#ifndef ZTA_IDENTITY_JWKS_H
#define ZTA_IDENTITY_JWKS_H

#include "crypto/key.h"
#include "identity/jws.h"

typedef struct zta_jwks_key {
	zta_key *key;
	zta_str kid; /* empty: none */
	zta_alg alg; /* ZTA_ALG_NONE: whatever the key serves */
} zta_jwks_key;

typedef struct zta_jwks {
	zta_jwks_key *keys;
	uint32_t count;
	uint32_t skipped; /* of other types, curves or uses */
} zta_jwks;

/*
 * Read the key set that `node` is; it refers to the document and `arena`. Keys
 * whose `use` is neither absent, `sig` nor `use` are skipped, and those of types
 * that we do not know. ZTA_EINVALID: a broken key, or two of one kid.
 */
ZTA_MUST_USE zta_status zta_jwks__read(zta_jwks *out, zta_arena *arena,
    const zta_json_doc *doc, const zta_json *node, const char *use,
    zta_error *err);

/*
 * Read one key more, for which `set->keys` has room, or skip it; the same rules
 * and errors.
 */
ZTA_MUST_USE zta_status zta_jwks__add(zta_jwks *set, const zta_json_doc *doc,
    const zta_json *jwk, const char *use, zta_error *err);

/*
 * The key that a credential is bound to, or that a proof brings: it must serve
 * `alg`, and say nothing else of its use. ZTA_EINVALID: it does not, or is no
 * public key of ours; free it with zta_key_close().
 */
ZTA_MUST_USE zta_status zta_jwks__bound_key(zta_key **out,
    const zta_json_doc *doc, const zta_json *jwk, zta_alg alg, zta_error *err);

/* Free the keys. */
void zta_jwks__release(zta_jwks *set);

/*
 * The key for this token: of its kid and algorithm; without a kid only if one
 * key alone serves the algorithm. NULL: none.
 */
const zta_key *zta_jwks__find(const zta_jwks *set, const zta_jws *jws);

#endif
