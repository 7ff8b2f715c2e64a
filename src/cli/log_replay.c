/* SPDX-License-Identifier: Apache-2.0 */
/* log_replay.c - ztauth log replay. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "ztauth/replay.h"

static const char help[] =
    "Usage: ztauth log replay --log DIR [--at COMMIT | --with DIR] [OPTION...]\n"
    "\n"
    "Decide the decisions of a log again, each under the version of the ledger\n"
    "that its record names, and say which do not come out as they were recorded.\n"
    "Needs a workspace that has the versions, and requests that were kept\n"
    "(record_requests in ztauth.conf(5)).\n"
    "\n"
    "With --at or --with all are decided under another version, and those that\n"
    "are answered otherwise are counted, by the policies that decided and by\n"
    "the groups of who asked, with some examples.\n"
    "\n"
    "  --log DIR    the decision log: `log_dir` of the server's configuration\n"
    "  --at COMMIT  under this commit of the workspace\n"
    "  --with DIR   under the ledger in this folder; no workspace is needed\n"
    "  --since T    what was decided since: 2026-01-31, 2026-01-31T12:00:00Z, or\n"
    "               within a time: 7d, 12h30m\n"
    "  --threads N  as many, default one for each processor\n"
    "  --json       a JSON object for each difference, and one for the counts\n"
    "\n"
    "Exit: 0 all that could be decided again agrees, or is answered as it was\n"
    "under another version; 2 something does not or is not, or its version\n"
    "cannot be loaded; 1 it could not be done.\n";

static void
put(void *context, const zta_replay_difference *d)
{
	(void)context;
	printf("%" PRIu64 " %s under ", d->index, d->id);
	cli_put_plain(d->commit);
	printf("\n    recorded: ");
	cli_put_outcome(&d->recorded);
	printf("\n    again:    ");
	if (d->why != NULL) {
		printf("not decided: %s", d->why);
	} else {
		cli_put_outcome(&d->again);
	}
	printf("\n");
}

static void
put_json(void *context, const zta_replay_difference *d)
{
	(void)context;
	printf("{\"index\":%" PRIu64 ",\"id\":\"%s\",\"commit\":", d->index,
	    d->id);
	cli_put_string(d->commit);
	printf(",\"recorded\":");
	cli_put_outcome_json(&d->recorded);
	if (d->why != NULL) {
		printf(",\"why\":\"%s\"}\n", d->why);
		return;
	}
	printf(",\"again\":");
	cli_put_outcome_json(&d->again);
	printf("}\n");
}

static void
put_counts(const zta_replay_counts *n, bool json)
{
	const struct {
		const char *name, *text;
		uint64_t count;
	} all[] = {
		{ "recorded", "decisions recorded", n->recorded },
		{ "agree", "agree", n->agree },
		{ "to_deny", "are denied now", n->to_deny },
		{ "to_allow", "are allowed now", n->to_allow },
		{ "to_none", "are no question any more", n->to_none },
		{ "otherwise", "have the same answer, for other reasons",
		    n->otherwise },
		{ "strange", "with a request that is not the record's",
		    n->strange },
		{ "unloaded", "under versions that are not to be had",
		    n->unloaded },
		{ "token", "failed at their token, which is not kept",
		    n->token },
		{ "erased", "erased, not decided again", n->erased },
		{ "unkept", "whose request was not kept", n->unkept },
		{ "unrecorded", "requests without a record", n->unrecorded },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (json) {
			printf("%s\"%s\":%" PRIu64, i == 0 ? "" : ",",
			    all[i].name, all[i].count);
		} else if (i == 0 || all[i].count > 0) {
			printf("%" PRIu64 " %s\n", all[i].count, all[i].text);
		}
	}
}

static void
put_result(const zta_replay_result *result, bool groups, bool json)
{
	if (!json) {
		if (groups) {
			cli_put_groups(&result->groups);
		}
		put_counts(&result->counts, false);
		return;
	}
	fputs("{", stdout);
	if (groups) {
		cli_put_groups_json(&result->groups);
		fputs(",", stdout);
	}
	put_counts(&result->counts, true);
	puts("}");
}

/* Other reasons for the same answer are no flip, under another version. */
static int
code_of(const zta_replay_counts *n, bool groups)
{
	return n->to_deny + n->to_allow + n->to_none + n->strange +
		    n->unloaded + (groups ? 0 : n->otherwise) >
		0 ?
	    CLI_NO :
	    CLI_OK;
}

static int
replay(const zta_replay_question *asked, bool json)
{
	const bool groups = asked->at != NULL || asked->with != NULL;
	zta_replay_question question = *asked;
	zta_replay_result result;
	zta_error err = { 0 };
	cli_replay watched;
	zta_status status;
	int code;

	cli_replay_begin(&watched);
	question.tell = json ? put_json : put;
	question.go_on = cli_replay_go_on;
	question.context = &watched;
	status = zta_replay_log(&question, &result, &err);
	cli_replay_end(&watched);
	if (status == ZTA_OK) {
		put_result(&result, groups, json);
		code = code_of(&result.counts, groups);
	} else {
		code = cli_fail(&err);
	}
	zta_replay_release(&result);
	return code;
}

int
cli_log_replay(int argc, char **argv)
{
	zta_replay_question question = { 0 };
	const char *threads = NULL;
	int64_t number = 0;
	bool json = false;
	const cli_option options[] = {
		{ "log", &question.log, NULL },
		{ "at", &question.at, NULL },
		{ "with", &question.with, NULL },
		{ "since", &question.since, NULL },
		{ "threads", &threads, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(question.log, "--log") ||
	    (threads != NULL && !cli_number(threads, "--threads", &number))) {
		return CLI_USAGE;
	}
	if (question.at != NULL && question.with != NULL) {
		cli_say("--at and --with are two versions: one is needed");
		return CLI_USAGE;
	}
	question.threads =
	    (unsigned)(number > UINT16_MAX ? UINT16_MAX : number);
	if (question.with == NULL && !cli_workspace(&question.workspace)) {
		return CLI_FAILED;
	}
	code = replay(&question, json);
	zta_workspace_close(question.workspace);
	return code;
}
