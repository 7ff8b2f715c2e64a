/* SPDX-License-Identifier: Apache-2.0 */
/* init_server.c - ztauth init --server: the store of a server. */
#include <stdlib.h>

#include "cli/cli.h"
#include "daemon/init.h"

static const char help[] =
    "Usage: ztauth init --server (--data DIR | --store URI) --zone ZONE\n"
    "                   [--key FILE] [--domain NAME] [--ledger DIR]\n"
    "\n"
    "Make the store of a server: the ledger admin, which says who may do what\n"
    "and begins with a commit that lets the key do everything, and the ledger\n"
    "main. Prints a configuration for `ztauth serve`.\n"
    "\n"
    "  --data DIR     where the store is; made if need be\n"
    "  --store URI    a PostgreSQL database instead: postgresql://...\n"
    "  --zone ZONE    12 digits\n"
    "  --key FILE     the administrator's SSH key (Ed25519): the private one, or\n"
    "                 the .pub of one that ssh-agent holds; default: the first\n"
    "                 of ssh-agent\n"
    "  --domain NAME  trust domain; default: example.com\n"
    "  --ledger DIR   a folder of policies, the first commit of main;\n"
    "                 default: main is empty until the first push\n";

int
cli_init_server(int argc, char **argv)
{
	zta_init init = { .domain = NULL };
	bool server = false;
	const cli_option options[] = {
		{ "server", NULL, &server },
		{ "data", &init.data, NULL },
		{ "store", &init.store, NULL },
		{ "zone", &init.zone, NULL },
		{ "key", &init.key, NULL },
		{ "domain", &init.domain, NULL },
		{ "ledger", &init.ledger, NULL },
		{ NULL, NULL, NULL },
	};
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!server) {
		cli_say("--server is needed");
		return CLI_USAGE;
	}
	if ((init.data == NULL) == (init.store == NULL)) {
		cli_say("one of --data and --store is needed");
		return CLI_USAGE;
	}
	if (!cli_need(init.zone, "--zone")) {
		return CLI_USAGE;
	}
	init.agent = getenv("SSH_AUTH_SOCK");
	if (init.domain == NULL) {
		init.domain = "example.com";
	}
	return zta_daemon__init(&init);
}
