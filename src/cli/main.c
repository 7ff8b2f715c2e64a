/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the program. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const cli_command commands[] = {
	{ "serve", cli_serve, "run the server: tokens, decisions, records" },
	{ "init", cli_init_server, "make the store of a server" },
	{ "validate", cli_validate, "check a ledger, all of it" },
	{ "test", cli_test, "run the decision tests of a ledger" },
	{ "cedar", cli_cedar, "decide with Cedar policies" },
	{ "log", cli_log, "read the decision log" },
	{ "key", cli_key, "make signing keys" },
	{ "token", cli_token, "mint, inspect and verify tokens" },
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
	code = cli_dispatch(commands, argc, argv, help);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		cli_say("cannot write to standard output");
		return CLI_FAILED;
	}
	return code;
}
