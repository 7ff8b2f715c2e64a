/* SPDX-License-Identifier: Apache-2.0 */
/* history.c - ztauth log. */
#include <stdio.h>

#include "cli/cli.h"
#include "ztauth/ledger.h"

static const char help[] =
    "Usage: ztauth log [COMMIT] [--limit N] [--json]\n"
    "       ztauth log tail|search|stats|export|verify|replay|\n"
    "           nodes|witness|erase|retain ...\n"
    "                                      (the decision log; each has --help)\n"
    "\n"
    "Print the history of the workspace from COMMIT (default: HEAD) back.\n"
    "\n"
    "  --limit N   N commits at most\n"
    "  --json      one JSON object a commit, one a line\n"
    "\n"
    "A COMMIT is HEAD, a ref, or at least four digits that one id alone begins\n"
    "with; ~N behind it is its Nth ancestor.\n";

static void
print(const zta_ledger_commit *list, size_t count, bool json)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (json) {
			cli_put_commit_json(&list[i]);
			puts("");
		} else {
			fputs(i > 0 ? "\n" : "", stdout);
			cli_put_commit(&list[i]);
		}
	}
}

int
cli_history(int argc, char **argv)
{
	const char *commit = NULL, *limit = NULL;
	bool json = false;
	const cli_option options[] = {
		{ "limit", &limit, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	const zta_ledger_commit *list;
	zta_workspace *workspace;
	zta_error err = { 0 };
	int64_t max = INT64_MAX;
	size_t count;
	int code = cli_options(argc, argv, options, &commit, help);

	if (code >= 0) {
		return code;
	}
	if (limit != NULL && !cli_number(limit, "--limit", &max)) {
		return CLI_USAGE;
	}
	if (!cli_workspace(&workspace)) {
		return CLI_FAILED;
	}
	if (zta_workspace_log(workspace, commit == NULL ? "HEAD" : commit,
		(size_t)max, &list, &count, &err) != ZTA_OK) {
		code = cli_fail(&err);
	} else {
		print(list, count, json);
		code = CLI_OK;
	}
	zta_workspace_close(workspace);
	return code;
}
