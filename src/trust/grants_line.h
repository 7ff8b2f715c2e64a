/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants_line.h - one line of the file of grants, which checks itself.
 * SPEC: docs/formats/delegation.md
 */
#ifndef ZTA_TRUST_GRANTS_LINE_H
#define ZTA_TRUST_GRANTS_LINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "trust/grant.h"

/* Digits of a digest, or of a check. */
#define ZTA_GRANTS_DIGITS 43u
/* The longest line: a grant, and what stands around it. */
#define ZTA_GRANTS_LINE_MAX ((size_t)ZTA_JWS_MAX + 512)

typedef enum zta_grants_kind {
	ZTA_GRANTS_FIRST,
	ZTA_GRANTS_ADDED,
	ZTA_GRANTS_REVOKED,
	ZTA_GRANTS_USED
} zta_grants_kind;

/* Texts refer to the line. */
typedef struct zta_grants_line {
	zta_grants_kind kind;
	unsigned char check[ZTA_SHA256_LEN];
	/* Of the first: */
	unsigned char before[ZTA_SHA256_LEN];
	int64_t made_at; /* ms */
	uint64_t lines;
	/* Of the others; a grant that was added has all of it: */
	zta_str jti;
	unsigned char digest[ZTA_SHA256_LEN];
	bool has_parent;
	unsigned char parent[ZTA_SHA256_LEN];
	int64_t expires_at;           /* ms */
	uint64_t delegator, delegate; /* zta_grants_line__party() of them */
	zta_str token;
} zta_grants_line;

/*
 * What stands for a name in a line: the first bytes of its SHA-256. Two names may
 * have the same, so whoever finds a grant by it asks the grant itself.
 */
uint64_t zta_grants_line__party(zta_str name);

/*
 * Read a line without its end; `before` is the check of the one before (NULL: it
 * is the first). NULL: it is good; else what is wrong with it.
 */
const char *zta_grants_line__read(
    zta_grants_line *out, zta_str line, const unsigned char *before);

/*
 * Append lines to a text. `check` is that of the line before, and becomes that
 * of the line. What does not fit is in the status of the text.
 */
void zta_grants_line__first(zta_buf *out, const unsigned char *before,
    int64_t made_at, uint64_t lines, unsigned char *check);
void zta_grants_line__added(
    zta_buf *out, const zta_grants_line *grant, unsigned char *check);
void zta_grants_line__marked(
    zta_buf *out, zta_grants_kind kind, zta_str jti, unsigned char *check);

#endif
