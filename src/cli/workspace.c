/* SPDX-License-Identifier: Apache-2.0 */
/* workspace.c - what the commands on a workspace share. */
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/cli.h"
#include "ztauth/ledger.h"

bool
cli_workspace(zta_workspace **out)
{
	zta_error err = { 0 };

	if (zta_workspace_open(out, ".", &err) != ZTA_OK) {
		(void)cli_fail(&err);
		return false;
	}
	return true;
}

/* --- who commits */

/* "user@host", which lives as long as the program. */
static const char *
address(const char *user)
{
	static char text[256];
	char host[128];

	if (gethostname(host, sizeof(host)) != 0) {
		(void)snprintf(host, sizeof(host), "localhost");
	}
	host[sizeof(host) - 1] = '\0';
	(void)snprintf(text, sizeof(text), "%s@%s", user, host);
	return text;
}

void
cli_signing(zta_workspace_signing *out)
{
	const char *name = getenv("GIT_AUTHOR_NAME");
	const char *email = getenv("GIT_AUTHOR_EMAIL");
	const struct passwd *entry = getpwuid(getuid());
	const char *user = entry == NULL ? "nobody" : entry->pw_name;

	*out = (zta_workspace_signing){
		.author =
		    zta_str_of(name == NULL || *name == '\0' ? user : name),
		.email = zta_str_of(
		    email == NULL || *email == '\0' ? address(user) : email),
		.agent = getenv("SSH_AUTH_SOCK"),
	};
}

/* --- changes */

static const struct {
	const char *name;
	char letter;
	cli_colour colour;
} kinds[] = {
	[ZTA_LEDGER_ADDED] = { "added", 'A', CLI_GREEN },
	[ZTA_LEDGER_CHANGED] = { "changed", 'M', CLI_YELLOW },
	[ZTA_LEDGER_REMOVED] = { "removed", 'D', CLI_RED },
};

const char *
cli_change_name(unsigned kind)
{
	return kinds[kind].name;
}

void
cli_put_changes(const zta_ledger_changes *changes)
{
	const zta_ledger_change *change;
	size_t i;

	for (i = 0; i < changes->count; i++) {
		change = &changes->list[i];
		printf("%s%c  %.*s%s\n", cli_paint(kinds[change->kind].colour),
		    kinds[change->kind].letter, ZTA_STR_ARG(change->path),
		    cli_paint(CLI_PLAIN));
	}
}

void
cli_put_changes_json(const zta_ledger_changes *changes)
{
	size_t i;

	fputs("\"changes\":[", stdout);
	for (i = 0; i < changes->count; i++) {
		printf("%s{\"change\":\"%s\",\"path\":", i > 0 ? "," : "",
		    kinds[changes->list[i].kind].name);
		cli_put_string(changes->list[i].path);
		fputs("}", stdout);
	}
	fputs("]", stdout);
}

/* --- commits */

void
cli_put_commit(const zta_ledger_commit *c)
{
	char date[ZTA_TIME_TEXT_MAX];
	zta_str rest = c->message, line;

	zta_time__format(c->time_s * 1000, date);
	printf("%scommit %.*s%s\n", cli_paint(CLI_YELLOW), ZTA_STR_ARG(c->id),
	    cli_paint(CLI_PLAIN));
	printf("Author: %.*s <%.*s>\n", ZTA_STR_ARG(c->author),
	    ZTA_STR_ARG(c->email));
	printf("Date:   %.10s %.8s UTC\n", date, date + 11);
	if (c->bad_signature) {
		printf(
		    "Key:    %snone: the signature is not of this commit%s\n",
		    cli_paint(CLI_RED), cli_paint(CLI_PLAIN));
	} else if (c->key.len > 0) {
		printf("Key:    %.*s\n", ZTA_STR_ARG(c->key));
	}
	puts("");
	rest.len -= zta_str__ends(rest, ZTA_STR("\n"));
	while (zta_str__next(&rest, '\n', &line)) {
		printf(
		    "%s%.*s\n", line.len > 0 ? "    " : "", ZTA_STR_ARG(line));
	}
}

static void
put_member(const char *name, zta_str text)
{
	printf(",\"%s\":", name);
	cli_put_string(text);
}

void
cli_put_commit_json(const zta_ledger_commit *c)
{
	fputs("{\"id\":", stdout);
	cli_put_string(c->id);
	put_member("tree", c->tree);
	put_member("parent", c->parent);
	put_member("author", c->author);
	put_member("email", c->email);
	printf(",\"time\":%" PRId64, c->time_s);
	put_member("key", c->key);
	printf(",\"bad_signature\":%s", c->bad_signature ? "true" : "false");
	put_member("message", c->message);
	fputs("}", stdout);
}

/* --- policies */

static size_t
count_kind(const zta_ledger_policy_change *list, size_t count,
    zta_ledger_change_kind kind)
{
	size_t i, found = 0;

	for (i = 0; i < count; i++) {
		found += list[i].kind == kind;
	}
	return found;
}

void
cli_put_policies(const zta_ledger_policy_change *list, size_t count)
{
	size_t i;

	if (count > 0) {
		printf("policies: %zu added, %zu changed, %zu removed\n",
		    count_kind(list, count, ZTA_LEDGER_ADDED),
		    count_kind(list, count, ZTA_LEDGER_CHANGED),
		    count_kind(list, count, ZTA_LEDGER_REMOVED));
	}
	for (i = 0; i < count; i++) {
		printf("%s%c  %.*s%s (%.*s)\n",
		    cli_paint(kinds[list[i].kind].colour),
		    kinds[list[i].kind].letter, ZTA_STR_ARG(list[i].policy),
		    cli_paint(CLI_PLAIN), ZTA_STR_ARG(list[i].file));
	}
}

void
cli_put_policies_json(const zta_ledger_policy_change *list, size_t count)
{
	size_t i;

	fputs("\"policies\":[", stdout);
	for (i = 0; i < count; i++) {
		printf("%s{\"change\":\"%s\"", i > 0 ? "," : "",
		    kinds[list[i].kind].name);
		put_member("policy", list[i].policy);
		put_member("file", list[i].file);
		fputs("}", stdout);
	}
	fputs("]", stdout);
}

/* --- what came of it */

void
cli_put_result(const char *dir, const zta_workspace_result *result)
{
	zta_str subject = result->commit.message;

	cli_put_findings(dir, result->report);
	if (!result->report->valid) {
		puts("not valid, and so not committed");
		return;
	}
	if (result->unchanged) {
		puts("nothing to commit: the folder is as HEAD has it");
		return;
	}
	subject.len = zta_str__find(subject, '\n');
	printf("%s[%.12s]%s %.*s\n", cli_paint(CLI_YELLOW),
	    result->commit.id.ptr, cli_paint(CLI_PLAIN), ZTA_STR_ARG(subject));
	cli_put_changes(&result->changes);
	if (result->commit.key.len > 0) {
		printf("signed by %.*s\n", ZTA_STR_ARG(result->commit.key));
	} else {
		cli_say("warning: the commit is not signed; see --key");
	}
}

void
cli_put_result_json(const zta_workspace_result *result)
{
	fputs("{\"commit\":", stdout);
	if (result->commit.id.len > 0) {
		cli_put_commit_json(&result->commit);
	} else {
		fputs("null", stdout);
	}
	fputs(",", stdout);
	cli_put_changes_json(&result->changes);
	fputs(",", stdout);
	cli_put_findings_json(result->report);
	printf(",\"valid\":%s}\n", result->report->valid ? "true" : "false");
}

void
cli_put_places(const char *dir, const zta_ledger_place *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		cli_put_file(dir, list[i].file);
		if (list[i].line > 0) {
			printf(":%" PRIu32, list[i].line);
		}
		printf(": %s\n", list[i].message);
	}
}

void
cli_put_places_json(const zta_ledger_place *list, size_t count)
{
	size_t i;

	fputs("\"places\":[", stdout);
	for (i = 0; i < count; i++) {
		printf("%s{\"line\":%" PRIu32, i > 0 ? "," : "", list[i].line);
		put_member("file", list[i].file);
		put_member("message", zta_str_of(list[i].message));
		fputs("}", stdout);
	}
	fputs("]", stdout);
}
