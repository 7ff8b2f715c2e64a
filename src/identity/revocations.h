/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revocations.h - the list of what was taken back, as a server follows it.
 * SPEC: docs/formats/revocations.md
 */
#ifndef ZTA_IDENTITY_REVOCATIONS_H
#define ZTA_IDENTITY_REVOCATIONS_H

#include "base/arena.h"
#include "base/map.h"
#include "identity/followed.h"
#include "identity/kind.h"
#include "ztauth/revocation.h"

/* Lines, in the arena; `by_name` has those of each thing that is named. */
typedef struct zta_revocations {
	zta_arena arena;
	zta_str text; /* that they were read from */
	unsigned char digest[ZTA_SHA256_LEN];
	zta_revocation *list;
	uint32_t count;
	zta_map by_name;
} zta_revocations;

/* For zta_followed__open(). */
extern const zta_followed_class zta_revocations__class;

/* Exactly one thing, and an end. */
bool zta_revocation__makes_sense(const zta_revocation *r);

/*
 * Read the text of a list; `out` is released whatever is said. ZTA_EINVALID: it
 * is damaged, with the line. ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_revocations__parse(
    zta_revocations *out, zta_str text, zta_error *err);
void zta_revocations__release(zta_revocations *list);

/* The same of a file. ZTA_ENOTFOUND, ZTA_EIO. */
ZTA_MUST_USE zta_status zta_revocations__read(
    zta_revocations *out, const char *path, zta_error *err);

/* The line about the same thing as `what`, or NULL; `arena` is for work. */
const zta_revocation *zta_revocations__find(
    const zta_revocations *list, const zta_revocation *what, zta_arena *arena);

/*
 * Put all lines of a text into the list `path` at `now` (ms), which is made if
 * there is none. Of two about one thing the wider holds. As zta_revoke().
 */
ZTA_MUST_USE zta_status zta_revocations__merge(
    const char *path, zta_str text, int64_t now, zta_error *err);

/* Was the principal that was verified, or its credential, taken back? */
ZTA_MUST_USE zta_status zta_revocations__check(zta_verifying *v);

#endif
