/* SPDX-License-Identifier: Apache-2.0 */
/* cedar_validate.c - ztauth cedar validate. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "ztauth/cedar.h"

static const char help[] =
    "Usage: ztauth cedar validate --schema FILE [--policies FILE]\n"
    "           [--entities FILE] [--request FILE] [OPTION...]\n"
    "\n"
    "Check policies against a schema, in Cedar's strict mode, and entities and\n"
    "a request too; print all findings: place, what is wrong, the rule, and a\n"
    "hint.\n"
    "\n"
    "  --schema FILE    Cedar schema, human syntax or JSON\n"
    "  --policies FILE  Cedar policies and templates, text or JSON\n"
    "  --links FILE     links of templates, JSON\n"
    "  --entities FILE  entities, JSON\n"
    "  --request FILE   as for ztauth cedar authorize\n"
    "  --level N        entities are read at most so far from the request: at 1\n"
    "                   those that it names, at 2 also what those refer to ...\n"
    "  --json           one JSON object instead of lines\n"
    "\n"
    "Exit: 0 valid (warnings may be printed), 3 there are errors, 1 it could\n"
    "not be done.\n";

typedef struct arguments {
	cli_cedar_files files;
	const char *request, *level_text;
	uint32_t level;
	bool json;
} arguments;

/* Findings are printed as they come. */
typedef struct printer {
	bool json;
	size_t printed, errors;
} printer;

static void
print_line(const zta_cedar_finding *f)
{
	printf("%.*s:%" PRIu32 ":%" PRIu32 ": %s: %s [%s]\n    hint: %s\n",
	    (int)f->file.len, f->file.ptr, f->line, f->column,
	    f->warning ? "warning" : "error", f->message, f->rule, f->hint);
}

void
cli_put_finding_json(const zta_cedar_finding *f)
{
	printf("{\"severity\":\"%s\",\"rule\":\"%s\",\"message\":",
	    f->warning ? "warning" : "error", f->rule);
	cli_put_string(zta_str_of(f->message));
	fputs(",\"hint\":", stdout);
	cli_put_string(zta_str_of(f->hint));
	fputs(",\"policy\":", stdout);
	cli_put_string(f->policy);
	fputs(",\"file\":", stdout);
	cli_put_string(f->file);
	printf(",\"line\":%" PRIu32 ",\"column\":%" PRIu32 "}", f->line,
	    f->column);
}

static void
print(printer *p, const zta_cedar_finding *f)
{
	p->errors += !f->warning;
	if (!p->json) {
		print_line(f);
		return;
	}
	fputs(p->printed++ > 0 ? "," : "{\"findings\":[", stdout);
	cli_put_finding_json(f);
}

static void
print_end(printer *p, const char *file)
{
	if (!p->json && p->errors == 0) {
		printf("%s: valid\n", file);
	} else if (p->json) {
		fputs(p->printed == 0 ? "{\"findings\":[" : "", stdout);
		printf("],\"valid\":%s}\n", p->errors == 0 ? "true" : "false");
	}
}

/* --- policies, entities, a request */

static int
check_policies(const arguments *args, zta_cedar *engine, printer *p)
{
	const zta_cedar_finding *list;
	zta_error err = { 0 };
	size_t count, i;
	int code = cli_feed(engine, args->files.policies, cli_add_policies);

	if (code == CLI_OK) {
		code = cli_feed(engine, args->files.links, zta_cedar_add_links);
	}
	if (code != CLI_OK || args->files.policies == NULL) {
		return code;
	}
	if (zta_cedar_validate(engine, args->level, &list, &count, &err) !=
	    ZTA_OK) {
		return cli_fail(&err);
	}
	for (i = 0; i < count; i++) {
		print(p, &list[i]);
	}
	return CLI_OK;
}

static void
print_entity(void *context, const zta_error *why)
{
	const zta_cedar_finding finding = { .policy = ZTA_STR(""),
		.file = zta_str_of(why->place),
		.line = why->line,
		.column = why->column,
		.rule = "entity",
		.message = why->message,
		.hint = "compare with the declaration of its type" };

	print(context, &finding);
}

static int
check_entities(const arguments *args, zta_cedar *engine, printer *p)
{
	const char *path = args->files.entities;
	zta_error err = { 0 };
	zta_str text;
	zta_status status;

	if (path == NULL) {
		return CLI_OK;
	}
	if (!cli_read(path, &text)) {
		return CLI_FAILED;
	}
	status = zta_cedar_check_entities(
	    engine, zta_str_of(path), text, print_entity, p, &err);
	zta_str_free(text);
	return status == ZTA_OK ? CLI_OK : cli_fail(&err);
}

/* A request that no schema allows for is a finding; one of no form is not. */
static int
print_request(const char *path, zta_error *err, printer *p)
{
	const zta_cedar_finding finding = { .policy = ZTA_STR(""),
		.file = zta_str_of(path),
		.line = err->line,
		.column = err->column,
		.rule = "request",
		.message = err->message,
		.hint = "compare with `appliesTo` of the action" };

	if (err->status != ZTA_EINVALID) {
		return cli_fail_in(path, err);
	}
	print(p, &finding);
	return CLI_OK;
}

/* The schema alone judges a request. */
static int
check_request(const arguments *args, printer *p)
{
	const cli_cedar_files schema = { .schema = args->files.schema };
	zta_cedar *engine = NULL;
	zta_cedar_session *session = NULL;
	zta_cedar_answer answer;
	zta_error err = { 0 };
	zta_str text;
	int code;

	if (args->request == NULL) {
		return CLI_OK;
	}
	if (!cli_read(args->request, &text)) {
		return CLI_FAILED;
	}
	code = cli_cedar_open(&schema, &engine, &session);
	if (code == CLI_OK &&
	    zta_cedar_authorize(session, text, ZTA_CEDAR_VALIDATE_REQUEST,
		&answer, &err) != ZTA_OK) {
		code = print_request(args->request, &err, p);
	}
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
	zta_str_free(text);
	return code;
}

/* --- the command */

static bool
read_level(const char *text, uint32_t *level)
{
	char *end;
	long number;

	*level = ZTA_CEDAR_ANY_LEVEL;
	if (text == NULL) {
		return true;
	}
	number = strtol(text, &end, 10);
	*level = (uint32_t)number;
	return *text != '\0' && *end == '\0' && number >= 0 && number <= 1000;
}

static int
validate(const arguments *args)
{
	printer p = { .json = args->json };
	zta_cedar *engine = NULL;
	zta_error err = { 0 };
	int code;

	if (zta_cedar_open(&engine, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	code = cli_feed(engine, args->files.schema, zta_cedar_add_schema);
	if (code == CLI_OK) {
		code = check_policies(args, engine, &p);
	}
	if (code == CLI_OK) {
		code = check_entities(args, engine, &p);
	}
	zta_cedar_close(engine);
	if (code == CLI_OK) {
		code = check_request(args, &p);
	}
	if (code != CLI_OK) {
		if (p.printed > 0) {
			print_end(&p, "");
		}
		return code;
	}
	print_end(&p,
	    args->files.policies != NULL     ? args->files.policies :
		args->files.entities != NULL ? args->files.entities :
					       args->request);
	return p.errors == 0 ? CLI_OK : CLI_FINDINGS;
}

int
cli_cedar_validate(int argc, char **argv)
{
	arguments args = { 0 };
	const cli_option options[] = {
		{ "schema", &args.files.schema, NULL },
		{ "policies", &args.files.policies, NULL },
		{ "links", &args.files.links, NULL },
		{ "entities", &args.files.entities, NULL },
		{ "request", &args.request, NULL },
		{ "level", &args.level_text, NULL },
		{ "json", NULL, &args.json },
		{ NULL, NULL, NULL },
	};
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(args.files.schema, "--schema") ||
	    (args.files.entities == NULL && args.request == NULL &&
		!cli_need(args.files.policies, "--policies"))) {
		return CLI_USAGE;
	}
	if (!read_level(args.level_text, &args.level)) {
		cli_say("--level: a number from 0 to 1000 (see --help)");
		return CLI_USAGE;
	}
	return validate(&args);
}
