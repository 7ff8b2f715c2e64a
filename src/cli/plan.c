/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c - ztauth plan. */
#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/cli.h"
#include "ztauth/ledger.h"

static const char help[] =
    "Usage: ztauth plan [--requests FILE] [--log DIR [--since TIME]] [--json]\n"
    "\n"
    "Print what a commit of the folder would change, before it is made: files\n"
    "and policies that differ from HEAD, what is wrong, and with --requests or\n"
    "--log which requests would be answered otherwise, with the policies that\n"
    "decide under either version and what became of each.\n"
    "\n"
    "  --requests FILE   one request a line: of AuthZEN, which is asked without a\n"
    "                    token, or as for ztauth cedar authorize. - is standard\n"
    "                    input\n"
    "  --log DIR         the decisions of a decision log, where the server kept\n"
    "                    their requests (record_requests in ztauth.conf(5)). Their\n"
    "                    tokens are taken as they were; scopes, workloads and\n"
    "                    policies are judged anew. They are counted by what\n"
    "                    decided and by who asked, and some are explained\n"
    "  --since TIME      only decisions from then on: 2026-01-31, or\n"
    "                    2026-01-31T12:00:00Z; or within a time: 7d\n"
    "  --json            one JSON object instead of lines\n"
    "\n"
    "Exit: 0 valid, and no request is answered otherwise; 2 valid, and some\n"
    "are; 3 the folder is not valid; 1 it could not be done.\n";

static const char *
word_of(const zta_ledger_verdict *v)
{
	return v->refused != NULL ? "no question" :
	    v->permitted          ? "allow" :
				    "deny";
}

static cli_colour
colour_of(const zta_ledger_verdict *v)
{
	return v->refused != NULL ? CLI_YELLOW :
	    v->permitted          ? CLI_GREEN :
				    CLI_RED;
}

/* --- lines */

static void
print_reasons(const char *dir, const zta_ledger_verdict *v)
{
	size_t i;

	for (i = 0; i < v->reason_count; i++) {
		cli_put_explanation(dir, &v->reasons[i]);
	}
	if (v->reason_count > 0) {
		puts("");
	}
}

static void
print_side(const char *dir, const char *where, const zta_ledger_verdict *v)
{
	size_t i;

	printf("  %s: %s%s%s", where, cli_paint(colour_of(v)), word_of(v),
	    cli_paint(CLI_PLAIN));
	if (v->refused != NULL) {
		printf(": %s\n", v->refused);
		return;
	}
	if (v->leg != NULL) {
		printf(" at %s, %s%s%.*s\n", v->leg, v->code,
		    v->actor.len > 0 ? ": " : "", ZTA_STR_ARG(v->actor));
		print_reasons(dir, v);
		return;
	}
	fputs(v->policy_count > 0 ? " by" : ": no policy permits", stdout);
	for (i = 0; i < v->policy_count; i++) {
		printf(
		    "%s `%.*s`", i > 0 ? "," : "", ZTA_STR_ARG(v->policies[i]));
	}
	puts("");
	print_reasons(dir, v);
}

static void
print_flip(const char *dir, const char *where, const zta_ledger_flip *flip)
{
	int used = printf("%s%zu: %s -> %s: ", flip->recorded ? "record " : "",
	    flip->line, word_of(&flip->before), word_of(&flip->after));

	cli_put_line(flip->recorded ? flip->about : flip->request,
	    used < 0 ? 0 : (size_t)used);
	print_side(dir, "under HEAD", &flip->before);
	print_side(dir, where, &flip->after);
	puts("");
}

static void
print_summary(const zta_workspace_outlook *o)
{
	size_t flips = o->to_allow + o->to_deny + o->to_none;

	printf("files: %zu differ; policies: %zu differ; %zu tests, %zu "
	       "failed\n",
	    o->diff.files.count, o->diff.policy_count, o->report->test_count,
	    o->report->tests_failed);
	if (!o->decided) {
		puts("requests: not decided, for the folder does not load");
	} else if (o->requests > 0) {
		printf("requests: %zu; %s%zu would be answered otherwise%s "
		       "(%zu to allow, %zu to deny, %zu to no question); %zu "
		       "no questions\n",
		    o->requests, cli_paint(flips > 0 ? CLI_BOLD : CLI_PLAIN),
		    flips, cli_paint(CLI_PLAIN), o->to_allow, o->to_deny,
		    o->to_none, o->no_questions);
	}
	if (o->decided && o->recorded > 0) {
		printf("records: %zu, %zu without a request that was kept; %zu "
		       "are answered otherwise by HEAD than they were\n",
		    o->recorded, o->unkept, o->outdated);
	}
	if (o->erased + o->strange > 0) {
		printf("records: %zu erased, %zu with a request that is not "
		       "the record's\n",
		    o->erased, o->strange);
	}
	if (!o->report->valid) {
		puts("not valid: this would not be committed");
	}
}

void
cli_put_outlook(
    const char *dir, const char *where, const zta_workspace_outlook *o)
{
	size_t i;

	cli_put_changes(&o->diff.files);
	cli_put_policies(o->diff.policies, o->diff.policy_count);
	cli_put_findings(dir, o->report);
	for (i = 0; i < o->flip_count; i++) {
		print_flip(dir, where, &o->flips[i]);
	}
	for (i = 0; i < o->refused_count; i++) {
		printf("%s%" PRIu32 ": no question: %s\n",
		    o->refused[i].file.len > 0 ? "record " : "",
		    o->refused[i].line, o->refused[i].message);
	}
	if (o->groups != NULL) {
		cli_put_groups(o->groups);
	}
	print_summary(o);
}

/* --- JSON */

static void
print_side_json(const char *name, const zta_ledger_verdict *v)
{
	size_t i;

	printf(",\"%s\":{\"answer\":\"%s\"", name, word_of(v));
	if (v->refused != NULL) {
		fputs(",\"message\":", stdout);
		cli_put_string(zta_str_of(v->refused));
	}
	if (v->leg != NULL) {
		printf(",\"leg\":\"%s\",\"code\":\"%s\"", v->leg, v->code);
	}
	if (v->actor.len > 0) {
		fputs(",\"actor\":", stdout);
		cli_put_string(v->actor);
	}
	fputs(",\"policies\":[", stdout);
	cli_put_strings(v->policies, v->policy_count);
	fputs("],\"reasons\":[", stdout);
	for (i = 0; i < v->reason_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		cli_put_explanation_json(&v->reasons[i]);
	}
	fputs("]}", stdout);
}

void
cli_put_outlook_json(const zta_workspace_outlook *o, bool log)
{
	size_t i;

	fputs("{", stdout);
	cli_put_changes_json(&o->diff.files);
	fputs(",", stdout);
	cli_put_policies_json(o->diff.policies, o->diff.policy_count);
	fputs(",", stdout);
	cli_put_findings_json(o->report);
	fputs(",\"flips\":[", stdout);
	for (i = 0; i < o->flip_count; i++) {
		printf("%s{\"%s\":%zu,\"request\":", i > 0 ? "," : "",
		    o->flips[i].recorded ? "record" : "line", o->flips[i].line);
		cli_put_string(o->flips[i].request);
		print_side_json("before", &o->flips[i].before);
		print_side_json("after", &o->flips[i].after);
		fputs("}", stdout);
	}
	fputs("],\"refused\":[", stdout);
	for (i = 0; i < o->refused_count; i++) {
		printf("%s{\"%s\":%" PRIu32 ",\"message\":", i > 0 ? "," : "",
		    o->refused[i].file.len > 0 ? "record" : "line",
		    o->refused[i].line);
		cli_put_string(zta_str_of(o->refused[i].message));
		fputs("}", stdout);
	}
	printf("],\"decided\":%s,\"requests\":%zu,",
	    o->decided ? "true" : "false", o->requests);
	printf("\"to_allow\":%zu,\"to_deny\":%zu,\"to_none\":%zu,", o->to_allow,
	    o->to_deny, o->to_none);
	if (log) {
		printf("\"recorded\":%zu,\"unkept\":%zu,\"erased\":%zu,"
		       "\"strange\":%zu,\"outdated\":%zu,",
		    o->recorded, o->unkept, o->erased, o->strange, o->outdated);
	}
	if (o->groups != NULL) {
		cli_put_groups_json(o->groups);
		fputs(",", stdout);
	}
	printf("\"tests\":%zu,\"tests_failed\":%zu,\"valid\":%s}\n",
	    o->report->test_count, o->report->tests_failed,
	    o->report->valid ? "true" : "false");
}

int
cli_outlook_code(const zta_workspace_outlook *o)
{
	return !o->report->valid                      ? CLI_FINDINGS :
	    o->to_allow + o->to_deny + o->to_none > 0 ? CLI_NO :
							CLI_OK;
}

static int
plan(zta_workspace *workspace, const zta_ledger_questions *asked, bool json)
{
	zta_ledger_questions questions = *asked;
	zta_workspace_outlook outlook;
	zta_error err = { 0 };
	cli_replay watched = { 0 };
	zta_status status;

	if (questions.log != NULL) {
		cli_replay_begin(&watched);
		questions.go_on = cli_replay_go_on;
		questions.context = &watched;
	}
	status = zta_workspace_plan(workspace, &questions, &outlook, &err);
	cli_replay_end(&watched);
	if (status != ZTA_OK) {
		return cli_fail(&err);
	}
	if (json) {
		cli_put_outlook_json(&outlook, questions.log != NULL);
	} else {
		cli_put_outlook(
		    zta_workspace_dir(workspace), "in the folder", &outlook);
	}
	return cli_outlook_code(&outlook);
}

int
cli_plan(int argc, char **argv)
{
	const char *file = NULL;
	bool json = false;
	zta_ledger_questions questions = { .requests = ZTA_STR("") };
	const cli_option options[] = {
		{ "requests", &file, NULL },
		{ "log", &questions.log, NULL },
		{ "since", &questions.since, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_workspace *workspace;
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (questions.since != NULL && !cli_need(questions.log, "--log")) {
		return CLI_USAGE;
	}
	if (file != NULL && !cli_read(file, &questions.requests)) {
		return CLI_FAILED;
	}
	code = CLI_FAILED;
	if (cli_workspace(&workspace)) {
		code = plan(workspace, &questions, json);
		zta_workspace_close(workspace);
	}
	if (file != NULL) {
		zta_str_free(questions.requests);
	}
	return code;
}
