/* SPDX-License-Identifier: Apache-2.0 */
/* cedar_explain.c - ztauth cedar explain. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "ztauth/cedar.h"

static const char help[] =
    "Usage: ztauth cedar explain --policies FILE --entities FILE --request FILE\n"
    "           [OPTION...]\n"
    "\n"
    "Decide a request and say why: which policies hold, and of the others which\n"
    "condition failed, by which comparison, and with which values.\n"
    "\n"
    "  --policies FILE      Cedar policies and templates, text or JSON\n"
    "  --entities FILE      entities, JSON\n"
    "  --request FILE       as for ztauth cedar authorize\n"
    "  --schema FILE        Cedar schema, human syntax or JSON\n"
    "  --links FILE         links of templates, JSON\n"
    "  --validate-request   refuse requests that the schema does not know\n"
    "  --all                tell of policies whose scope does not hold, too\n"
    "  --json               one JSON object instead of lines\n"
    "\n"
    "Exit: 0 allow, 2 deny, 1 could not evaluate.\n";

static const char *
outcome_name(zta_cedar_outcome outcome)
{
	switch (outcome) {
	case ZTA_CEDAR_HOLDS:
		return "holds";
	case ZTA_CEDAR_OUT_OF_SCOPE:
		return "out-of-scope";
	case ZTA_CEDAR_CONDITION_FAILS:
		return "condition-fails";
	case ZTA_CEDAR_NOT_EVALUATED:
		return "not-evaluated";
	}
	return "";
}

static void
print_outcome(const zta_cedar_explanation *e)
{
	switch (e->outcome) {
	case ZTA_CEDAR_HOLDS:
		puts("holds");
		break;
	case ZTA_CEDAR_OUT_OF_SCOPE:
		printf(
		    "does not apply: the scope of %s does not hold\n", e->part);
		break;
	case ZTA_CEDAR_CONDITION_FAILS:
		printf("does not hold: its `%s` fails\n", e->part);
		break;
	case ZTA_CEDAR_NOT_EVALUATED:
		printf("counts for nothing: its `%s` has no value\n", e->part);
		break;
	}
}

void
cli_put_explanation(const char *dir, const zta_cedar_explanation *e)
{
	const zta_cedar_step *step = e->steps;
	size_t i;

	puts("");
	cli_put_file(dir, e->file);
	printf(":%" PRIu32 ":%" PRIu32 ": %s `%.*s` ", e->line, e->column,
	    e->forbid ? "forbid" : "permit", (int)e->policy.len, e->policy.ptr);
	print_outcome(e);
	for (i = 0; i < e->step_count; i++, step++) {
		printf("%s%.*s", step->depth > 0 ? "        " : "    ",
		    (int)step->expr.len, step->expr.ptr);
		printf("%s%.*s\n", step->failed ? ": " : "  =  ",
		    (int)step->value.len, step->value.ptr);
	}
}

static void
print_step(const zta_cedar_step *step)
{
	printf("{\"line\":%" PRIu32 ",\"column\":%" PRIu32 ",\"depth\":%u,",
	    step->line, step->column, step->depth);
	fputs("\"expr\":", stdout);
	cli_put_string(step->expr);
	fputs(step->failed ? ",\"error\":" : ",\"value\":", stdout);
	cli_put_string(step->value);
	fputs("}", stdout);
}

void
cli_put_explanation_json(const zta_cedar_explanation *e)
{
	size_t i;

	fputs("{\"policy\":", stdout);
	cli_put_string(e->policy);
	fputs(",\"file\":", stdout);
	cli_put_string(e->file);
	printf(",\"line\":%" PRIu32 ",\"column\":%" PRIu32
	       ",\"effect\":\"%s\",\"outcome\":\"%s\"",
	    e->line, e->column, e->forbid ? "forbid" : "permit",
	    outcome_name(e->outcome));
	if (e->part != NULL) {
		printf(",\"part\":\"%s\"", e->part);
	}
	fputs(",\"steps\":[", stdout);
	for (i = 0; i < e->step_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		print_step(&e->steps[i]);
	}
	fputs("]}", stdout);
}

/* Why the answer is what it is, in a line. */
static const char *
verdict(const zta_cedar_answer *answer)
{
	if (answer->permitted) {
		return "Allow: a permit holds, and no forbid does";
	}
	return answer->reason_count > 0 ? "Deny: a forbid holds" :
					  "Deny: no permit holds";
}

static void
print(const zta_cedar_answer *answer, const zta_cedar_explanation *list,
    size_t count, bool json)
{
	size_t i;

	if (json) {
		printf("{\"decision\":\"%s\",\"policies\":[",
		    answer->permitted ? "Allow" : "Deny");
	} else {
		puts(verdict(answer));
	}
	for (i = 0; i < count; i++) {
		if (json) {
			fputs(i > 0 ? "," : "", stdout);
			cli_put_explanation_json(&list[i]);
		} else {
			cli_put_explanation(".", &list[i]);
		}
	}
	if (json) {
		puts("]}");
	}
}

static int
explain(zta_cedar_session *session, const char *path, unsigned flags, bool json)
{
	const zta_cedar_explanation *list;
	zta_cedar_answer answer;
	zta_error err = { 0 };
	zta_str text;
	size_t count;
	int code;

	if (!cli_read(path, &text)) {
		return CLI_FAILED;
	}
	if (zta_cedar_explain(
		session, text, flags, &answer, &list, &count, &err) == ZTA_OK) {
		print(&answer, list, count, json);
		code = answer.permitted ? CLI_OK : CLI_NO;
	} else {
		code = cli_fail_in(path, &err);
	}
	zta_str_free(text);
	return code;
}

int
cli_cedar_explain(int argc, char **argv)
{
	cli_cedar_files files = { 0 };
	const char *request = NULL;
	bool validate = false, all = false, json = false;
	const cli_option options[] = {
		{ "policies", &files.policies, NULL },
		{ "entities", &files.entities, NULL },
		{ "schema", &files.schema, NULL },
		{ "links", &files.links, NULL },
		{ "request", &request, NULL },
		{ "validate-request", NULL, &validate },
		{ "all", NULL, &all },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_cedar *engine = NULL;
	zta_cedar_session *session = NULL;
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code == CLI_USAGE ? CLI_FAILED : code;
	}
	if (!cli_need(files.policies, "--policies") ||
	    !cli_need(files.entities, "--entities") ||
	    !cli_need(request, "--request") ||
	    (validate && !cli_need(files.schema, "--schema"))) {
		return CLI_FAILED;
	}
	code = cli_cedar_open(&files, &engine, &session);
	if (code == CLI_OK) {
		code = explain(session, request,
		    (validate ? ZTA_CEDAR_VALIDATE_REQUEST : 0) |
			(all ? ZTA_CEDAR_EXPLAIN_ALL : 0),
		    json);
	}
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
	return code;
}
