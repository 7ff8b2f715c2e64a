/* SPDX-License-Identifier: Apache-2.0 */
/* cedar_search.c - ztauth cedar search. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "ztauth/cedar.h"

#define PAGE 1000

static const char help[] =
    "Usage: ztauth cedar search --policies FILE --entities FILE --request FILE\n"
    "           [OPTION...]\n"
    "\n"
    "Print which principals, resources or actions would be allowed: those for\n"
    "which ztauth cedar authorize would answer Allow.\n"
    "\n"
    "  --policies FILE      Cedar policies and templates, text or JSON\n"
    "  --entities FILE      entities, JSON\n"
    "  --request FILE       as for ztauth cedar authorize, but one thing is open:\n"
    "                       principal or resource as {\"type\"} without an id, or\n"
    "                       no action\n"
    "  --schema FILE        Cedar schema, human syntax or JSON\n"
    "  --links FILE         links of templates, JSON\n"
    "  --limit N            the first N at most\n"
    "  --validate-request   refuse requests that the schema does not know\n"
    "  --json               {\"results\":[{\"type\",\"id\"}...],\"more\":...} instead\n"
    "                       of one a line; more: the limit came first\n"
    "\n"
    "Entities are those of the store; actions those of the schema or, without\n"
    "one, of the store and the policies.\n"
    "\n"
    "Exit: 0 done, also if there are none; 1 could not be done.\n";

typedef struct arguments {
	cli_cedar_files files;
	const char *request, *limit;
	bool validate, json;
	unsigned long most; /* results; 0: all */
} arguments;

static void
print_entity(const zta_cedar_entity *entity, bool json)
{
	if (json) {
		fputs("{\"type\":", stdout);
		cli_put_string(entity->type);
		fputs(",\"id\":", stdout);
	} else {
		printf("%.*s::", (int)entity->type.len, entity->type.ptr);
	}
	cli_put_string(entity->id);
	fputs(json ? "}" : "\n", stdout);
}

/* Print all pages, up to the limit. */
static int
print_pages(zta_cedar_session *session, const zta_cedar_search *search,
    zta_str request, const arguments *args)
{
	unsigned flags = args->validate ? ZTA_CEDAR_VALIDATE_REQUEST : 0;
	zta_cedar_page page = { 0, 0 };
	zta_cedar_found found;
	zta_error err = { 0 };
	unsigned long printed = 0;
	size_t i;

	do {
		page.limit = args->most > 0 && args->most - printed < PAGE ?
		    args->most - printed :
		    PAGE;
		if (zta_cedar_find(session, search, request, flags, page,
			&found, &err) != ZTA_OK) {
			return cli_fail_in(args->request, &err);
		}
		if (page.after == 0 && args->json) {
			fputs("{\"results\":[", stdout);
		}
		for (i = 0; i < found.count; i++) {
			fputs(args->json && printed > 0 ? "," : "", stdout);
			print_entity(&found.list[i], args->json);
			printed++;
		}
		page.after = found.next;
	} while (found.next != 0 && (args->most == 0 || printed < args->most));
	if (args->json) {
		printf("],\"more\":%s}\n", found.next != 0 ? "true" : "false");
	}
	return CLI_OK;
}

static int
search_for(
    zta_cedar_session *session, const zta_cedar *engine, const arguments *args)
{
	zta_cedar_search *search;
	zta_error err = { 0 };
	zta_str text;
	int code;

	if (!cli_read(args->request, &text)) {
		return CLI_FAILED;
	}
	code = zta_cedar_search_open(&search, engine, &err) == ZTA_OK ?
	    print_pages(session, search, text, args) :
	    cli_fail(&err);
	zta_cedar_search_close(search);
	zta_str_free(text);
	return code;
}

int
cli_cedar_search(int argc, char **argv)
{
	arguments args = { 0 };
	const cli_option options[] = {
		{ "policies", &args.files.policies, NULL },
		{ "entities", &args.files.entities, NULL },
		{ "schema", &args.files.schema, NULL },
		{ "links", &args.files.links, NULL },
		{ "request", &args.request, NULL },
		{ "limit", &args.limit, NULL },
		{ "validate-request", NULL, &args.validate },
		{ "json", NULL, &args.json },
		{ NULL, NULL, NULL },
	};
	zta_cedar *engine = NULL;
	zta_cedar_session *session = NULL;
	char *end;
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(args.files.policies, "--policies") ||
	    !cli_need(args.files.entities, "--entities") ||
	    !cli_need(args.request, "--request") ||
	    (args.validate && !cli_need(args.files.schema, "--schema"))) {
		return CLI_USAGE;
	}
	if (args.limit != NULL) {
		args.most = strtoul(args.limit, &end, 10);
		if (args.limit[0] < '1' || args.limit[0] > '9' ||
		    *end != '\0') {
			cli_say("--limit needs a number from 1");
			return CLI_USAGE;
		}
	}
	code = cli_cedar_open(&args.files, &engine, &session);
	if (code == CLI_OK) {
		code = search_for(session, engine, &args);
	}
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
	return code;
}
