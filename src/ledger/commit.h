/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit.h - commits as objects. SPEC: docs/formats/objects.md
 *
 * Both directions keep the same rules, so that a commit has one encoding, and
 * what decodes encodes to the same bytes.
 */
#ifndef ZTA_LEDGER_COMMIT_H
#define ZTA_LEDGER_COMMIT_H

#include "base/buf.h"
#include "store/oid.h"

/* Last second of the year 9999. */
#define ZTA_COMMIT_TIME_MAX INT64_C(253402300799)

typedef struct zta_commit_person {
	zta_str name;
	zta_str email;
	int64_t time_s; /* since 1970; what the person's clock said */
} zta_commit_person;

typedef struct zta_commit {
	zta_oid tree;
	zta_oid parent;
	bool has_parent; /* false in the first commit of a ledger */
	zta_commit_person author;
	zta_commit_person committer;
	zta_str signature; /* as the header has it; empty: not signed */
	zta_str message;
} zta_commit;

/* Read the body of a commit; texts borrow from it. ZTA_EINVALID, ZTA_ELIMIT. */
ZTA_MUST_USE zta_status zta_commit__decode(
    zta_str body, zta_commit *out, zta_error *err);

/* Append the body of a commit. Errors as above, and ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_commit__encode(
    const zta_commit *commit, zta_buf *out, zta_error *err);

#endif
