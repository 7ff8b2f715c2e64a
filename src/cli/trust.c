/* SPDX-License-Identifier: Apache-2.0 */
/* trust.c - ztauth trust: the trust model of a workspace. */
#include "cli/cli.h"

int
cli_trust(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "show", cli_trust_show, "levels, groups, the quarantine" },
		{ "explain", cli_trust_explain,
		    "what a workload may do, and why" },
		{ "quarantine", cli_trust_quarantine,
		    "take a workload out, by a commit" },
		{ "restore", cli_trust_restore, "let it in again" },
		{ "statement", cli_trust_statement,
		    "what another domain says: make or verify" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(
	    commands, argc, argv, "Usage: ztauth trust COMMAND [OPTION...]\n");
}
