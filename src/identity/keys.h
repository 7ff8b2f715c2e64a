/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - the keys of a source, and those that are fetched: from `jwks_uri`, or
 * from where the issuer's metadata says. SPEC: rfc7517 5, rfc8414 3, openid
 * discovery
 */
#ifndef ZTA_IDENTITY_KEYS_H
#define ZTA_IDENTITY_KEYS_H

#include "identity/source.h"

/* Keys and roots of a source that count now. */
typedef struct zta_keys_view {
	const zta_jwks *keys;        /* NULL: none, they were to be fetched */
	const zta_x509_roots *roots; /* NULL: none */
	zta_ring_view fetched;       /* of them, if they are fetched */
} zta_keys_view;

/*
 * See what counts for a call that began at `since` (ring.h); `ring` may be NULL.
 * A bundle in a file counts until one was fetched. Drop the view.
 */
void zta_keys__look(const zta_source *source, zta_ring *ring, int64_t since,
    zta_keys_view *out);
void zta_keys__drop(zta_keys_view *view);

/* What the source needs at all times; false: nothing, or it has its keys. */
bool zta_keys__need(const zta_source *source, zta_need *out);

/*
 * Take `jwks_uri` out of the metadata of `issuer`, which must name that very
 * issuer. ZTA_EINVALID.
 */
ZTA_MUST_USE zta_status zta_keys__read_metadata(
    const zta_json_doc *doc, zta_str issuer, zta_str *jwks_uri, zta_error *err);

#endif
