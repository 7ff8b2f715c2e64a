/* SPDX-License-Identifier: Apache-2.0 */
/* source_part.h - reading a source; for the files of identity alone. */
#ifndef ZTA_IDENTITY_SOURCE_PART_H
#define ZTA_IDENTITY_SOURCE_PART_H

#include "identity/kind.h"

struct zta_source_reader {
	zta_arena *arena;
	zta_json_doc doc;
	const char *keys;     /* where key files are; NULL: nowhere */
	zta_error_sink *sink; /* not NULL: no key file is read */
	zta_sources *out;
	zta_error *err;
};

#define ZTA_SOURCE_FAIL(r, node, ...) \
	zta_json__fail(&(r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

/* A string that is not empty and must be there. */
ZTA_MUST_USE zta_status zta_source__need_text(zta_source_reader *r,
    const zta_json *source, const char *name, zta_str *out);

/* One string, or an array of them; at least one. `node` is not NULL. */
ZTA_MUST_USE zta_status zta_source__texts(zta_source_reader *r,
    const zta_json *node, const char *name, const zta_str **out,
    uint32_t *count);

/* Seconds from 0 to `max` as milliseconds; absent, `*out` stays. */
ZTA_MUST_USE zta_status zta_source__seconds(zta_source_reader *r,
    const zta_json *source, const char *name, int64_t max, int64_t *out);

/* An address that may be asked at all: https, unless it is this machine. */
ZTA_MUST_USE zta_status zta_source__address(zta_source_reader *r,
    const zta_json *source, const char *name, zta_str text);

/* The key for the ring: the source, what it is, its address. */
ZTA_MUST_USE zta_status zta_source__name_fetched(zta_source_reader *r,
    const char *what, zta_str address, const zta_source *source, zta_str *out);

/* A file name, not a path: the directory is for the operator to choose. */
bool zta_source__is_file_name(zta_str name);

/*
 * Read the file that `node`, member `name`, names. An empty `*text` with a NULL
 * pointer: the document alone is checked.
 */
ZTA_MUST_USE zta_status zta_source__read_file(zta_source_reader *r,
    const zta_json *node, const char *name, zta_str *text);

/* The same of one that holds JSON; `doc->root` is NULL then. */
ZTA_MUST_USE zta_status zta_source__read_json_file(zta_source_reader *r,
    const zta_json *node, const char *name, zta_json_doc *doc);

/* What is wrong is in the file that `node` names; returns `status`. */
ZTA_MUST_USE zta_status zta_source__blame_file(
    const zta_source_reader *r, const zta_json *node, zta_status status);

/*
 * What verifies a JWS: algorithms, types, keys. `use` is that of the keys,
 * beside none.
 */
#define ZTA_SOURCE_JOSE_MEMBERS                                            \
	"algorithms", "typ", "jwks", "jwks_file", "jwks_uri", "discovery", \
	    "keys_refresh_s", "keys_max_age_s"
ZTA_MUST_USE zta_status zta_source__read_jose(zta_source_reader *r,
    const zta_json *source, const char *use, zta_source *out);

/* The same without the keys, which come from elsewhere. */
ZTA_MUST_USE zta_status zta_source__read_jose_rules(
    zta_source_reader *r, const zta_json *source, zta_source *out);

/* When keys are fetched again, and when they do not count any more. */
ZTA_MUST_USE zta_status zta_source__read_key_times(zta_source_reader *r,
    const zta_json *source, int64_t refresh_s, zta_source *out);

/* All keys of a trust domain: from a file, an endpoint, or first one, then both. */
#define ZTA_SOURCE_BUNDLE_MEMBERS                                            \
	"bundle_file", "bundle_url", "bundle_profile", "bundle_endpoint_id", \
	    "bundle_statement"
ZTA_MUST_USE zta_status zta_source__read_bundle(
    zta_source_reader *r, const zta_json *source, zta_source *out);

/* Member `principal`: what the credential becomes; absent, all stays. */
ZTA_MUST_USE zta_status zta_source__read_principal(
    zta_source_reader *r, const zta_json *source, zta_source *out);

/* Members `proof` and `dpop_nonce`, of every source. */
ZTA_MUST_USE zta_status zta_source__read_proofs(
    zta_source_reader *r, const zta_json *source, zta_source *out);

/* That, and what is demanded of claims. */
#define ZTA_SOURCE_CLAIM_MEMBERS \
	"principal", "clients", "acr", "amr", "max_auth_age_s"
ZTA_MUST_USE zta_status zta_source__read_claims(
    zta_source_reader *r, const zta_json *source, zta_source *out);

#endif
