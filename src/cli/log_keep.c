/* SPDX-License-Identifier: Apache-2.0 */
/* log_keep.c - ztauth log erase: what is no longer kept of a log. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "ztauth/log.h"

static const char erase_help[] =
    "Usage: ztauth log erase --dir DIR --subject TYPE::\"ID\"\n"
    "\n"
    "Destroy what a decision log holds of somebody: the openings of all records\n"
    "about them, as subject or as resource, and requests that were kept. The\n"
    "records stay, with commitments that say nothing, and so do all proofs. A\n"
    "server may go on writing; what it records from now on is not erased.\n"
    "\n"
    "  --dir DIR             the log: `log_dir` of the server's configuration\n"
    "  --subject TYPE::\"ID\"  such as User::\"alice\"; a type without its\n"
    "                        namespace is of any\n"
    "\n"
    "Exit: 0 when all of it is gone from the disk, 1 if something failed: run it\n"
    "again.\n";

int
cli_log_erase(int argc, char **argv)
{
	const char *dir = NULL, *subject = NULL;
	const cli_option options[] = {
		{ "dir", &dir, NULL },
		{ "subject", &subject, NULL },
		{ NULL, NULL, NULL },
	};
	zta_log_erased done;
	zta_error err = { 0 };
	int code = cli_options(argc, argv, options, NULL, erase_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(dir, "--dir") || !cli_need(subject, "--subject")) {
		return CLI_USAGE;
	}
	if (zta_log_erase(dir, zta_str_of(subject), &done, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	printf("erased %" PRIu64 " openings of %" PRIu64
	       " entries, and %" PRIu64 " requests\n",
	    done.openings, done.entries, done.requests);
	return CLI_OK;
}
