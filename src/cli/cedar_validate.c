/* SPDX-License-Identifier: Apache-2.0 */
/* cedar_validate.c - ztauth cedar validate. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "ztauth/cedar.h"

static const char help[] =
    "Usage: ztauth cedar validate --schema FILE --policies FILE [OPTION...]\n"
    "\n"
    "Check policies against a schema, in Cedar's strict mode, and print all\n"
    "findings: place, what is wrong, the rule, and a hint.\n"
    "\n"
    "  --schema FILE    Cedar schema, human syntax or JSON\n"
    "  --policies FILE  Cedar policies and templates\n"
    "  --links FILE     links of templates, JSON\n"
    "  --level N        entities are read at most so far from the request: at 1\n"
    "                   those that it names, at 2 also what those refer to ...\n"
    "  --json           one JSON object instead of lines\n"
    "\n"
    "Exit: 0 valid (warnings may be printed), 3 there are errors, 1 it could\n"
    "not be done.\n";

static void
print_line(const zta_cedar_finding *f)
{
	printf("%.*s:%" PRIu32 ":%" PRIu32 ": %s: %s [%s]\n    hint: %s\n",
	    (int)f->file.len, f->file.ptr, f->line, f->column,
	    f->warning ? "warning" : "error", f->message, f->rule, f->hint);
}

static void
print_json(const zta_cedar_finding *f)
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

/* Returns the exit code. */
static int
print(const zta_cedar_finding *list, size_t count, const char *file, bool json)
{
	size_t i, errors = 0;

	for (i = 0; i < count; i++) {
		errors += !list[i].warning;
	}
	if (json) {
		printf("{\"valid\":%s,\"findings\":[",
		    errors == 0 ? "true" : "false");
	}
	for (i = 0; i < count; i++) {
		if (json) {
			fputs(i > 0 ? "," : "", stdout);
			print_json(&list[i]);
		} else {
			print_line(&list[i]);
		}
	}
	if (json) {
		puts("]}");
	} else if (errors == 0) {
		printf("%s: valid\n", file);
	}
	return errors == 0 ? CLI_OK : CLI_FINDINGS;
}

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

int
cli_cedar_validate(int argc, char **argv)
{
	const char *schema = NULL, *policies = NULL, *links = NULL;
	const char *level_text = NULL;
	uint32_t level;
	bool json = false;
	const cli_option options[] = {
		{ "schema", &schema, NULL },
		{ "policies", &policies, NULL },
		{ "links", &links, NULL },
		{ "level", &level_text, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	const zta_cedar_finding *list;
	size_t count;
	zta_cedar *engine = NULL;
	zta_error err = { 0 };
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(schema, "--schema") ||
	    !cli_need(policies, "--policies")) {
		return CLI_USAGE;
	}
	if (!read_level(level_text, &level)) {
		cli_say("--level: a number from 0 to 1000 (see --help)");
		return CLI_USAGE;
	}
	if (zta_cedar_open(&engine, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	code = cli_feed(engine, schema, zta_cedar_add_schema);
	if (code == CLI_OK) {
		code = cli_feed(engine, policies, cli_add_policies);
	}
	if (code == CLI_OK) {
		code = cli_feed(engine, links, zta_cedar_add_links);
	}
	if (code == CLI_OK &&
	    zta_cedar_validate(engine, level, &list, &count, &err) != ZTA_OK) {
		code = cli_fail(&err);
	} else if (code == CLI_OK) {
		code = print(list, count, policies, json);
	}
	zta_cedar_close(engine);
	return code;
}
