/* SPDX-License-Identifier: Apache-2.0 */
/* test.c - ztauth test. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "ztauth/ledger.h"

static const char help[] =
    "Usage: ztauth test [DIR] [--json]\n"
    "\n"
    "Run the decision tests (tests/*.json) of the ledger in the folder DIR\n"
    "(default: this one). Print the name and the result of each, and of one\n"
    "that fails, what became of the policies: which condition failed, by which\n"
    "comparison, and with which values. Findings are printed as by\n"
    "ztauth validate; a ledger that does not load is not tested.\n"
    "\n"
    "  --json   one JSON object instead of lines\n"
    "\n"
    "Exit: 0 valid, and all passed; 3 there are errors, or tests that failed;\n"
    "1 it could not be done.\n";

static void
print_line(const char *dir, const zta_ledger_test *test)
{
	size_t i;

	fputs(test->passed ? "ok   " : "FAIL ", stdout);
	cli_put_file(dir, test->file);
	printf(":%" PRIu32 ":%" PRIu32 ": %.*s\n", test->line, test->column,
	    (int)test->name.len, test->name.ptr);
	if (test->passed) {
		return;
	}
	printf("    %s\n", test->message);
	for (i = 0; i < test->reason_count; i++) {
		cli_put_explanation(dir, &test->reasons[i]);
	}
	puts("");
}

static void
print_json(const zta_ledger_test *test)
{
	size_t i;

	fputs("{\"name\":", stdout);
	cli_put_string(test->name);
	printf(",\"passed\":%s,\"message\":", test->passed ? "true" : "false");
	cli_put_string(zta_str_of(test->message));
	fputs(",\"file\":", stdout);
	cli_put_string(test->file);
	printf(",\"line\":%" PRIu32 ",\"column\":%" PRIu32 ",\"reasons\":[",
	    test->line, test->column);
	for (i = 0; i < test->reason_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		cli_put_explanation_json(&test->reasons[i]);
	}
	fputs("]}", stdout);
}

/* Tests that failed have been told of; other findings have not. */
static void
print_findings(const char *dir, const zta_ledger_report *report)
{
	size_t i;

	for (i = 0; i < report->finding_count; i++) {
		if (strcmp(report->findings[i].rule, "test-failed") != 0) {
			cli_put_finding(dir, &report->findings[i]);
		}
	}
}

static void
print_lines(const char *dir, const zta_ledger_report *report)
{
	size_t i;

	for (i = 0; i < report->test_count; i++) {
		print_line(dir, &report->tests[i]);
	}
	print_findings(dir, report);
	if (!report->tested) {
		puts("not tested: the ledger has errors");
		return;
	}
	printf("%zu passed, %zu failed\n",
	    report->test_count - report->tests_failed, report->tests_failed);
}

static void
print_object(const zta_ledger_report *report)
{
	size_t i;

	fputs("{\"tests\":[", stdout);
	for (i = 0; i < report->test_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		print_json(&report->tests[i]);
	}
	fputs("],", stdout);
	cli_put_findings_json(report);
	printf(",\"tested\":%s,\"passed\":%zu,\"failed\":%zu,\"valid\":%s}\n",
	    report->tested ? "true" : "false",
	    report->test_count - report->tests_failed, report->tests_failed,
	    report->valid ? "true" : "false");
}

int
cli_test(int argc, char **argv)
{
	const char *dir = NULL;
	bool json = false;
	const cli_option options[] = {
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_ledger_report *report;
	zta_error err = { 0 };
	int code = cli_options(argc, argv, options, &dir, help);

	if (code >= 0) {
		return code;
	}
	dir = dir == NULL ? "." : dir;
	if (zta_ledger_check_dir(&report, dir,
		ZTA_LEDGER_ASSUME_MANIFEST | ZTA_LEDGER_EXPLAIN,
		&err) != ZTA_OK) {
		return cli_fail(&err);
	}
	if (json) {
		print_object(report);
	} else {
		print_lines(dir, report);
	}
	code = report->valid ? CLI_OK : CLI_FINDINGS;
	zta_ledger_report_close(report);
	return code;
}
