/* SPDX-License-Identifier: Apache-2.0 */
/* revert.c - ztauth revert. */
#include <stdio.h>

#include "cli/cli.h"
#include "ztauth/ledger.h"

static const char help[] =
    "Usage: ztauth revert COMMIT [--key FILE] [--json]\n"
    "\n"
    "Make a commit that undoes COMMIT, and put it into the folder, which must be\n"
    "as HEAD has it. The result is judged as any commit is. Where what is to be\n"
    "undone has changed since, nothing is done, and the places are printed.\n"
    "\n"
    "  --key FILE   as for ztauth commit\n"
    "  --json       one JSON object instead of lines\n"
    "\n"
    "A COMMIT is as for ztauth log.\n"
    "Exit: 0 done, or it is undone already; 2 it cannot be undone; 3 the result\n"
    "would not be valid; 1 it could not be done.\n";

static int
print(const char *dir, const zta_workspace_undone *undone, bool json)
{
	bool refused = undone->place_count > 0;

	if (json && refused) {
		fputs("{", stdout);
		cli_put_places_json(undone->places, undone->place_count);
		puts("}");
	} else if (refused) {
		cli_put_places(dir, undone->places, undone->place_count);
		puts("not undone: this has to be done by hand");
	} else if (json) {
		cli_put_result_json(&undone->result);
	} else {
		cli_put_result(dir, &undone->result);
	}
	return refused                   ? CLI_NO :
	    undone->result.report->valid ? CLI_OK :
					   CLI_FINDINGS;
}

int
cli_revert(int argc, char **argv)
{
	const char *commit = NULL, *key = NULL;
	bool json = false;
	const cli_option options[] = {
		{ "key", &key, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_workspace_signing signing;
	zta_workspace_undone undone;
	zta_workspace *workspace;
	zta_error err = { 0 };
	int code = cli_options(argc, argv, options, &commit, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(commit, "COMMIT")) {
		return CLI_USAGE;
	}
	if (!cli_workspace(&workspace)) {
		return CLI_FAILED;
	}
	cli_signing(&signing);
	signing.key = key;
	code = zta_workspace_revert(
		   workspace, commit, &signing, &undone, &err) == ZTA_OK ?
	    print(zta_workspace_dir(workspace), &undone, json) :
	    cli_fail(&err);
	zta_workspace_close(workspace);
	return code;
}
