/* SPDX-License-Identifier: Apache-2.0 */
/* cedar.c - ztauth cedar: the policy engine at the terminal. */
#include "ztauth/cedar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const char authorize_help[] =
    "Usage: ztauth cedar authorize --policies FILE --entities FILE\n"
    "           (--request FILE | --requests FILE) [OPTION...]\n"
    "\n"
    "Decide a request and print\n"
    "  {\"decision\":\"Allow\"|\"Deny\",\"reason\":[...],\"errors\":[...]}\n"
    "reason: ids of the policies that decided; errors: ids of the policies\n"
    "that could not be evaluated, each explained on standard error.\n"
    "\n"
    "  --policies FILE      Cedar policies and templates\n"
    "  --entities FILE      entities, JSON\n"
    "  --request FILE       {\"principal\",\"action\",\"resource\",\"context\"};\n"
    "                       entities as Type::\"id\" or {\"type\",\"id\"}\n"
    "  --requests FILE      one request a line, one answer a line\n"
    "  --schema FILE        Cedar schema, human syntax or JSON; gives types to\n"
    "                       entities and context\n"
    "  --links FILE         links of templates, JSON\n"
    "  --validate-request   refuse requests that the schema does not know\n"
    "\n"
    "A FILE of - is standard input.\n"
    "Exit: 0 allow, 2 deny, 1 could not evaluate. With --requests: 0, or 1 if\n"
    "a line could not be evaluated; its answer is {\"error\":\"...\"}.\n";

typedef struct arguments {
	cli_cedar_files files;
	const char *request, *requests;
	bool validate;
} arguments;

int
cli_feed(zta_cedar *engine, const char *path,
    zta_status (*add)(zta_cedar *, zta_str, zta_str, zta_error *))
{
	zta_error err = { 0 };
	zta_str text;
	zta_status status;

	if (path == NULL) {
		return CLI_OK;
	}
	if (!cli_read(path, &text)) {
		return CLI_FAILED;
	}
	status = add(engine, zta_str_of(path), text, &err);
	zta_str_free(text);
	return status == ZTA_OK ? CLI_OK : cli_fail(&err);
}

zta_status
cli_add_policies(zta_cedar *engine, zta_str file, zta_str text, zta_error *err)
{
	return zta_cedar_add_policies(
	    engine, file, text, ZTA_CEDAR_NUMBERED, err);
}

static int
fill(zta_cedar *engine, const cli_cedar_files *files)
{
	zta_error err = { 0 };
	int code = cli_feed(engine, files->schema, zta_cedar_add_schema);

	if (code == CLI_OK) {
		code = cli_feed(engine, files->policies, cli_add_policies);
	}
	if (code == CLI_OK) {
		code = cli_feed(engine, files->links, zta_cedar_add_links);
	}
	if (code == CLI_OK) {
		code =
		    cli_feed(engine, files->entities, zta_cedar_add_entities);
	}
	if (code == CLI_OK && zta_cedar_seal(engine, &err) != ZTA_OK) {
		code = cli_fail(&err);
	}
	return code;
}

int
cli_cedar_open(const cli_cedar_files *files, zta_cedar **engine,
    zta_cedar_session **session)
{
	zta_error err = { 0 };
	int code;

	if (zta_cedar_open(engine, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	code = fill(*engine, files);
	if (code == CLI_OK &&
	    zta_cedar_session_open(session, *engine, &err) != ZTA_OK) {
		code = cli_fail(&err);
	}
	return code;
}

static void
print_answer(const zta_cedar_answer *answer)
{
	const zta_cedar_problem *problem;
	size_t i;

	printf("{\"decision\":\"%s\",\"reason\":[",
	    answer->permitted ? "Allow" : "Deny");
	cli_put_strings(answer->reasons, answer->reason_count);
	fputs("],\"errors\":[", stdout);
	for (i = 0; i < answer->error_count; i++) {
		problem = &answer->errors[i];
		fputs(i > 0 ? "," : "", stdout);
		cli_put_string(problem->policy);
		cli_say("%.*s:%u:%u: policy `%.*s`: %s", (int)problem->file.len,
		    problem->file.ptr, problem->line, problem->column,
		    (int)problem->policy.len, problem->policy.ptr,
		    problem->message);
	}
	puts("]}");
}

static int
decide_one(zta_cedar_session *session, const arguments *args)
{
	zta_cedar_answer answer;
	zta_error err = { 0 };
	zta_str text;
	zta_status status;
	int code = CLI_FAILED;

	if (!cli_read(args->request, &text)) {
		return CLI_FAILED;
	}
	status = zta_cedar_authorize(session, text,
	    args->validate ? ZTA_CEDAR_VALIDATE_REQUEST : 0, &answer, &err);
	if (status == ZTA_OK) {
		print_answer(&answer);
		code = answer.permitted ? CLI_OK : CLI_NO;
	} else {
		code = cli_fail_in(args->request, &err);
	}
	zta_str_free(text);
	return code;
}

static int
decide_line(zta_cedar_session *session, const arguments *args, zta_str line)
{
	zta_cedar_answer answer;
	zta_error err = { 0 };

	if (zta_cedar_authorize(session, line,
		args->validate ? ZTA_CEDAR_VALIDATE_REQUEST : 0, &answer,
		&err) == ZTA_OK) {
		print_answer(&answer);
		return CLI_OK;
	}
	fputs("{\"error\":", stdout);
	cli_put_string(zta_str_of(err.message));
	fputs(",\"at\":", stdout);
	cli_put_string(zta_str_of(err.place));
	puts("}");
	return CLI_FAILED;
}

static int
decide_lines(zta_cedar_session *session, const arguments *args)
{
	FILE *file = strcmp(args->requests, "-") == 0 ?
	    stdin :
	    fopen(args->requests, "rb");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int code = CLI_OK;

	if (file == NULL) {
		cli_say("%s: cannot open", args->requests);
		return CLI_FAILED;
	}
	while ((len = getline(&line, &room, file)) > 0) {
		if (decide_line(session, args,
			(zta_str){ line, (size_t)len }) != CLI_OK) {
			code = CLI_FAILED;
		}
		(void)fflush(stdout);
	}
	free(line);
	if (file != stdin) {
		(void)fclose(file);
	}
	return code;
}

static int
authorize(int argc, char **argv)
{
	arguments args = { 0 };
	const cli_option options[] = {
		{ "policies", &args.files.policies, NULL },
		{ "entities", &args.files.entities, NULL },
		{ "request", &args.request, NULL },
		{ "requests", &args.requests, NULL },
		{ "schema", &args.files.schema, NULL },
		{ "links", &args.files.links, NULL },
		{ "validate-request", NULL, &args.validate },
		{ NULL, NULL, NULL },
	};
	zta_cedar *engine = NULL;
	zta_cedar_session *session = NULL;
	int code = cli_options(argc, argv, options, NULL, authorize_help);

	if (code >= 0) {
		return code == CLI_USAGE ? CLI_FAILED : code;
	}
	if (!cli_need(args.files.policies, "--policies") ||
	    !cli_need(args.files.entities, "--entities") ||
	    (args.requests == NULL && !cli_need(args.request, "--request"))) {
		return CLI_FAILED;
	}
	if (args.validate && !cli_need(args.files.schema, "--schema")) {
		return CLI_FAILED;
	}
	code = cli_cedar_open(&args.files, &engine, &session);
	if (code == CLI_OK) {
		code = args.requests != NULL ? decide_lines(session, &args) :
					       decide_one(session, &args);
	}
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
	return code;
}

int
cli_cedar(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "authorize", authorize, "decide a request" },
		{ "explain", cli_cedar_explain,
		    "decide a request and say why" },
		{ "search", cli_cedar_search,
		    "find who or what would be allowed" },
		{ "validate", cli_cedar_validate,
		    "check policies against a schema" },
		{ "format", cli_cedar_format, "lay out policies" },
		{ "translate", cli_cedar_translate,
		    "policies from text to JSON, or back" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(
	    commands, argc, argv, "Usage: ztauth cedar COMMAND [OPTION...]\n");
}
