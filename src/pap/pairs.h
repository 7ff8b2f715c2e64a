/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pairs.h - the decisions of a log, each with the request that was kept of it.
 * SPEC: docs/formats/requests.md
 *
 * The log says which decisions there were, the files beside it what they were
 * asked. Both are read side by side, in bounded memory; a pair comes in the
 * order of the requests.
 */
#ifndef ZTA_PAP_PAIRS_H
#define ZTA_PAP_PAIRS_H

#include "log/leaf.h"

/* Each decision of the log is in `recorded`, in `paired` or one of the rest. */
typedef struct zta_pair_counts {
	uint64_t recorded, paired;
	uint64_t token;  /* failed at its token: not kept, for it stays so */
	uint64_t erased; /* the record does not say of whom any more */
	uint64_t unkept; /* others whose request was not kept */
	uint64_t unrecorded; /* requests without a record: not answered */
	uint64_t bytes, bytes_read; /* of the requests */
} zta_pair_counts;

/* A record and its request. */
typedef struct zta_pair {
	const zta_leaf *record; /* what replaying it needs: recorded.h */
	uint64_t index;
	zta_str line;
} zta_pair;

typedef struct zta_pairs {
	const char *log; /* its directory */
	int64_t since;   /* ms */
	/* The record lives until `forget` is called, which is called now and
	 * then, and at the end; the line until this returns. Anything but ZTA_OK
	 * from either ends it, and is returned. */
	zta_status (*take)(void *context, const zta_pair *pair, zta_error *err);
	zta_status (*forget)(void *context, zta_error *err);
	void *context;
} zta_pairs;

/*
 * Hand out all of them. ZTA_ENOTFOUND: there is no log; ZTA_EINVALID: it is
 * damaged. ZTA_EIO, ZTA_ENOMEM. `out` is up to date in each call of `take`.
 */
ZTA_MUST_USE zta_status zta_pairs__read(
    const zta_pairs *pairs, zta_pair_counts *out, zta_error *err);

#endif
