/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c - ztauth explain. */
#include <stdio.h>

#include "cli/cli.h"
#include "ztauth/why.h"

static const char help[] =
    "Usage: ztauth explain DECISION --log DIR [--grants FILE] [--json]\n"
    "\n"
    "Say of a decision who asked, through whom, with whose consent, what decided,\n"
    "and what would have changed it. DECISION is its id, or the index of its\n"
    "record.\n"
    "\n"
    "In a workspace that has the version of the ledger which the record names,\n"
    "and if the request was kept (record_requests in ztauth.conf(5)), it is\n"
    "decided again. What would have changed it was tried out in the same way.\n"
    "Elsewhere there is only what the record says.\n"
    "\n"
    "  --log DIR      the decision log: `log_dir` of the server's configuration\n"
    "  --grants FILE  the grants of delegation: `delegations` there\n"
    "  --json         one JSON object instead of lines\n"
    "\n"
    "Exit: 0 said; 2 decided again, it does not come out as it was recorded;\n"
    "1 it could not be said.\n";

/* Where there is no workspace, there is still the log. */
static bool
open_workspace(zta_workspace **out)
{
	zta_error err = { 0 };
	zta_status status = zta_workspace_open(out, ".", &err);

	if (status == ZTA_ENOTFOUND) {
		*out = NULL;
		return true;
	}
	return status == ZTA_OK || cli_fail(&err) == CLI_OK;
}

static int
explain(const zta_why_question *question, bool json)
{
	zta_error err = { 0 };
	zta_why *why;
	int code;

	if (zta_why_open(&why, question, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	if (json) {
		cli_put_why_json(why);
	} else {
		cli_put_why(question->workspace == NULL ?
			"." :
			zta_workspace_dir(question->workspace),
		    why);
	}
	code = why->not_again == NULL && !why->agrees ? CLI_NO : CLI_OK;
	zta_why_close(why);
	return code;
}

int
cli_explain(int argc, char **argv)
{
	zta_why_question question = { 0 };
	bool json = false;
	const cli_option options[] = {
		{ "log", &question.log, NULL },
		{ "grants", &question.grants, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	int code = cli_options(argc, argv, options, &question.decision, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(question.decision, "DECISION") ||
	    !cli_need(question.log, "--log")) {
		return CLI_USAGE;
	}
	if (!open_workspace(&question.workspace)) {
		return CLI_FAILED;
	}
	code = explain(&question, json);
	zta_workspace_close(question.workspace);
	return code;
}
