/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spiffe_bundle.h - the keys of a trust domain, as it publishes them: a key set
 * whose members say what they are for. SPEC: spiffe-bundle 4
 *
 * A bundle does not say whose it is; whoever reads one knows that already.
 */
#ifndef ZTA_IDENTITY_SPIFFE_BUNDLE_H
#define ZTA_IDENTITY_SPIFFE_BUNDLE_H

#include "crypto/x509.h"
#include "identity/jwks.h"

typedef struct zta_spiffe_bundle {
	zta_x509_roots *roots; /* of X509-SVIDs; there may be none in it */
	zta_jwks keys;         /* of JWT-SVIDs; may be empty */
	int64_t sequence;      /* -1: not said */
	int64_t refresh_ms;    /* how soon to look for another one */
} zta_spiffe_bundle;

/*
 * Read the bundle that `node` is; it refers to the document and `arena`. Keys
 * for other uses, and of types that we do not know, are left out. ZTA_EINVALID:
 * a broken key or root, or none at all.
 */
ZTA_MUST_USE zta_status zta_spiffe_bundle__read(zta_spiffe_bundle *out,
    zta_arena *arena, const zta_json_doc *doc, const zta_json *node,
    zta_error *err);

/* Free keys and roots. */
void zta_spiffe_bundle__release(zta_spiffe_bundle *bundle);

/*
 * May a bundle of the sequence `next` stand for one of `now`? One whose sequence
 * goes back is an old one. SPEC: spiffe-bundle 4.1.1
 */
bool zta_spiffe_bundle__follows(int64_t now, int64_t next);

#endif
