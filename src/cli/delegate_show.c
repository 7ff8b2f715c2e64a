/* SPDX-License-Identifier: Apache-2.0 */
/* delegate_show.c - ztauth delegate list and show. */
#include <stdio.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/delegate.h"

static const char list_help[] =
    "Usage: ztauth delegate list --server URL --token FILE [OPTION...]\n"
    "       ztauth delegate list --file FILE [OPTION...]\n"
    "\n"
    "Print the grants that you have part in at a server, or those in the file of\n"
    "a zone: state, end, `jti`, who gives and who is given, and what was said.\n"
    "\n"
    "  --from NAME       of this delegator, such as User::\"alice\"\n"
    "  --to NAME         to this delegate\n"
    "  --json            one JSON object a line\n"
    "  --file FILE       `delegations` of the server's configuration\n" CLI_GRANTS_SERVER_HELP;

static const char show_help[] =
    "Usage: ztauth delegate show --server URL --token FILE [--json] JTI\n"
    "       ztauth delegate show --file FILE [--json] JTI\n"
    "       ztauth delegate show [--json] GRANT\n"
    "\n"
    "Print all of a grant: statement, authority, the grants above and below it,\n"
    "and whether it is live, not_yet, ended or revoked. With neither --server\n"
    "nor --file, GRANT is a file with one grant, and - is standard input; it is\n"
    "looked into, not verified.\n"
    "\n"
    "  --json            a JSON object\n"
    "  --file FILE       `delegations` of the server's configuration\n" CLI_GRANTS_SERVER_HELP;

static int
put_json(const zta_grant_shown *grant)
{
	zta_error err = { 0 };
	zta_str text;

	if (zta_grant_json(grant, &text, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	printf("%.*s\n", ZTA_STR_ARG(text));
	zta_str_free(text);
	return CLI_OK;
}

static void
put_row(const zta_grant_shown *g)
{
	char end[ZTA_TIME_TEXT_MAX];

	zta_time__format(g->expires_s * 1000, end);
	printf("%-8s%.19sZ %.*s %.*s -> %.*s\n        ", g->state, end,
	    ZTA_STR_ARG(g->jti), ZTA_STR_ARG(g->delegator),
	    ZTA_STR_ARG(g->delegate));
	cli_put_line(g->statement, 8);
}

static int
put_list(const zta_grant_list *list, bool json)
{
	size_t i;
	int code = CLI_OK;

	for (i = 0; code == CLI_OK && i < list->count; i++) {
		if (json) {
			code = put_json(&list->list[i]);
		} else {
			put_row(&list->list[i]);
		}
	}
	if (list->more && list->next.len == 0) {
		cli_say("there are more: choose with --from and --to");
	}
	return code;
}

/* A server looks at so many at a time, and says where it ended. */
static int
put_pages(const cli_grants_at *at, zta_grant_filter filter, bool json)
{
	const zta_grant_list *list, *before = NULL;
	zta_error err = { 0 };
	int code;

	do {
		code = CLI_FAILED;
		if (cli_grants_find(at, &filter, &list, &err) != ZTA_OK) {
			(void)cli_fail(&err);
			break;
		}
		code = put_list(list, json);
		zta_grant_list_free(before);
		before = list;
		filter.after = list->next;
	} while (code == CLI_OK && filter.after.len > 0);
	zta_grant_list_free(before);
	return code;
}

int
cli_delegate_list(int argc, char **argv)
{
	cli_grants_at at = { 0 };
	const char *from = NULL, *to = NULL;
	bool json = false;
	const cli_option options[] = { { "file", &at.file, NULL },
		CLI_GRANTS_SERVER_OPTIONS(at), { "from", &from, NULL },
		{ "to", &to, NULL }, { "json", NULL, &json },
		{ NULL, NULL, NULL } };
	zta_grant_filter filter = { 0 };
	int code = cli_options(argc, argv, options, NULL, list_help);

	if (code >= 0) {
		return code;
	}
	if (cli_grants_enter(&at, &code)) {
		filter.delegator = zta_str_of(from == NULL ? "" : from);
		filter.delegate = zta_str_of(to == NULL ? "" : to);
		code = put_pages(&at, filter, json);
	}
	cli_grants_leave(&at);
	return code;
}

/* A file with one grant. */
static zta_status
look(const char *path, const zta_grant_list **out, zta_error *err)
{
	zta_str text;
	zta_status status;

	if (!cli_read_line(path, &text)) {
		return ZTA_EIO;
	}
	status = zta_grant_look(text, out, err);
	zta_str_free(text);
	if (status != ZTA_OK) {
		(void)cli_fail_in(path, err);
	}
	return status;
}

static zta_status
find_one(const cli_grants_at *at, const char *what, const zta_grant_list **out)
{
	const zta_grant_filter filter = { .jti = zta_str_of(what) };
	zta_error err = { 0 };
	zta_status status;

	if (at->file == NULL && at->server == NULL) {
		return look(what, out, &err);
	}
	status = cli_grants_find(at, &filter, out, &err);
	if (status != ZTA_OK) {
		(void)cli_fail(&err);
	}
	return status;
}

int
cli_delegate_show(int argc, char **argv)
{
	cli_grants_at at = { 0 };
	const char *what = NULL;
	bool json = false;
	const cli_option options[] = { { "file", &at.file, NULL },
		CLI_GRANTS_SERVER_OPTIONS(at), { "json", NULL, &json },
		{ NULL, NULL, NULL } };
	const zta_grant_list *list = NULL;
	int code = cli_options(argc, argv, options, &what, show_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(what, "a `jti`, or a file")) {
		return CLI_USAGE;
	}
	if ((at.file == NULL && at.server == NULL) ||
	    cli_grants_enter(&at, &code)) {
		code = CLI_FAILED;
		if (find_one(&at, what, &list) == ZTA_OK) {
			code = CLI_OK;
			if (json) {
				code = put_json(list->list);
			} else {
				cli_put_grant(stdout, list->list);
			}
			zta_grant_list_free(list);
		}
	}
	cli_grants_leave(&at);
	return code;
}
