/* SPDX-License-Identifier: Apache-2.0 */
/* init.c - ztauth init. */
#include <stdio.h>
#include <string.h>

#include "cli/survey.h"
#include "ztauth/ledger.h"

static const char help[] =
    "Usage: ztauth init [DIR] [--name NAME] [--zone ZONE] [--json]\n"
    "\n"
    "Make the folder DIR (default: this one) a workspace: beside the policies,\n"
    "in .ztauth, it gets a history, as git has one. The folder may be empty, and\n"
    "it may be a git repository. If there is no manifest.json, one is written\n"
    "that takes the folder for one partition. A workspace is left as it is.\n"
    "\n"
    "  --name NAME   of the ledger; default: as the manifest or the folder\n"
    "  --zone ZONE   that the ledger belongs to; default: local\n"
    "  --json        one JSON object instead of lines\n"
    "\n"
    "Exit: 0 done, or there was nothing to do; 1 it could not be done.\n";

static void
print(const char *dir, const zta_workspace_made *made)
{
	if (made->existed) {
		printf("%s is a workspace already, of the ledger %s; nothing "
		       "has changed\n",
		    dir, made->ledger);
		return;
	}
	printf("%s is a workspace now, of the ledger %s\n", dir, made->ledger);
	if (made->manifest) {
		cli_put_file(dir, zta_str_of("manifest.json"));
		printf(": written, for one partition %s schema\n",
		    made->schema ? "with its" : "without a");
	}
	if (made->manifest && !made->schema) {
		puts("With a schema.cedarschema, and \"schema\": true in the "
		     "manifest, policies are validated.");
	}
	puts("Next: `ztauth status`, then `ztauth commit -m TEXT`.");
}

static void
print_json(const zta_workspace_made *made)
{
	printf("{\"existed\":%s,\"manifest_written\":%s,\"ledger\":",
	    made->existed ? "true" : "false",
	    made->manifest ? "true" : "false");
	cli_put_string(zta_str_of(made->ledger));
	puts("}");
}

int
cli_init(int argc, char **argv)
{
	const char *dir = NULL, *name = NULL, *zone = NULL;
	bool json = false;
	const cli_option options[] = {
		{ "name", &name, NULL },
		{ "zone", &zone, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_workspace_made made;
	zta_error err = { 0 };
	int i, code;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--server") == 0) {
			return cli_init_server(argc, argv);
		}
	}
	if (cli_survey_options(options)) {
		/* It has two ways, and options of each. */
		return cli_init_server(argc, argv);
	}
	code = cli_options(argc, argv, options, &dir, help);
	if (code >= 0) {
		return code;
	}
	dir = dir == NULL ? "." : dir;
	if (zta_workspace_init(dir, name, zone, &made, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	if (json) {
		print_json(&made);
	} else {
		print(dir, &made);
	}
	return CLI_OK;
}
