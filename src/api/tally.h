/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally.h - what one worker has done, counted for who watches the server.
 *
 * Only the thread of the worker counts, and anybody may read: a count is one
 * load and one store, without a lock and without a syscall. Nothing in it comes
 * from a request, so there are never more kinds than there are in the code.
 */
#ifndef ZTA_API_TALLY_H
#define ZTA_API_TALLY_H

#include <stdatomic.h>

#include "base/buf.h"
#include "pdp/decide.h"

#define ZTA_TALLY_ROUTES_MAX 24u
/* Of the pairs of leg and code that a decision can have; more are "other". */
#define ZTA_TALLY_ANSWERS_MAX 64u
#define ZTA_TALLY_BOUNDS 12u

typedef struct zta_tally_answer {
	const char *leg, *code; /* of the code: they stay */
	bool allowed;
	atomic_ullong count;
} zta_tally_answer;

typedef struct zta_tally {
	atomic_ullong requests[ZTA_TALLY_ROUTES_MAX][6]; /* by status / 100 */
	atomic_ullong took[ZTA_TALLY_BOUNDS + 1];        /* the last: longer */
	atomic_ullong took_us;                           /* all together */
	atomic_uint answer_count;
	/* Written before `answer_count` says so, and the same from then on. Last:
	 * what is behind the tally is not where one counts often. */
	zta_tally_answer answers[ZTA_TALLY_ANSWERS_MAX];
} zta_tally;

/* Microseconds, for zta_tally__decided(). */
int64_t zta_tally__now_us(void);

/* A request of this route has been answered. */
void zta_tally__answered(zta_tally *tally, uint32_t route, unsigned status);

/* This was decided; `since` is when it was begun. */
void zta_tally__decided(
    zta_tally *tally, const zta_decision *decision, int64_t since);

/*
 * All of `count` tallies, a step of `stride` bytes apart, in the text format of
 * Prometheus, version 0.0.4. `zone` is the label of decisions, and `route` gives
 * the names, up to NULL.
 */
void zta_tally__put(const zta_tally *first, uint32_t count, size_t stride,
    const char *zone, const char *(*route)(uint32_t), zta_buf *out);

#endif
