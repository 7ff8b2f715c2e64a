/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - the keys of a source that are fetched: from `jwks_uri`, or from
 * where the issuer's metadata says. SPEC: rfc7517 5, rfc8414 3, openid discovery
 */
#ifndef ZTA_IDENTITY_KEYS_H
#define ZTA_IDENTITY_KEYS_H

#include "identity/source.h"

/* What the source needs at all times; false: nothing, or it has its keys. */
bool zta_keys__need(const zta_source *source, zta_need *out);

/*
 * Take `jwks_uri` out of the metadata of `issuer`, which must name that very
 * issuer. ZTA_EINVALID.
 */
ZTA_MUST_USE zta_status zta_keys__read_metadata(
    const zta_json_doc *doc, zta_str issuer, zta_str *jwks_uri, zta_error *err);

#endif
