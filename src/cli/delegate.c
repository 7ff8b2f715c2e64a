/* SPDX-License-Identifier: Apache-2.0 */
/* delegate.c - ztauth delegate: give some of what one may do, and take it back. */
#include "ztauth/delegation.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/delegate.h"

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
    "Usage: ztauth delegate revoke --server URL --token FILE [OPTION...] JTI\n"
    "       ztauth delegate revoke --file FILE JTI\n"
    "\n"
    "Take a grant back, and with it all that were made of it. At a server its\n"
    "delegator may, one above in the chain, or an administrator. A running server\n"
    "knows it with the next request.\n"
    "\n"
    "  --file FILE       `delegations` of the server's configuration\n" CLI_GRANTS_SERVER_HELP;

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

static zta_status
take_back(const cli_grants_at *at, zta_str jti, zta_error *err)
{
	zta_grant_server server;

	if (at->file != NULL) {
		return zta_delegation_revoke(
		    at->file, jti, (int64_t)time(NULL) * 1000, err);
	}
	cli_grants_server(at, &server);
	return zta_grant_revoke(&server, jti, err);
}

static int
revoke(int argc, char **argv)
{
	const char *jti = NULL;
	cli_grants_at at = { 0 };
	const cli_option options[] = { { "file", &at.file, NULL },
		CLI_GRANTS_SERVER_OPTIONS(at), { NULL, NULL, NULL } };
	zta_error err = { 0 };
	zta_status status;
	int code = cli_options(argc, argv, options, &jti, revoke_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(jti, "the grant's `jti`")) {
		return CLI_USAGE;
	}
	if (cli_grants_enter(&at, &code)) {
		status = take_back(&at, zta_str_of(jti), &err);
		code = status == ZTA_OK      ? CLI_OK :
		    status == ZTA_EUNTRUSTED ? (cli_fail(&err), CLI_NO) :
					       cli_fail(&err);
	}
	cli_grants_leave(&at);
	return code;
}

int
cli_delegate(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "grant", cli_delegate_grant,
		    "let somebody do some of what you may do" },
		{ "accept", cli_delegate_accept,
		    "take what you were given, to use it" },
		{ "list", cli_delegate_list, "the grants of a zone" },
		{ "show", cli_delegate_show, "all of one grant" },
		{ "revoke", revoke, "take a grant back" },
		{ "add", add, "put a grant into the file of a zone" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(commands, argc, argv,
	    "Usage: ztauth delegate COMMAND [OPTION...]\n");
}
