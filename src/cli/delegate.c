/* SPDX-License-Identifier: Apache-2.0 */
/* delegate.c - ztauth delegate: the delegation grants of a zone. */
#include "ztauth/delegation.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"

static const char add_help[] =
    "Usage: ztauth delegate add --file FILE [--empty | GRANT]\n"
    "\n"
    "Let a zone know a delegation grant: a file, or standard input. One that\n"
    "reaches further than its parent is refused. Signatures are verified by the\n"
    "server, with the keys of its ledger, whenever the grant is used.\n"
    "\n"
    "  --file FILE  `delegations` of the server's configuration; it is made\n"
    "  --empty      make the file, with no grant\n";

static const char revoke_help[] =
    "Usage: ztauth delegate revoke --file FILE JTI\n"
    "\n"
    "Take a grant back, and with it all that were made of it. A running server\n"
    "knows it with the next request.\n"
    "\n"
    "  --file FILE  `delegations` of the server's configuration\n";

static int
add(int argc, char **argv)
{
	const char *file = NULL, *from = NULL;
	bool empty = false;
	const cli_option options[] = { { "file", &file, NULL },
		{ "empty", NULL, &empty }, { NULL, NULL, NULL } };
	zta_error err = { 0 };
	zta_str text;
	zta_status status;
	size_t len;
	int code = cli_options(argc, argv, options, &from, add_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(file, "--file")) {
		return CLI_USAGE;
	}
	if (empty) {
		return zta_delegation_add(file, (zta_str){ NULL, 0 },
			   (int64_t)time(NULL) * 1000, &err) == ZTA_OK ?
		    CLI_OK :
		    cli_fail(&err);
	}
	if (!cli_read(from == NULL ? "-" : from, &text)) {
		return CLI_FAILED;
	}
	len = text.len;
	while (len > 0 && strchr("\r\n", text.ptr[len - 1]) != NULL) {
		len--;
	}
	status = zta_delegation_add(
	    file, (zta_str){ text.ptr, len }, (int64_t)time(NULL) * 1000, &err);
	zta_str_free(text);
	return status == ZTA_OK ? CLI_OK : cli_fail(&err);
}

static int
revoke(int argc, char **argv)
{
	const char *file = NULL, *jti = NULL;
	const cli_option options[] = { { "file", &file, NULL },
		{ NULL, NULL, NULL } };
	zta_error err = { 0 };
	int code = cli_options(argc, argv, options, &jti, revoke_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(file, "--file") || !cli_need(jti, "the grant's `jti`")) {
		return CLI_USAGE;
	}
	return zta_delegation_revoke(file, zta_str_of(jti),
		   (int64_t)time(NULL) * 1000, &err) == ZTA_OK ?
	    CLI_OK :
	    cli_fail(&err);
}

int
cli_delegate(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "add", add, "let a zone know a grant" },
		{ "revoke", revoke, "take a grant back" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(commands, argc, argv,
	    "Usage: ztauth delegate COMMAND [OPTION...]\n");
}
