/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.c - ztauth ledger: to and from git; zone.c: at a server. */
#include <stdio.h>

#include "base/str.h"
#include "cli/cli.h"
#include "ztauth/sync.h"

#define PLACE_HELP                                                                 \
	"  --store PLACE   of the ledger: a file of SQLite, postgresql://...; in " \
	"a\n"                                                                      \
	"                  workspace .ztauth/store.db\n"                           \
	"  --ledger NAME   <zone>/<name> in the store\n"

static const char export_help[] =
    "Usage: ztauth ledger export --store PLACE --ledger NAME DIR\n"
    "\n"
    "Make DIR a bare git repository (SHA-256) with the whole history.\n"
    "\n" PLACE_HELP;

static const char bundle_help[] =
    "Usage: ztauth ledger bundle --store PLACE --ledger NAME [--since COMMIT]\n"
    "                            FILE\n"
    "\n"
    "Write the history to FILE, a git bundle, to be carried where no network\n"
    "goes: `git clone FILE` and `ztauth ledger import` read it.\n"
    "\n" PLACE_HELP
    "  --since COMMIT  only what is newer; the receiver has COMMIT\n";

static const char import_help[] =
    "Usage: ztauth ledger import --store PLACE --ledger NAME [--signers FILE]\n"
    "                            BUNDLE\n"
    "\n"
    "Bring the ledger, which is made if need be, to what BUNDLE has. Each\n"
    "commit is judged as if it were committed here.\n"
    "\n" PLACE_HELP
    "  --signers FILE  who may sign; a file in the syntax of OpenSSH's allowed\n"
    "                  signers. Default: whoever\n"
    "\n"
    "A bundle that git makes must not have deltas:\n"
    "  git -c pack.window=0 bundle create --version=3 FILE main\n"
    "\n"
    "Exit: 0 done; 3 a commit is not a version; 1 it could not be done.\n";

typedef struct arguments {
	const char *store, *ledger, *extra, *path;
} arguments;

/* `name` is the option that this command has for itself. */
static int
read_arguments(
    int argc, char **argv, const char *name, const char *help, arguments *out)
{
	const cli_option options[] = {
		{ "store", &out->store, NULL },
		{ "ledger", &out->ledger, NULL },
		{ name, &out->extra, NULL },
		{ NULL, NULL, NULL },
	};
	int code;

	*out = (arguments){ NULL, NULL, NULL, NULL };
	code = cli_options(argc, argv, options, &out->path, help);
	if (code >= 0) {
		return code;
	}
	return cli_need(out->store, "--store") &&
		cli_need(out->ledger, "--ledger") &&
		cli_need(out->path, "a path") ?
	    -1 :
	    CLI_USAGE;
}

static int export(int argc, char **argv)
{
	arguments args;
	zta_error err = { 0 };
	int code = read_arguments(argc, argv, NULL, export_help, &args);

	if (code >= 0) {
		return code;
	}
	return zta_ledger_export(args.store, args.ledger, args.path, &err) ==
		ZTA_OK ?
	    CLI_OK :
	    cli_fail(&err);
}

static int
bundle(int argc, char **argv)
{
	arguments args;
	zta_error err = { 0 };
	int code = read_arguments(argc, argv, "since", bundle_help, &args);

	if (code >= 0) {
		return code;
	}
	return zta_ledger_bundle(args.store, args.ledger, args.extra, args.path,
		   &err) == ZTA_OK ?
	    CLI_OK :
	    cli_fail(&err);
}

static int
import(int argc, char **argv)
{
	arguments args;
	zta_ledger_imported imported;
	zta_error err = { 0 };
	int code = read_arguments(argc, argv, "signers", import_help, &args);

	if (code >= 0) {
		return code;
	}
	if (zta_ledger_import(args.store, args.ledger, args.path, args.extra,
		&imported, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	if (imported.report == NULL) {
		printf("%s %s\n",
		    imported.outcome == ZTA_WORKSPACE_MOVED ? "now at" :
							      "nothing new, at",
		    imported.head);
		return CLI_OK;
	}
	cli_put_findings(args.path, imported.report);
	printf("commit %s is refused\n", imported.culprit);
	zta_ledger_report_close(imported.report);
	return CLI_FINDINGS;
}

int
cli_ledger(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "list", cli_ledger_list,
		    "the ledgers of a zone at a server" },
		{ "create", cli_ledger_create, "make a ledger there" },
		{ "show", cli_ledger_show, "its refs and its last commit" },
		{ "export", export, "make a git repository of a ledger" },
		{ "bundle", bundle, "write it to a git bundle" },
		{ "import", import, "read a git bundle" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(
	    commands, argc, argv, "Usage: ztauth ledger COMMAND [OPTION...]\n");
}
