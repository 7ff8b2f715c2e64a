/* SPDX-License-Identifier: Apache-2.0 */
/* log_replay.c - ztauth log replay. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "ztauth/replay.h"

static const char help[] =
    "Usage: ztauth log replay --log DIR [--since T] [--json]\n"
    "\n"
    "Decide the decisions of a log again, each under the version of the ledger\n"
    "that its record names, and say which do not come out as they were recorded.\n"
    "Needs a workspace that has the versions, and requests that were kept\n"
    "(record_requests in ztauth.conf(5)).\n"
    "\n"
    "  --log DIR  the decision log: `log_dir` of the server's configuration\n"
    "  --since T  what was decided since: 2026-01-31 or 2026-01-31T12:00:00Z\n"
    "  --json     a JSON object for each difference, and one for the counts\n"
    "\n"
    "Exit: 0 all that could be decided again agrees; 2 something does not, or\n"
    "its version cannot be loaded; 1 it could not be done.\n";

static void
put_outcome(const zta_replay_outcome *o)
{
	printf("%s, ", o->allowed ? "allowed" : "denied");
	cli_put_plain(o->leg);
	printf(" ");
	cli_put_plain(o->code);
}

static void
put(void *context, const zta_replay_difference *d)
{
	(void)context;
	printf("%" PRIu64 " %s under ", d->index, d->id);
	cli_put_plain(d->commit);
	printf("\n    recorded: ");
	put_outcome(&d->recorded);
	printf("\n    again:    ");
	if (d->why != NULL) {
		printf("not decided: %s", d->why);
	} else {
		put_outcome(&d->again);
	}
	printf("\n");
}

static void
put_outcome_json(const char *name, const zta_replay_outcome *o)
{
	printf(",\"%s\":{\"allowed\":%s,\"leg\":", name,
	    o->allowed ? "true" : "false");
	cli_put_string(o->leg);
	printf(",\"code\":");
	cli_put_string(o->code);
	printf("}");
}

static void
put_json(void *context, const zta_replay_difference *d)
{
	(void)context;
	printf("{\"index\":%" PRIu64 ",\"id\":\"%s\",\"commit\":", d->index,
	    d->id);
	cli_put_string(d->commit);
	put_outcome_json("recorded", &d->recorded);
	if (d->why != NULL) {
		printf(",\"why\":\"%s\"}\n", d->why);
		return;
	}
	put_outcome_json("again", &d->again);
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
		{ "differ", "do not come out as recorded", n->differ },
		{ "strange", "with a request that is not the record's",
		    n->strange },
		{ "unloaded", "under versions that are not to be had",
		    n->unloaded },
		{ "token", "failed at their token, which is not kept",
		    n->token },
		{ "unkept", "whose request was not kept", n->unkept },
		{ "unrecorded", "requests without a record", n->unrecorded },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (json) {
			printf("%s\"%s\":%" PRIu64, i == 0 ? "{" : ",",
			    all[i].name, all[i].count);
		} else if (i == 0 || all[i].count > 0) {
			printf("%" PRIu64 " %s\n", all[i].count, all[i].text);
		}
	}
	if (json) {
		printf("}\n");
	}
}

int
cli_log_replay(int argc, char **argv)
{
	zta_replay_question question = { 0 };
	zta_replay_counts counts;
	zta_error err = { 0 };
	zta_status status;
	bool json = false;
	const cli_option options[] = {
		{ "log", &question.log, NULL },
		{ "since", &question.since, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(question.log, "--log")) {
		return CLI_USAGE;
	}
	if (!cli_workspace(&question.workspace)) {
		return CLI_FAILED;
	}
	question.tell = json ? put_json : put;
	status = zta_replay_log(&question, &counts, &err);
	zta_workspace_close(question.workspace);
	if (status != ZTA_OK) {
		return cli_fail(&err);
	}
	put_counts(&counts, json);
	return counts.differ + counts.strange + counts.unloaded > 0 ? CLI_NO :
								      CLI_OK;
}
