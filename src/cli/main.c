/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the program. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

const cli_command cli_commands[] = {
	{ "serve", cli_serve, "run the server: tokens, decisions, records" },
	{ "init", cli_init, "make a folder of policies a workspace" },
	{ "status", cli_status, "what differs from the last commit" },
	{ "diff", cli_diff, "how it differs, by policy and by line" },
	{ "plan", cli_plan, "what a commit would change, before it is made" },
	{ "commit", cli_commit, "make a commit, if all of it is valid" },
	{ "log", cli_log, "the history; log tail, verify, replay, witness" },
	{ "receipt", cli_receipt, "show that a decision is in the log" },
	{ "show", cli_show, "one commit, and what it changed" },
	{ "blame", cli_blame, "who wrote each line of a file" },
	{ "revert", cli_revert, "undo a commit by another one" },
	{ "checkout", cli_checkout, "put a version into the folder" },
	{ "clone", cli_clone, "make a workspace of a server's ledger" },
	{ "pull", cli_pull, "get what is new there" },
	{ "push", cli_push, "send what is new here" },
	{ "remote", cli_remote, "the servers of a workspace" },
	{ "zone", cli_zone, "a zone at a server" },
	{ "ledger", cli_ledger, "ledgers at a server; to and from git" },
	{ "explain", cli_explain, "why a decision came out as it did" },
	{ "validate", cli_validate, "check a ledger, all of it" },
	{ "test", cli_test, "run the decision tests of a ledger" },
	{ "trust", cli_trust, "who may act for whom; take a workload out" },
	{ "cedar", cli_cedar, "decide with Cedar policies" },
	{ "key", cli_key, "make signing keys" },
	{ "apikey", cli_apikey, "make, list, rotate and revoke API keys" },
	{ "delegate", cli_delegate, "let somebody do some of what you may do" },
	{ "revoke", cli_revoke, "take a credential back before its end" },
	{ "pep", cli_pep, "ask before it is done: tokens, decisions, seals" },
	{ "token", cli_token, "mint, inspect and verify tokens" },
	{ "completion", cli_completion, "let a shell complete all this" },
	{ NULL, NULL, NULL },
};

static const char help[] =
    "ztauth - who may do what, on whose behalf, under which policy\n"
    "\n"
    "Usage: ztauth COMMAND [OPTION...]\n"
    "       ztauth COMMAND --help\n"
    "       ztauth --version\n";

int
main(int argc, char **argv)
{
	int code;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("ztauth %s\n", zta_version());
		return CLI_OK;
	}
	code = cli_dispatch(cli_commands, argc, argv, help);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		cli_say("cannot write to standard output");
		return CLI_FAILED;
	}
	return code;
}
