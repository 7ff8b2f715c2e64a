/* SPDX-License-Identifier: Apache-2.0 */
/* checkout.c - ztauth checkout. */
#include <stdio.h>

#include "cli/cli.h"
#include "ztauth/ledger.h"

static const char help[] =
    "Usage: ztauth checkout COMMIT [--force] [--json]\n"
    "\n"
    "Put the files of COMMIT into the folder. HEAD stays where it is, so what\n"
    "was checked out can be committed again. What is in no commit is not\n"
    "overwritten: the places are printed, and nothing is done.\n"
    "\n"
    "  --force   overwrite what is in no commit\n"
    "  --json    one JSON object instead of lines\n"
    "\n"
    "A COMMIT is as for ztauth log.\n"
    "Exit: 0 done; 2 something is in the way; 1 it could not be done.\n";

static int
print(const char *dir, const zta_workspace_checked *checked, bool json)
{
	bool refused = checked->place_count > 0;

	if (json) {
		fputs("{", stdout);
		if (refused) {
			cli_put_places_json(
			    checked->places, checked->place_count);
		} else {
			cli_put_changes_json(&checked->changes);
		}
		puts("}");
	} else if (refused) {
		cli_put_places(dir, checked->places, checked->place_count);
		puts("nothing was done; see --force");
	} else {
		cli_put_changes(&checked->changes);
	}
	return refused ? CLI_NO : CLI_OK;
}

int
cli_checkout(int argc, char **argv)
{
	const char *commit = NULL;
	bool force = false, json = false;
	const cli_option options[] = {
		{ "force", NULL, &force },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_workspace_checked checked;
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
	code = zta_workspace_checkout(
		   workspace, commit, force, &checked, &err) == ZTA_OK ?
	    print(zta_workspace_dir(workspace), &checked, json) :
	    cli_fail(&err);
	zta_workspace_close(workspace);
	return code;
}
