/* SPDX-License-Identifier: Apache-2.0 */
/* test_read.h - decision tests as they are written: docs/formats/tests.md */
#ifndef ZTA_PAP_TEST_READ_H
#define ZTA_PAP_TEST_READ_H

#include "pdp/question.h"
#include "trust/grant.h"

/* One test: it asks the policies, or whether a workload may act. */
typedef struct zta_decision_test {
	zta_str name;
	bool is_elevation;

	zta_authzen request;
	zta_flow flow; /* without `txn`: a request without a token */

	zta_ring ring;
	zta_subject subject;
	bool has_operation;
	zta_operation operation;
	uint32_t number, depth;
	bool has_now;
	int64_t now;   /* ms */
	int64_t age_s; /* of the proof */
	zta_consent consent;
	int64_t consent_age_s;

	bool permitted; /* what is expected */
	bool has_policies;
	const zta_str *policies;
	uint32_t policy_count;
	const char *code; /* NULL: any */
} zta_decision_test;

/*
 * Read the test at `node` of `doc`; it refers to both and to `arena`.
 * ZTA_EINVALID with line and column, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_decision_test__read(zta_arena *arena,
    const zta_json_doc *doc, const zta_json *node, zta_decision_test *out,
    zta_error *err);

#endif
