/* SPDX-License-Identifier: Apache-2.0 */
/* validate.c - ztauth validate. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "ztauth/ledger.h"

static const char help[] =
    "Usage: ztauth validate [DIR] [--json]\n"
    "\n"
    "Check the ledger in the folder DIR (default: this one) as it is checked\n"
    "before a commit is accepted: its files and their places, the manifest,\n"
    "schemas, policies, entities, the trust model, identity sources, and its\n"
    "decision tests. Print all findings: place, what is wrong, the rule, and a\n"
    "hint. Key files that lie outside of the ledger are not looked at.\n"
    "\n"
    "  --json   one JSON object instead of lines\n"
    "\n"
    "Exit: 0 valid (warnings may be printed), 3 there are errors, 1 it could\n"
    "not be done.\n";

void
cli_put_finding(const char *dir, const zta_ledger_finding *f)
{
	cli_put_file(dir, f->file);
	if (f->line > 0) {
		printf(":%" PRIu32 ":%" PRIu32, f->line, f->column);
	}
	printf(": %s: %s [%s]\n", f->warning ? "warning" : "error", f->message,
	    f->rule);
	if (f->hint[0] != '\0') {
		printf("    hint: %s\n", f->hint);
	}
}

void
cli_put_findings(const char *dir, const zta_ledger_report *report)
{
	size_t i;

	for (i = 0; i < report->finding_count; i++) {
		cli_put_finding(dir, &report->findings[i]);
	}
}

/* The two kinds of findings have the same members in JSON. */
static zta_cedar_finding
as_cedar(const zta_ledger_finding *f)
{
	return (zta_cedar_finding){ .policy = f->policy,
		.file = f->file,
		.line = f->line,
		.column = f->column,
		.rule = f->rule,
		.message = f->message,
		.hint = f->hint,
		.warning = f->warning };
}

void
cli_put_findings_json(const zta_ledger_report *report)
{
	zta_cedar_finding finding;
	size_t i;

	fputs("\"findings\":[", stdout);
	for (i = 0; i < report->finding_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		finding = as_cedar(&report->findings[i]);
		cli_put_finding_json(&finding);
	}
	fputs("]", stdout);
}

static void
print_summary(const char *dir, const zta_ledger_report *report)
{
	size_t i, warnings = 0;

	for (i = 0; i < report->finding_count; i++) {
		warnings += report->findings[i].warning;
	}
	printf("%s: ", dir);
	if (!report->valid) {
		printf("not valid; errors: %zu, warnings: %zu\n",
		    report->finding_count - warnings, warnings);
		return;
	}
	printf("valid; %zu tests passed", report->test_count);
	if (report->version.len > 0) {
		printf("; version %.*s", (int)report->version.len,
		    report->version.ptr);
	}
	puts("");
}

static void
print(const char *dir, const zta_ledger_report *report, bool json)
{
	if (!json) {
		cli_put_findings(dir, report);
		print_summary(dir, report);
		return;
	}
	fputs("{", stdout);
	cli_put_findings_json(report);
	fputs(",\"version\":", stdout);
	cli_put_string(report->version);
	printf(",\"tested\":%s,\"tests\":%zu,\"tests_failed\":%zu,"
	       "\"valid\":%s}\n",
	    report->tested ? "true" : "false", report->test_count,
	    report->tests_failed, report->valid ? "true" : "false");
}

int
cli_validate(int argc, char **argv)
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
	if (zta_ledger_check_dir(
		&report, dir, ZTA_LEDGER_ASSUME_MANIFEST, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	print(dir, report, json);
	code = report->valid ? CLI_OK : CLI_FINDINGS;
	zta_ledger_report_close(report);
	return code;
}
