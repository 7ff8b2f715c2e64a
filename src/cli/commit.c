/* SPDX-License-Identifier: Apache-2.0 */
/* commit.c - ztauth commit. */
#include <string.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "ztauth/ledger.h"

static const char help[] =
    "Usage: ztauth commit -m TEXT [--key FILE] [--json]\n"
    "\n"
    "Make a commit of the whole workspace, if all of it is valid; else print\n"
    "what is wrong and write nothing. It is signed by the key of FILE, else by\n"
    "the one that .ztauth/config.json names, else by the first Ed25519 key of\n"
    "ssh-agent; else it is not signed, and that is said.\n"
    "\n"
    "  -m TEXT      what it is for; its first line stands in lists; also\n"
    "               --message\n"
    "  --key FILE   a private Ed25519 key as OpenSSH has it, or the .pub of one\n"
    "               that ssh-agent holds\n"
    "  --json       one JSON object instead of lines\n"
    "\n"
    "The author is that of the configuration, else GIT_AUTHOR_NAME and\n"
    "GIT_AUTHOR_EMAIL, else the user at this host.\n"
    "\n"
    "Exit: 0 done, or there was nothing to commit; 3 the folder is not valid;\n"
    "1 it could not be done.\n";

static int
commit(zta_workspace *workspace, zta_str message,
    const zta_workspace_signing *signing, bool json)
{
	zta_workspace_result result;
	zta_error err = { 0 };
	zta_status status;

	cli_busy("checking the folder");
	status =
	    zta_workspace_commit(workspace, message, signing, &result, &err);
	cli_busy(NULL);
	if (status != ZTA_OK) {
		return cli_fail(&err);
	}
	if (json) {
		cli_put_result_json(&result);
	} else {
		cli_put_result(zta_workspace_dir(workspace), &result);
	}
	return result.report->valid ? CLI_OK : CLI_FINDINGS;
}

/* A message ends with a line feed. */
static bool
finish(const char *text, zta_buf *out)
{
	size_t len = strlen(text);

	zta_buf__init(out, SIZE_MAX);
	zta_buf__text(out, text);
	if (len == 0 || text[len - 1] != '\n') {
		zta_buf__byte(out, '\n');
	}
	return out->status == ZTA_OK;
}

int
cli_commit(int argc, char **argv)
{
	const char *text = NULL, *key = NULL;
	bool json = false;
	const cli_option options[] = {
		{ "m", &text, NULL },
		{ "message", &text, NULL },
		{ "key", &key, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_workspace_signing signing;
	zta_workspace *workspace;
	zta_buf message;
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(text, "-m")) {
		return CLI_USAGE;
	}
	if (!cli_workspace(&workspace)) {
		return CLI_FAILED;
	}
	cli_signing(&signing);
	signing.key = key;
	code = finish(text, &message) ?
	    commit(workspace, zta_buf__str(&message), &signing, json) :
	    CLI_FAILED;
	zta_buf__release(&message);
	zta_workspace_close(workspace);
	return code;
}
