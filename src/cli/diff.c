/* SPDX-License-Identifier: Apache-2.0 */
/* diff.c - ztauth diff. */
#include <stdio.h>

#include "base/str.h"
#include "cli/cli.h"
#include "ztauth/ledger.h"

static const char help[] =
    "Usage: ztauth diff [COMMIT [COMMIT]] [--json]\n"
    "\n"
    "Print what differs: from HEAD to the folder, from COMMIT to the folder, or\n"
    "from one COMMIT to another. At the top stand the policies that were added\n"
    "(A), changed (M) or removed (D), by id: what counts is what they say, not\n"
    "how they are laid out. Then come the lines of the files.\n"
    "\n"
    "  --json   one JSON object instead of lines\n"
    "\n"
    "A COMMIT is as for ztauth log.\n";

static cli_colour
colour_of(char sign)
{
	return sign == '+' ? CLI_GREEN :
	    sign == '-'    ? CLI_RED :
	    sign == '@'    ? CLI_CYAN :
			     CLI_PLAIN;
}

static void
print_lines(zta_str text)
{
	zta_str line;
	cli_colour colour;

	text.len -= zta_str__ends(text, ZTA_STR("\n"));
	while (text.len > 0 && zta_str__next(&text, '\n', &line)) {
		colour = colour_of(line.len > 0 ? line.ptr[0] : ' ');
		printf("%s%.*s%s\n",
		    colour == CLI_PLAIN ? "" : cli_paint(colour),
		    ZTA_STR_ARG(line),
		    colour == CLI_PLAIN ? "" : cli_paint(CLI_PLAIN));
	}
}

static int
print_file(const zta_ledger_change *change)
{
	zta_error err = { 0 };
	zta_str text;

	if (zta_ledger_change_text(change, &text, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	fputs(cli_paint(CLI_BOLD), stdout);
	printf("--- %s%.*s\n",
	    change->kind == ZTA_LEDGER_ADDED ? "/dev/null" : "a/",
	    change->kind == ZTA_LEDGER_ADDED ? 0 : (int)change->path.len,
	    change->path.ptr);
	printf("+++ %s%.*s%s\n",
	    change->kind == ZTA_LEDGER_REMOVED ? "/dev/null" : "b/",
	    change->kind == ZTA_LEDGER_REMOVED ? 0 : (int)change->path.len,
	    change->path.ptr, cli_paint(CLI_PLAIN));
	print_lines(text);
	zta_str_free(text);
	return CLI_OK;
}

static int
print_file_json(const zta_ledger_change *change)
{
	zta_error err = { 0 };
	zta_str text;

	if (zta_ledger_change_text(change, &text, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	printf("{\"change\":\"%s\",\"path\":", cli_change_name(change->kind));
	cli_put_string(change->path);
	fputs(",\"diff\":", stdout);
	cli_put_string(text);
	fputs("}", stdout);
	zta_str_free(text);
	return CLI_OK;
}

int
cli_put_diff(const zta_ledger_diff *diff)
{
	size_t i;
	int code = CLI_OK;

	cli_put_policies(diff->policies, diff->policy_count);
	if (diff->policy_count > 0) {
		puts("");
	}
	for (i = 0; code == CLI_OK && i < diff->files.count; i++) {
		code = print_file(&diff->files.list[i]);
	}
	return code;
}

int
cli_put_diff_json(const zta_ledger_diff *diff)
{
	size_t i;
	int code = CLI_OK;

	cli_put_policies_json(diff->policies, diff->policy_count);
	fputs(",\"files\":[", stdout);
	for (i = 0; code == CLI_OK && i < diff->files.count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		code = print_file_json(&diff->files.list[i]);
	}
	fputs("]", stdout);
	return code;
}

static int
print(const zta_ledger_diff *diff, bool json)
{
	int code;

	if (!json) {
		return cli_put_diff(diff);
	}
	fputs("{", stdout);
	code = cli_put_diff_json(diff);
	puts("}");
	return code;
}

int
cli_diff(int argc, char **argv)
{
	const char *commits[2] = { NULL, NULL };
	bool json = false;
	const cli_option options[] = {
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_workspace *workspace;
	zta_ledger_diff diff;
	zta_error err = { 0 };
	int code = cli_arguments(argc, argv, options, commits, 2, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_workspace(&workspace)) {
		return CLI_FAILED;
	}
	code = zta_workspace_diff(
		   workspace, commits[0], commits[1], &diff, &err) == ZTA_OK ?
	    print(&diff, json) :
	    cli_fail(&err);
	zta_workspace_close(workspace);
	return code;
}
