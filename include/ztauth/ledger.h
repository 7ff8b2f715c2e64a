/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/ledger.h - ledgers: versions of policies, each checked before it is.
 *
 * A ledger is a tree of files (docs/formats/ledger.md): a manifest, schemas,
 * policies and entities of its partitions, the trust model, identity sources,
 * and decision tests (docs/formats/tests.md). Unlike a repository of source
 * code, it holds nothing that is broken. A version gets into it only if the
 * whole of it is valid: each file has a place and follows its format, policies
 * are valid in Cedar's strict mode, elevation policies are so under their fixed
 * schema, and the ledger's own tests pass.
 *
 * All that is wrong is told at once, with file, line, column, a rule for
 * machines and a hint for people:
 *
 *     zta_ledger_check_dir(&report, "policies", 0, &err);
 *     for (i = 0; i < report->finding_count; i++)
 *             print(&report->findings[i]);
 *     zta_ledger_report_close(report);
 *
 * A check is made of the files alone. Key files that identity sources name lie
 * elsewhere and are not looked at, so a valid ledger may still not load where
 * its keys are missing. A report decides nothing: see ztauth/pdp.h.
 */
#ifndef ZTAUTH_LEDGER_H
#define ZTAUTH_LEDGER_H

#include "ztauth/cedar.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Something that is wrong, or worth a look. */
typedef struct zta_ledger_finding {
	zta_str file;          /* in the ledger; empty: about all of it */
	uint32_t line, column; /* 1-based; 0 without a file */
	const char *rule;      /* such as "syntax" or "optional-attribute" */
	const char *message;   /* what is wrong */
	const char *hint;      /* what helps */
	zta_str policy;        /* its id; empty: about none */
	bool warning;          /* the ledger is valid all the same */
} zta_ledger_finding;

/* A decision test that was run. */
typedef struct zta_ledger_test {
	zta_str file;
	uint32_t line, column;
	zta_str name;
	bool passed;
	const char *message; /* what was expected, what came; "" if it passed */
	/* With ZTA_LEDGER_EXPLAIN, of one that failed: why, policy by policy. */
	const zta_cedar_explanation *reasons;
	size_t reason_count;
} zta_ledger_test;

/* Everything in it lives as long as it does. */
typedef struct zta_ledger_report {
	bool valid;      /* no finding but warnings */
	zta_str version; /* the id that git gives the tree; empty: none */
	const zta_ledger_finding *findings; /* by file and place */
	size_t finding_count;
	bool tested; /* the tests were run: nothing was in the way */
	const zta_ledger_test *tests;
	size_t test_count;
	size_t tests_failed;
} zta_ledger_report;

/* A folder without a manifest is one partition, and has a warning. */
#define ZTA_LEDGER_ASSUME_MANIFEST 1u
/* Say of each test that fails what became of the policies. */
#define ZTA_LEDGER_EXPLAIN 2u

/*
 * Check the folder `dir` as a version of a ledger. ZTA_OK: it has been looked
 * at, and the report says what was found. ZTA_EIO: it cannot be read; ZTA_ELIMIT,
 * ZTA_ENOMEM. Free with zta_ledger_report_close().
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_ledger_check_dir(
    zta_ledger_report **out, const char *dir, unsigned flags, zta_error *err);

/* NULL is fine. */
ZTA_PUBLIC void zta_ledger_report_close(zta_ledger_report *report);

#ifdef __cplusplus
}
#endif
#endif
