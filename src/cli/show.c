/* SPDX-License-Identifier: Apache-2.0 */
/* show.c - ztauth show. */
#include <stdio.h>

#include "cli/cli.h"
#include "ztauth/ledger.h"

static const char help[] =
    "Usage: ztauth show [COMMIT] [--json]\n"
    "\n"
    "Print COMMIT (default: HEAD), and what it changed, as ztauth diff does.\n"
    "\n"
    "  --json   one JSON object instead of lines\n"
    "\n"
    "A COMMIT is as for ztauth log.\n";

static int
print(const zta_ledger_commit *commit, const zta_ledger_diff *diff, bool json)
{
	int code;

	if (!json) {
		cli_put_commit(commit);
		puts("");
		return cli_put_diff(diff);
	}
	fputs("{\"commit\":", stdout);
	cli_put_commit_json(commit);
	fputs(",", stdout);
	code = cli_put_diff_json(diff);
	puts("}");
	return code;
}

int
cli_show(int argc, char **argv)
{
	const char *name = NULL;
	bool json = false;
	const cli_option options[] = {
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_ledger_commit commit;
	zta_ledger_diff diff;
	zta_workspace *workspace;
	zta_error err = { 0 };
	int code = cli_options(argc, argv, options, &name, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_workspace(&workspace)) {
		return CLI_FAILED;
	}
	code = zta_workspace_show(workspace, name == NULL ? "HEAD" : name,
		   &commit, &diff, &err) == ZTA_OK ?
	    print(&commit, &diff, json) :
	    cli_fail(&err);
	zta_workspace_close(workspace);
	return code;
}
