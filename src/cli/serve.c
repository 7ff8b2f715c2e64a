/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c - ztauth serve. */
#include "daemon/serve.h"
#include "cli/cli.h"

static const char help[] =
    "Usage: ztauth serve --config FILE [--check]\n"
    "\n"
    "Serve tokens and decisions over HTTP, and record each before it is\n"
    "answered.\n"
    "\n"
    "  --config FILE  configuration, see ztauth.conf(5)\n"
    "  --check        read configuration, ledger and key, say what was found,\n"
    "                 and end: 0 all is well, 1 it is not\n"
    "\n"
    "SIGHUP  load the ledger anew; if it is wrong, the old one stays in force\n"
    "SIGTERM answer what is under way, then end\n";

int
cli_serve(int argc, char **argv)
{
	const char *config = NULL;
	bool check = false;
	const cli_option options[] = {
		{ "config", &config, NULL },
		{ "check", NULL, &check },
		{ NULL, NULL, NULL },
	};
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(config, "--config")) {
		return CLI_USAGE;
	}
	return check ? zta_daemon__check(config) : zta_daemon__serve(config);
}
