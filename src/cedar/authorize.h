/* SPDX-License-Identifier: Apache-2.0 */
/* authorize.h - Cedar's authorizer: which policies hold, and what follows. */
#ifndef ZTA_CEDAR_AUTHORIZE_H
#define ZTA_CEDAR_AUTHORIZE_H

#include "cedar/eval.h"
#include "cedar/policies.h"

/* What is asked; all of it as numbers of `names`. */
typedef struct zta_question {
	const zta_names *names;
	uint32_t principal, action, resource; /* uids */
	const zta_record *context;
	const zta_eval_extra *extras;
	uint32_t extra_count;
} zta_question;

/* A policy that could not be evaluated, and so counts for nothing. */
typedef struct zta_policy_error {
	uint32_t policy;
	zta_eval_error error;
	uint32_t node;
} zta_policy_error;

/*
 * Policies are numbers into the set's list, ascending. Zeroed, it denies.
 * `reasons` are the policies that decided: the forbids that hold, else the
 * permits, else none.
 */
typedef struct zta_verdict {
	bool permitted;
	uint32_t *reasons;
	uint32_t reason_count;
	uint32_t *overruled; /* permits that hold though forbids do; unsorted */
	uint32_t overruled_count;
	zta_policy_error *errors;
	uint32_t error_count;
} zta_verdict;

/* Does this part of a policy's scope hold for the entity? */
bool zta_authorize__scope_holds(
    const zta_eval *x, const zta_scope *scope, uint32_t uid);

/* What the index is asked for one of the three entities. */
zta_index_probe zta_authorize__probe(const zta_eval *x, uint32_t uid);

/*
 * Make ready to evaluate conditions under the question; each time it is the
 * `code` of one file.
 */
void zta_authorize__begin(zta_eval *x, const zta_entities *entities,
    const zta_question *question, zta_arena *arena);

/*
 * Decide. The verdict's lists are in `arena`. Anything but ZTA_OK (ZTA_ENOMEM,
 * ZTA_ELIMIT) means that there is no decision, and the verdict denies.
 */
ZTA_MUST_USE zta_status zta_authorize__run(const zta_policies *policies,
    const zta_entities *entities, const zta_question *question,
    zta_arena *arena, zta_verdict *out, zta_error *err);

#endif
