/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests.h - run the decision tests of a ledger. SPEC: ztauth 2
 *
 * A test that fails is a finding, and so is one that is no test.
 */
#ifndef ZTA_PAP_TESTS_H
#define ZTA_PAP_TESTS_H

#include "pap/findings.h"
#include "pdp/snapshot.h"

typedef struct zta_tests {
	const zta_snapshot *snapshot; /* not whole: tests are only read */
	zta_finding_list *findings;
	zta_error_sink *sink; /* told of what is no test */
	zta_arena *arena;     /* of the results */
	int64_t now;          /* ms; for tests that do not say */
	bool explain;         /* say why a test fails */
	zta_ledger_test *list;
	uint32_t count, room, failed;
	uint32_t read; /* tests so far, of all files */
	/*
	 * By number of the snapshot's policies (NULL: not wanted): does it hold
	 * for any test, or fail to be evaluated? Without the others, all tests
	 * come to the same.
	 */
	bool *answers;
} zta_tests;

/* Run the tests of one file. ZTA_ENOMEM; whatever the sink has no room for. */
ZTA_MUST_USE zta_status zta_tests__run_file(
    zta_tests *tests, zta_str file, zta_str text, zta_error *err);

#endif
