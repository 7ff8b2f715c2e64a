/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants.h - the grants that a zone knows, as a server follows them: an index in
 * memory of a file that grows. SPEC: docs/formats/delegation.md
 */
#ifndef ZTA_TRUST_GRANTS_H
#define ZTA_TRUST_GRANTS_H

#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"
#include "identity/followed.h"
#include "trust/grant.h"
#include "trust/grants_line.h"
#include "ztauth/delegation.h"

typedef struct zta_known_grant {
	zta_str jti;
	const unsigned char *digest; /* ZTA_SHA256_LEN bytes */
	uint64_t at;                 /* where its token is in the file */
	uint32_t len;                /* of that */
	uint32_t parent;             /* number; ZTA_MAP_NONE: it is not there */
	int64_t expires_at;          /* ms */
	uint64_t delegator, delegate; /* zta_grants_line__party() of them */
	bool has_parent, revoked, used;
} zta_known_grant;

typedef struct zta_grants {
	int fd; /* that it was read from; -1: none */
	uint64_t device, inode;
	/* The file that was there before, for copies that lag; -1: none. */
	int past_fd;
	uint64_t past_size;
	uint64_t size;                       /* of the lines that were read */
	uint64_t lines;                      /* of them */
	unsigned char check[ZTA_SHA256_LEN]; /* of the last */
	uint64_t made_with; /* lines that the file began with */
	zta_arena arena;
	zta_known_grant *list;
	uint32_t count, room;
	zta_map by_jti, by_digest;
} zta_grants;

/* For zta_followed__open(). */
extern const zta_followed_class zta_grants__class;

/* The grant of this `jti`, or NULL. */
const zta_known_grant *zta_grants__find(const zta_grants *grants, zta_str jti);
/* The number of the grant of this digest, or ZTA_MAP_NONE. */
uint32_t zta_grants__number(
    const zta_grants *grants, const unsigned char *digest);
/* Its token, into `arena`. ZTA_EIO, ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_grants__token(const zta_grants *grants,
    const zta_known_grant *known, zta_arena *arena, zta_str *out,
    zta_error *err);

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
 * is); it is copied into `arena`, and kept in `known` (NULL: nowhere) once it is
 * verified. HOLDS in `*finding`, or why there is no such chain. ZTA_ENOMEM,
 * ZTA_ELIMIT, ZTA_EIO.
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

/* --- changing the file; the functions of ztauth/delegation.h for a server */

/* As zta_delegation_add() and zta_delegation_revoke(); they need not read it all. */
ZTA_MUST_USE zta_status zta_grants__add(
    zta_followed *followed, zta_str token, int64_t now, zta_error *err);
ZTA_MUST_USE zta_status zta_grants__revoke(
    zta_followed *followed, zta_str jti, zta_error *err);

/*
 * Could those of the grants, from number `from` on, that are good once be used
 * now? HOLDS, or why not; nothing is used.
 */
zta_grant_finding zta_grants__usable(
    zta_followed *followed, const zta_taken_grants *taken, uint32_t from);

/*
 * Use up those of the grants, from number `from` on, that are good once; they are
 * used on the disk when it returns. HOLDS in `*finding`, or why they cannot be used. ZTA_EIO,
 * ZTA_EINVALID: it is not known; ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_grants__use(zta_followed *followed,
    const zta_taken_grants *taken, uint32_t from, zta_grant_finding *finding,
    zta_error *err);

/* --- a copy of the file at another server; SPEC: docs/formats/sync.md */

/* How much of a file is known, and the check of its last line. */
typedef struct zta_grants_position {
	uint64_t size;
	char check[ZTA_GRANTS_DIGITS]; /* digits; if the size is not 0 */
} zta_grants_position;

/* What is known here. */
void zta_grants__position(zta_followed *followed, zta_grants_position *out);

/*
 * Append to `out` lines of what is followed: those that come after `from`, or
 * the first ones if the file does not begin so. `*start` is where they begin,
 * `*end` where all lines end. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_grants__give(zta_followed *followed,
    const zta_grants_position *from, zta_buf *out, uint64_t *start,
    uint64_t *end, zta_error *err);

/*
 * Take lines that come after what is known here, first in memory and then on the
 * disk. ZTA_EINVALID: they do not, or make no sense; the good ones before were
 * taken. ZTA_ELIMIT, ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_grants__receive(
    zta_followed *followed, zta_str lines, zta_error *err);

/*
 * Was the file that begins with these lines made of what is known here? Then
 * make it of that: `*made`.
 */
ZTA_MUST_USE zta_status zta_grants__remake(
    zta_followed *followed, zta_str lines, bool *made, zta_error *err);

/*
 * Put a whole file in the place of ours. ZTA_ECONFLICT: it has lost what has not
 * ended by `now`. Otherwise as of reading.
 */
ZTA_MUST_USE zta_status zta_grants__replace(
    zta_followed *followed, zta_file_draft *draft, int64_t now, zta_error *err);

/* The file of a copy, which may be empty, if there is none. ZTA_EIO. */
ZTA_MUST_USE zta_status zta_grants__make(const char *path, zta_error *err);

/* --- for the files of grants, and their tests */

/* An index of nothing. */
void zta_grants__init(zta_grants *grants);
void zta_grants__release(zta_grants *grants);

/* Take a line into the index; `at` is where it begins. NULL, or what is wrong. */
ZTA_MUST_USE zta_status zta_grants__apply(zta_grants *grants,
    const zta_grants_line *line, uint64_t at, zta_error *err);

/*
 * Take whole lines, of which `bytes` has the next; `*taken` says how many bytes
 * they are. `end`: the file ends with them, so that the last may be torn.
 * ZTA_EINVALID: they are damaged, with the line. ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_grants__feed(
    zta_grants *grants, zta_str bytes, bool end, size_t *taken, zta_error *err);

/* Put what was read of another file in the place of an index. */
void zta_grants__become(zta_grants *grants, zta_grants *next);

/* Open the file and read all of it. ZTA_ENOTFOUND, ZTA_EIO, and as above. */
ZTA_MUST_USE zta_status zta_grants__read(
    zta_grants *out, const char *path, zta_error *err);

/*
 * Has `later` lost something of what `earlier` has and has not ended by `now`?
 * ZTA_ECONFLICT: it has.
 */
ZTA_MUST_USE zta_status zta_grants__compare(const zta_grants *earlier,
    const zta_grants *later, int64_t now, zta_error *err);

/*
 * Put a file in the place of `path` that says the same without the grants that
 * have ended by `now`. The caller has the lock, and has read all of it.
 */
ZTA_MUST_USE zta_status zta_grants__compact(
    const zta_grants *grants, const char *path, int64_t now, zta_error *err);

/*
 * Append whole lines to the file that was read last; what is torn there is cut
 * off. They are on the disk when it returns, or else not in the file. The caller
 * has the lock.
 */
ZTA_MUST_USE zta_status zta_grants__append(
    const char *path, uint64_t size, zta_str lines, zta_error *err);

#endif
