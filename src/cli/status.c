/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - ztauth status. */
#include <stdio.h>

#include "base/str.h"
#include "cli/cli.h"
#include "ztauth/ledger.h"

static const char help[] =
    "Usage: ztauth status [--json]\n"
    "\n"
    "Print which files of the workspace differ from the last commit (A added,\n"
    "M changed, D removed), and whether the folder as it is could be committed.\n"
    "\n"
    "  --json   one JSON object instead of lines, with all findings\n"
    "\n"
    "Exit: 0; 3 the folder is not valid; 1 it could not be looked at.\n";

static size_t
count_errors(const zta_ledger_report *report)
{
	size_t i, errors = 0;

	for (i = 0; i < report->finding_count; i++) {
		errors += !report->findings[i].warning;
	}
	return errors;
}

static void
print(const zta_workspace_state *state)
{
	const zta_ledger_report *report = state->report;

	if (state->head.len == 0) {
		printf("%.*s, no commit yet\n", ZTA_STR_ARG(state->ledger));
	} else {
		printf("%.*s at %.12s\n", ZTA_STR_ARG(state->ledger),
		    state->head.ptr);
	}
	if (state->changes.count == 0) {
		puts("nothing has changed");
	}
	cli_put_changes(&state->changes);
	if (report->valid) {
		printf("%svalid%s; %zu tests passed, %zu warnings\n",
		    cli_paint(CLI_GREEN), cli_paint(CLI_PLAIN),
		    report->test_count, report->finding_count);
	} else {
		printf("%snot valid%s; %zu errors: `ztauth validate` says "
		       "which\n",
		    cli_paint(CLI_RED), cli_paint(CLI_PLAIN),
		    count_errors(report));
	}
}

static void
print_json(const zta_workspace_state *state)
{
	fputs("{\"ledger\":", stdout);
	cli_put_string(state->ledger);
	fputs(",\"head\":", stdout);
	cli_put_string(state->head);
	fputs(",", stdout);
	cli_put_changes_json(&state->changes);
	fputs(",", stdout);
	cli_put_findings_json(state->report);
	printf(",\"valid\":%s}\n", state->report->valid ? "true" : "false");
}

int
cli_status(int argc, char **argv)
{
	bool json = false;
	const cli_option options[] = {
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_workspace *workspace;
	zta_workspace_state state;
	zta_error err = { 0 };
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_workspace(&workspace)) {
		return CLI_FAILED;
	}
	if (zta_workspace_look(workspace, &state, &err) != ZTA_OK) {
		code = cli_fail(&err);
	} else {
		if (json) {
			print_json(&state);
		} else {
			print(&state);
		}
		code = state.report->valid ? CLI_OK : CLI_FINDINGS;
	}
	zta_workspace_close(workspace);
	return code;
}
