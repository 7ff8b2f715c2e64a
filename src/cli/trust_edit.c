/* SPDX-License-Identifier: Apache-2.0 */
/* trust_edit.c - ztauth trust quarantine and restore. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "ztauth/trust.h"

#define OPTIONS                                                                    \
	"  --because TEXT  why; it stands in the commit for good\n"                \
	"  --key FILE      who signs, as for ztauth commit\n"                      \
	"  --push          send it to the server at once, or what was not sent\n"  \
	"                  yet if it is so already\n"                              \
	"  --dry-run       write nothing; print what would change, and with\n"     \
	"                  --log which decisions would have been otherwise\n"      \
	"  --log DIR, --since TIME\n"                                              \
	"                  as for ztauth plan\n"                                   \
	"  --json          one JSON object instead of lines\n"                     \
	"\n"                                                                       \
	"Only trust/groups.json is committed, as HEAD has it but for this; its\n"  \
	"layout stays. Other changes of the folder are left alone; if that file\n" \
	"itself has any, nothing is done.\n"                                       \
	"\n"

static const char quarantine_help[] =
    "Usage: ztauth trust quarantine ID --because TEXT [OPTION...]\n"
    "       ztauth trust quarantine ID --dry-run [--log DIR] [OPTION...]\n"
    "\n"
    "Take a workload out: make the commit after which no chain that it stands in\n"
    "is good any more. ID is exact, or a prefix that ends with /*.\n"
    "\n" OPTIONS
    "Exit: 0 done, or it was in quarantine already; 3 such a version is not\n"
    "valid; 2 a dry run shows decisions that would be otherwise; 1 it could not\n"
    "be done.\n";

static const char restore_help[] =
    "Usage: ztauth trust restore ID --because TEXT [OPTION...]\n"
    "       ztauth trust restore ID --dry-run [--log DIR] [OPTION...]\n"
    "\n"
    "Take an entry out of the quarantine: ID as it stands there.\n"
    "\n" OPTIONS
    "Exit: 0 done, or it was not in quarantine; 2 it was not an entry, but is in\n"
    "quarantine by another one, or a dry run shows decisions that would be\n"
    "otherwise; 3 such a version is not valid; 1 it could not be done.\n";

typedef struct edit_arguments {
	zta_trust_edit edit;
	const char *because, *key;
	bool push, dry, json;
	zta_ledger_questions questions;
} edit_arguments;

/* --- what is said of the entry */

static void
say_others(const edit_arguments *a, const zta_trust_changed *c)
{
	size_t i;

	for (i = 0; i < c->other_count; i++) {
		printf("%s `%.*s`\n",
		    a->edit.restore ? "still in quarantine:" :
				      "in quarantine too:",
		    ZTA_STR_ARG(c->others[i]));
	}
	if (!a->edit.restore && !c->known) {
		cli_say("warning: no group has `%.*s`, nor anything below it; "
			"is it spelt right?",
		    ZTA_STR_ARG(a->edit.entry));
	}
}

static void
put_head_json(const edit_arguments *a, const zta_trust_changed *c)
{
	fputs("{\"entry\":", stdout);
	cli_put_string(a->edit.entry);
	printf(",\"already\":%s,\"known\":%s,\"others\":[",
	    c->already ? "true" : "false", c->known ? "true" : "false");
	cli_put_strings(c->others, c->other_count);
	fputs("]", stdout);
}

static void
say_already(const edit_arguments *a)
{
	printf("%.*s is %s quarantine already; nothing to commit\n",
	    ZTA_STR_ARG(a->edit.entry), a->edit.restore ? "out of" : "in");
}

/* A restored workload that another entry takes out is not back. */
static int
code_of(const edit_arguments *a, const zta_trust_changed *c)
{
	return !c->already && !c->result.report->valid          ? CLI_FINDINGS :
	    c->already && a->edit.restore && c->other_count > 0 ? CLI_NO :
								  CLI_OK;
}

/* --- doing it */

static int
put_changed_json(
    zta_workspace *w, const edit_arguments *a, const zta_trust_changed *c)
{
	int code = code_of(a, c), sent = CLI_OK;

	put_head_json(a, c);
	fputs(",\"result\":", stdout);
	if (c->already) {
		fputs("null", stdout);
	} else {
		cli_put_result_json(&c->result);
	}
	fputs(",\"pushed\":", stdout);
	if (a->push && code != CLI_FINDINGS) {
		sent = cli_send(w, NULL, a->key, true);
	}
	puts(
	    !a->push || code == CLI_FINDINGS || sent != CLI_OK ? "null}" : "}");
	return sent != CLI_OK ? sent : code;
}

static int
put_changed(
    zta_workspace *w, const edit_arguments *a, const zta_trust_changed *c)
{
	int code = code_of(a, c), sent = CLI_OK;

	if (c->already) {
		say_already(a);
	} else {
		cli_put_result(zta_workspace_dir(w), &c->result);
	}
	if (code == CLI_FINDINGS && c->result.report->tests_failed > 0) {
		cli_say("a test of the ledger says otherwise: change it "
			"together with trust/groups.json, and `ztauth "
			"commit`");
	}
	say_others(a, c);
	if (a->push && code != CLI_FINDINGS) {
		sent = cli_send(w, NULL, a->key, false);
		if (sent != CLI_OK) {
			cli_say("it is not in force at the server: `ztauth "
				"push` sends it");
		}
	}
	return sent != CLI_OK ? sent : code;
}

static int
change(zta_workspace *w, const edit_arguments *a)
{
	zta_workspace_signing signing;
	zta_trust_changed changed;
	zta_error err = { 0 };

	cli_signing(&signing);
	signing.key = a->key;
	if (zta_trust_change(w, &a->edit, zta_str_of(a->because), &signing,
		&changed, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	return a->json ? put_changed_json(w, a, &changed) :
			 put_changed(w, a, &changed);
}

static int
foresee(zta_workspace *w, const edit_arguments *a)
{
	zta_ledger_questions questions = a->questions;
	zta_workspace_outlook outlook;
	zta_trust_changed changed;
	zta_error err = { 0 };
	cli_replay watched = { 0 };
	zta_status status;

	if (questions.log != NULL) {
		cli_replay_begin(&watched);
		questions.go_on = cli_replay_go_on;
		questions.context = &watched;
	}
	status =
	    zta_trust_plan(w, &a->edit, &questions, &changed, &outlook, &err);
	cli_replay_end(&watched);
	if (status != ZTA_OK) {
		return cli_fail(&err);
	}
	if (a->json) {
		put_head_json(a, &changed);
		fputs(",\"plan\":", stdout);
		if (changed.already) {
			fputs("null", stdout);
		} else {
			cli_put_outlook_json(
			    &outlook, a->questions.log != NULL);
		}
		puts("}");
	} else {
		if (changed.already) {
			say_already(a);
		} else {
			cli_put_outlook(zta_workspace_dir(w),
			    a->edit.restore ? "restored" : "in quarantine",
			    &outlook);
		}
		say_others(a, &changed);
	}
	return changed.already ? code_of(a, &changed) :
				 cli_outlook_code(&outlook);
}

static int
run(int argc, char **argv, bool restore, const char *help)
{
	edit_arguments a = { .edit = { .restore = restore },
		.questions = { .requests = ZTA_STR("") } };
	const char *id = NULL;
	const cli_option options[] = {
		{ "because", &a.because, NULL },
		{ "key", &a.key, NULL },
		{ "log", &a.questions.log, NULL },
		{ "since", &a.questions.since, NULL },
		{ "push", NULL, &a.push },
		{ "dry-run", NULL, &a.dry },
		{ "json", NULL, &a.json },
		{ NULL, NULL, NULL },
	};
	zta_workspace *workspace;
	int code = cli_options(argc, argv, options, &id, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(id, "ID") ||
	    (!a.dry && !cli_need(a.because, "--because"))) {
		return CLI_USAGE;
	}
	if (!a.dry && *a.because == '\0') {
		cli_say("--because: say why");
		return CLI_USAGE;
	}
	if (a.dry ? a.push : a.questions.log != NULL) {
		cli_say(a.dry ? "--dry-run pushes nothing" :
				"--log is for --dry-run");
		return CLI_USAGE;
	}
	if (a.questions.since != NULL && !cli_need(a.questions.log, "--log")) {
		return CLI_USAGE;
	}
	if (!cli_workspace(&workspace)) {
		return CLI_FAILED;
	}
	a.edit.entry = zta_str_of(id);
	code = a.dry ? foresee(workspace, &a) : change(workspace, &a);
	zta_workspace_close(workspace);
	return code;
}

int
cli_trust_quarantine(int argc, char **argv)
{
	return run(argc, argv, false, quarantine_help);
}

int
cli_trust_restore(int argc, char **argv)
{
	return run(argc, argv, true, restore_help);
}
