/* SPDX-License-Identifier: Apache-2.0 */
/* blame.c - ztauth blame. */
#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/cli.h"
#include "ztauth/ledger.h"

static const char help[] =
    "Usage: ztauth blame FILE [COMMIT] [--json]\n"
    "\n"
    "Print each line of FILE as COMMIT (default: HEAD) has it, with the commit\n"
    "that brought it. FILE is named from the top of the workspace.\n"
    "\n"
    "  --json   one JSON object a line\n"
    "\n"
    "A COMMIT is as for ztauth log.\n";

/* Columns before the text of a line. */
#define ID_COLUMNS 8
#define AUTHOR_COLUMNS 12

static void
print_line(const zta_ledger_blame *line, size_t number)
{
	char date[ZTA_TIME_TEXT_MAX];
	int author = (int)line->commit->author.len;
	int used;

	author = author < AUTHOR_COLUMNS ? author : AUTHOR_COLUMNS;
	zta_time__format(line->commit->time_s * 1000, date);
	used =
	    printf("%.*s %-*.*s %.10s %4zu) ", ID_COLUMNS, line->commit->id.ptr,
		AUTHOR_COLUMNS, author, line->commit->author.ptr, date, number);
	cli_put_line(line->text, used < 0 ? 0 : (size_t)used);
}

static void
print_json(const zta_ledger_blame *line, size_t number)
{
	printf("{\"line\":%zu,\"commit\":", number);
	cli_put_string(line->commit->id);
	fputs(",\"author\":", stdout);
	cli_put_string(line->commit->author);
	printf(",\"time\":%" PRId64 ",\"text\":", line->commit->time_s);
	cli_put_string(line->text);
	puts("}");
}

int
cli_blame(int argc, char **argv)
{
	const char *rest[2] = { NULL, NULL };
	bool json = false;
	const cli_option options[] = {
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	const zta_ledger_blame *list;
	zta_workspace *workspace;
	zta_error err = { 0 };
	size_t i, count;
	int code = cli_arguments(argc, argv, options, rest, 2, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(rest[0], "FILE")) {
		return CLI_USAGE;
	}
	if (!cli_workspace(&workspace)) {
		return CLI_FAILED;
	}
	code = CLI_OK;
	if (zta_workspace_blame(workspace, rest[1] == NULL ? "HEAD" : rest[1],
		rest[0], &list, &count, &err) != ZTA_OK) {
		code = cli_fail(&err);
		count = 0;
	}
	for (i = 0; i < count; i++) {
		if (json) {
			print_json(&list[i], i + 1);
		} else {
			print_line(&list[i], i + 1);
		}
	}
	zta_workspace_close(workspace);
	return code;
}
