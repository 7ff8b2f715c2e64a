/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants.h - the grants that a zone knows, as a server follows them.
 * SPEC: docs/formats/delegation.md
 */
#ifndef ZTA_TRUST_GRANTS_H
#define ZTA_TRUST_GRANTS_H

#include "base/limits.h"
#include "identity/followed.h"
#include "trust/grant.h"
#include "ztauth/delegation.h"

typedef struct zta_known_grant {
	zta_str token, jti, delegator, delegate;
	unsigned char digest[ZTA_SHA256_LEN];
	unsigned char parent[ZTA_SHA256_LEN];
	bool has_parent, revoked;
	int64_t expires_at; /* ms */
} zta_known_grant;

typedef struct zta_grants {
	zta_arena arena;
	zta_known_grant *list;
	uint32_t count;
	zta_map by_jti, by_digest;
} zta_grants;

/* For zta_followed__open(). */
extern const zta_followed_class zta_grants__class;

/*
 * Read the text of a list; `out` is released whatever is said. ZTA_EINVALID: it
 * is damaged, with the line. ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_grants__parse(
    zta_grants *out, zta_str text, zta_error *err);
void zta_grants__release(zta_grants *grants);

/* The same of a file. ZTA_ENOTFOUND, ZTA_EIO. */
ZTA_MUST_USE zta_status zta_grants__read(
    zta_grants *out, const char *path, zta_error *err);

/* The grant of this `jti`, or NULL. */
const zta_known_grant *zta_grants__find(const zta_grants *grants, zta_str jti);

/* The one that this was made of, or NULL. */
const zta_known_grant *zta_grants__above(
    const zta_grants *grants, const zta_known_grant *known);

/* A grant and all that it was made of, the first one first. */
typedef struct zta_taken_grants {
	zta_grant grants[ZTA_GRANT_CHAIN_MAX];
	bool revoked[ZTA_GRANT_CHAIN_MAX];
	uint32_t count;
} zta_taken_grants;

/*
 * Take the chain that ends with `jti` out of what is followed (NULL: nothing
 * is); it is copied into `arena`, and kept in `known` once it is verified. HOLDS in `*finding`, or why there is no such
 * chain. ZTA_ENOMEM, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_grants__take(zta_followed *followed,
    zta_known *known, zta_str jti, zta_arena *arena, zta_taken_grants *out,
    zta_grant_finding *finding, zta_error *err);

/* The same of the chain that ends with the grant of this digest. */
ZTA_MUST_USE zta_status zta_grants__take_digest(zta_followed *followed,
    const unsigned char digest[ZTA_SHA256_LEN], zta_arena *arena,
    zta_taken_grants *out, zta_grant_finding *finding, zta_error *err);

/* For zta_grant_chain: `list` are the taken grants, `grant` is one of them. */
bool zta_taken_grants__is_revoked(const void *list, const zta_grant *grant);

#endif
