/* SPDX-License-Identifier: Apache-2.0 */
/* test_outcome.h - what came of a decision test, and was it expected? */
#ifndef ZTA_PAP_TEST_OUTCOME_H
#define ZTA_PAP_TEST_OUTCOME_H

#include "pap/test_read.h"

typedef struct zta_test_outcome {
	const char *refused;   /* no such question can be asked; else NULL */
	uint32_t line, column; /* of what is wrong with it; 0: not known */
	bool permitted;
	const char *code;
	const zta_str *policies;
	uint32_t policy_count;
	uint32_t error_count; /* policies that could not be evaluated */
} zta_test_outcome;

/* Is this what the test expects? `arena` is for work. ZTA_ENOMEM, ZTA_ELIMIT. */
ZTA_MUST_USE zta_status zta_test_outcome__judge(const zta_test_outcome *o,
    const zta_decision_test *t, zta_arena *arena, bool *passed, zta_error *err);

/* What was expected and what came, in `arena`. NULL: no memory. */
const char *zta_test_outcome__message(
    const zta_test_outcome *o, const zta_decision_test *t, zta_arena *arena);

#endif
