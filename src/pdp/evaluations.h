/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evaluations.h - several evaluations in one call. SPEC: authzen 1.0 7;
 * docs/formats/evaluation.md
 */
#ifndef ZTA_PDP_EVALUATIONS_H
#define ZTA_PDP_EVALUATIONS_H

#include "pdp/request.h"

/* When to leave off. */
typedef enum zta_semantic {
	ZTA_EXECUTE_ALL,
	ZTA_DENY_ON_FIRST_DENY,
	ZTA_PERMIT_ON_FIRST_PERMIT
} zta_semantic;

typedef struct zta_evaluations {
	/* What stands beside the list: whatever an evaluation lacks. */
	zta_authzen defaults;
	/* Of the list; NULL: there is none, or it is empty, and `defaults` is
	 * the one evaluation. */
	const zta_json *first;
	uint32_t count;
	zta_semantic semantic;
} zta_evaluations;

/*
 * Read `body` into `arena`, and judge what the evaluations have in common. As
 * zta_authzen__read(); also too many, or too much that they all are given.
 */
ZTA_MUST_USE zta_status zta_evaluations__read(
    zta_arena *arena, zta_str body, zta_evaluations *out, zta_error *err);

/* One of the list, with what it is given. ZTA_EINVALID: it is none. */
ZTA_MUST_USE zta_status zta_evaluations__one(const zta_evaluations *all,
    const zta_json *item, zta_authzen *out, zta_error *err);

/* Is this the decision after which no more are wanted? */
bool zta_evaluations__ends_with(const zta_evaluations *all, bool allowed);

#endif
