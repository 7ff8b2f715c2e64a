/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c - ztauth serve. */
#include "daemon/serve.h"
#include "cli/cli.h"

static const char help[] =
    "Usage: ztauth serve --config FILE [--follow URL] [--signers FILE]\n"
    "                    [--listen ADDRESS:PORT] [--check]\n"
    "       ztauth serve --dir DIR [--listen ADDRESS:PORT] [--check]\n"
    "\n"
    "Serve tokens and decisions over HTTP, and record each before it is\n"
    "answered.\n"
    "\n"
    "  --config FILE   configuration, see ztauth.conf(5)\n"
    "  --dir DIR       for development: serve the policies in the folder DIR.\n"
    "                  Whenever it is changed it is judged; what is valid is in\n"
    "                  force within a moment, what is wrong is told. A key and a\n"
    "                  configuration, yours to change, are made in\n"
    "                  DIR/.ztauth/serve, where the decision log is too\n"
    "  --follow URL    keep a copy of the ledger at another server,\n"
    "                  http[s]://<host>/zones/<zone>/ledgers/<name>\n"
    "  --signers FILE  who may sign its commits; needed to follow\n"
    "  --listen ADDRESS:PORT\n"
    "                  instead of what the configuration says, as all of these\n"
    "  --check         read configuration, ledger and key, say what was found,\n"
    "                  and end: 0 all is well, 1 it is not\n"
    "\n"
    "SIGHUP  load the ledger anew; if it is wrong, the old one stays in force\n"
    "SIGTERM answer what is under way, then end\n";

int
cli_serve(int argc, char **argv)
{
	zta_serve how = { .config = NULL };
	bool check = false;
	const cli_option options[] = {
		{ "config", &how.config, NULL },
		{ "dir", &how.dir, NULL },
		{ "listen", &how.flags.listen, NULL },
		{ "follow", &how.flags.follow, NULL },
		{ "signers", &how.flags.signers, NULL },
		{ "check", NULL, &check },
		{ NULL, NULL, NULL },
	};
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if ((how.config == NULL) == (how.dir == NULL)) {
		cli_say("one of --config and --dir is needed (see --help)");
		return CLI_USAGE;
	}
	if (how.dir != NULL && how.flags.follow != NULL) {
		cli_say("a folder does not follow a server: --follow goes "
			"with --config");
		return CLI_USAGE;
	}
	return check ? zta_daemon__check(&how) : zta_daemon__serve(&how);
}
