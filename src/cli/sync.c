/* SPDX-License-Identifier: Apache-2.0 */
/* sync.c - ztauth clone, pull, push, remote. */
#include "ztauth/sync.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"

#define KEY_HELP                                                               \
	"  --key FILE   a private Ed25519 key as OpenSSH has it, or the .pub " \
	"of one\n"                                                             \
	"               that ssh-agent holds; default: as for ztauth commit\n" \
	"  --json       one JSON object instead of lines\n"

static const char clone_help[] =
    "Usage: ztauth clone URL [DIR] [--key FILE] [--signers FILE] [--json]\n"
    "\n"
    "Make the folder DIR (default: the name of the ledger) a workspace of the\n"
    "ledger at URL, http[s]://<host>/zones/<zone>/ledgers/<name>, and pull it.\n"
    "If the server cannot be reached, `ztauth pull` in it goes on.\n"
    "\n" KEY_HELP
    "  --signers FILE  who may sign what is pulled or committed here, now and\n"
    "               later; a file in the syntax of OpenSSH's allowed signers.\n"
    "               Default: whoever\n";

static const char pull_help[] =
    "Usage: ztauth pull [REMOTE] [--key FILE] [--json]\n"
    "\n"
    "Bring the workspace to what REMOTE (default: origin) has. Its folder must\n"
    "be as HEAD has it. All that comes is checked as if it were ours.\n"
    "\n" KEY_HELP "\nExit: 0 done; 3 what came is not a version; 1 it could "
    "not be done.\n";

static const char push_help[] =
    "Usage: ztauth push [REMOTE] [--key FILE] [--json]\n"
    "\n"
    "Send the commits of the workspace to REMOTE (default: origin), whose gate\n"
    "judges them.\n"
    "\n" KEY_HELP;

static const char remote_help[] =
    "Usage: ztauth remote list\n"
    "       ztauth remote add NAME URL\n"
    "       ztauth remote remove NAME\n"
    "\n"
    "The servers that a workspace is pulled from and pushed to.\n";

static void
put_short(const char *what, zta_str id, zta_str url)
{
	printf("%s %.12s: %.*s\n", what, id.len > 0 ? id.ptr : "no commit",
	    ZTA_STR_ARG(url));
}

static const char *const outcomes[] = {
	[ZTA_WORKSPACE_SAME] = "same",
	[ZTA_WORKSPACE_MOVED] = "moved",
	[ZTA_WORKSPACE_AHEAD] = "ahead",
	[ZTA_WORKSPACE_REFUSED] = "refused",
};

/* Of a pull, or of a push, where nothing changes in the folder. */
static int
put_synced_json(const zta_workspace_synced *synced)
{
	printf("{\"outcome\":\"%s\",\"head\":", outcomes[synced->outcome]);
	cli_put_string(synced->head);
	fputs(",\"url\":", stdout);
	cli_put_string(synced->url);
	fputs(",", stdout);
	cli_put_changes_json(&synced->changes);
	if (synced->outcome == ZTA_WORKSPACE_REFUSED) {
		fputs(",\"commit\":", stdout);
		cli_put_string(synced->culprit);
		fputs(",", stdout);
		cli_put_findings_json(synced->report);
	}
	puts("}");
	return synced->outcome == ZTA_WORKSPACE_REFUSED ? CLI_FINDINGS : CLI_OK;
}

static int
put_pulled(const char *dir, const zta_workspace_synced *synced)
{
	switch (synced->outcome) {
	case ZTA_WORKSPACE_SAME:
		put_short("nothing new, at", synced->head, synced->url);
		break;
	case ZTA_WORKSPACE_MOVED:
		put_short("now at", synced->head, synced->url);
		cli_put_changes(&synced->changes);
		break;
	case ZTA_WORKSPACE_AHEAD:
		put_short("ahead, at", synced->head, synced->url);
		break;
	case ZTA_WORKSPACE_REFUSED:
		cli_put_findings(dir, synced->report);
		printf("commit %.*s of %.*s is refused\n",
		    ZTA_STR_ARG(synced->culprit), ZTA_STR_ARG(synced->url));
		return CLI_FINDINGS;
	}
	return CLI_OK;
}

static int
pull(zta_workspace *workspace, const char *remote, const char *key, bool json)
{
	zta_workspace_signing signing;
	zta_workspace_synced synced;
	zta_error err = { 0 };
	zta_status status;

	cli_signing(&signing);
	signing.key = key;
	cli_busy("fetching and checking");
	status = zta_workspace_pull(workspace, remote, &signing, &synced, &err);
	cli_busy(NULL);
	if (status != ZTA_OK) {
		return cli_fail(&err);
	}
	return json ? put_synced_json(&synced) :
		      put_pulled(zta_workspace_dir(workspace), &synced);
}

int
cli_clone(int argc, char **argv)
{
	const char *key = NULL, *signers = NULL, *words[2] = { NULL, NULL };
	bool json = false;
	const cli_option options[] = {
		{ "key", &key, NULL },
		{ "json", NULL, &json },
		{ "signers", &signers, NULL },
		{ NULL, NULL, NULL },
	};
	zta_workspace *workspace;
	const char *dir;
	zta_error err = { 0 };
	int code = cli_arguments(argc, argv, options, words, 2, clone_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(words[0], "URL")) {
		return CLI_USAGE;
	}
	dir = words[1];
	if (dir == NULL) {
		dir = strrchr(words[0], '/');
		dir = dir == NULL ? words[0] : dir + 1;
	}
	if (zta_workspace_clone(words[0], dir, signers, &err) != ZTA_OK ||
	    zta_workspace_open(&workspace, dir, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	code = pull(workspace, NULL, key, json);
	zta_workspace_close(workspace);
	return code;
}

/* What pull and push have in common. */
static int
with_remote(int argc, char **argv, const char *help,
    int (*run)(zta_workspace *, const char *remote, const char *key, bool json))
{
	const char *key = NULL, *remote = NULL;
	bool json = false;
	const cli_option options[] = {
		{ "key", &key, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_workspace *workspace;
	int code = cli_options(argc, argv, options, &remote, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_workspace(&workspace)) {
		return CLI_FAILED;
	}
	code = run(workspace, remote, key, json);
	zta_workspace_close(workspace);
	return code;
}

int
cli_pull(int argc, char **argv)
{
	return with_remote(argc, argv, pull_help, pull);
}

int
cli_send(
    zta_workspace *workspace, const char *remote, const char *key, bool json)
{
	zta_workspace_signing signing;
	zta_workspace_synced synced;
	zta_error err = { 0 };
	zta_status status;

	cli_signing(&signing);
	signing.key = key;
	cli_busy("sending, and waiting for the judgement");
	status = zta_workspace_push(workspace, remote, &signing, &synced, &err);
	cli_busy(NULL);
	if (status != ZTA_OK) {
		return cli_fail(&err);
	}
	if (json) {
		return put_synced_json(&synced);
	}
	put_short(synced.outcome == ZTA_WORKSPACE_SAME ? "nothing to send, at" :
							 "sent, at",
	    synced.head, synced.url);
	return CLI_OK;
}

int
cli_push(int argc, char **argv)
{
	return with_remote(argc, argv, push_help, cli_send);
}

/* --- remote */

static int
list(zta_workspace *workspace)
{
	const zta_workspace_remote *remotes;
	size_t i, count;

	zta_workspace_remotes(workspace, &remotes, &count);
	for (i = 0; i < count; i++) {
		printf("%.*s %.*s\n", ZTA_STR_ARG(remotes[i].name),
		    ZTA_STR_ARG(remotes[i].url));
	}
	return CLI_OK;
}

int
cli_remote(int argc, char **argv)
{
	const cli_option options[] = { { NULL, NULL, NULL } };
	const char *words[3] = { NULL, NULL, NULL };
	zta_workspace *workspace;
	zta_error err = { 0 };
	zta_str verb;
	int code = cli_arguments(argc, argv, options, words, 3, remote_help);

	if (code >= 0) {
		return code;
	}
	verb = zta_str_of(words[0] == NULL ? "list" : words[0]);
	if (!cli_workspace(&workspace)) {
		return CLI_FAILED;
	}
	if (zta_str__is(verb, "list") && words[1] == NULL) {
		code = list(workspace);
	} else if (zta_str__is(verb, "add") && words[2] != NULL) {
		code = zta_workspace_remote_add(
			   workspace, words[1], words[2], &err) == ZTA_OK ?
		    CLI_OK :
		    cli_fail(&err);
	} else if (zta_str__is(verb, "remove") && words[1] != NULL &&
	    words[2] == NULL) {
		code = zta_workspace_remote_remove(workspace, words[1], &err) ==
			ZTA_OK ?
		    CLI_OK :
		    cli_fail(&err);
	} else {
		cli_say("list, add NAME URL, or remove NAME; see --help");
		code = CLI_USAGE;
	}
	zta_workspace_close(workspace);
	return code;
}
