/* SPDX-License-Identifier: Apache-2.0 */
/* zone.c - ztauth zone, and the ledgers of a zone at a server. */
#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/cli.h"
#include "ztauth/sync.h"

#define SIGN_HELP                                                              \
	"  --key FILE   signs the requests: a private Ed25519 key as OpenSSH " \
	"has\n"                                                                \
	"               it, or the .pub of one that ssh-agent holds; "         \
	"default:\n"                                                           \
	"               the first of ssh-agent, else they are not signed\n"    \
	"  --json       one JSON object instead of lines\n"

static const char zone_help[] =
    "Usage: ztauth zone show URL [--key FILE] [--json]\n"
    "\n"
    "Print what is in force in the zone at URL, http[s]://<host>/zones/<zone>,\n"
    "the keys that sign its transaction tokens, and the ledgers that you may\n"
    "read. A zone is made by `ztauth init --server`.\n"
    "\n" SIGN_HELP;

static const char list_help[] =
    "Usage: ztauth ledger list URL [--key FILE] [--json]\n"
    "\n"
    "Print the ledgers of the zone at URL, http[s]://<host>/zones/<zone>, that\n"
    "you may read, with the commits of their refs.\n"
    "\n" SIGN_HELP;

static const char create_help[] =
    "Usage: ztauth ledger create URL [--key FILE] [--json]\n"
    "\n"
    "Make the ledger at URL, http[s]://<host>/zones/<zone>/ledgers/<name>. It is\n"
    "empty; `ztauth push` brings its first commit.\n"
    "\n" SIGN_HELP;

static const char show_help[] =
    "Usage: ztauth ledger show URL [--key FILE] [--json]\n"
    "\n"
    "Print the refs of the ledger at URL,\n"
    "http[s]://<host>/zones/<zone>/ledgers/<name>, and its last commit.\n"
    "\n" SIGN_HELP;

/* --- refs */

static void
put_refs(const zta_server_refs *refs)
{
	size_t i;

	if (refs->count == 0) {
		printf("%.*s: no commit yet\n", ZTA_STR_ARG(refs->ledger));
	}
	for (i = 0; i < refs->count; i++) {
		printf("%.*s %.*s %.*s\n", ZTA_STR_ARG(refs->ledger),
		    ZTA_STR_ARG(refs->list[i].name),
		    ZTA_STR_ARG(refs->list[i].commit));
	}
}

/* Members of an object. */
static void
put_refs_json(const zta_server_refs *refs)
{
	size_t i;

	fputs("\"name\":", stdout);
	cli_put_string(refs->ledger);
	fputs(",\"refs\":{", stdout);
	for (i = 0; i < refs->count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		cli_put_string(refs->list[i].name);
		fputs(":", stdout);
		cli_put_string(refs->list[i].commit);
	}
	fputs("}", stdout);
}

static void
put_list(const zta_server_refs *list, size_t count, bool json)
{
	size_t i;

	fputs(json ? "\"ledgers\":[" : "", stdout);
	for (i = 0; i < count; i++) {
		if (json) {
			fputs(i > 0 ? ",{" : "{", stdout);
			put_refs_json(&list[i]);
			fputs("}", stdout);
		} else {
			put_refs(&list[i]);
		}
	}
	fputs(json ? "]}\n" : "", stdout);
}

/* --- the verbs */

static void
put_state(const zta_server *server, const zta_server_state *state)
{
	size_t i;

	printf("zone %.*s\n", ZTA_STR_ARG(zta_server_zone(server)));
	if (state->commit.len > 0) {
		printf("in force: %.*s\n", ZTA_STR_ARG(state->commit));
	} else {
		puts("in force: nothing yet");
	}
	if (state->follows && state->age_ms >= 0) {
		printf("follows another server, heard %" PRId64 " ms ago\n",
		    state->age_ms);
	} else if (state->follows) {
		puts("follows another server, not heard since the start");
	}
	for (i = 0; i < state->key_count; i++) {
		printf("signs tokens: %.*s\n", ZTA_STR_ARG(state->keys[i]));
	}
}

static void
put_state_json(const zta_server *server, const zta_server_state *state)
{
	fputs("{\"zone\":", stdout);
	cli_put_string(zta_server_zone(server));
	fputs(",\"commit\":", stdout);
	if (state->commit.len > 0) {
		cli_put_string(state->commit);
	} else {
		fputs("null", stdout);
	}
	if (state->follows && state->age_ms >= 0) {
		printf(",\"age_ms\":%" PRId64, state->age_ms);
	} else if (state->follows) {
		fputs(",\"age_ms\":null", stdout);
	}
	fputs(",\"keys\":[", stdout);
	cli_put_strings(state->keys, state->key_count);
	fputs("],", stdout);
}

static zta_status
show_zone(zta_server *server, bool json, zta_error *err)
{
	const zta_server_refs *list = NULL;
	zta_server_state state;
	size_t count = 0;
	zta_status status = zta_server_look(server, &state, err);

	if (status == ZTA_OK) {
		status = zta_server_list(server, &list, &count, err);
		/* A server that follows another has no ledgers to show. */
		status = status == ZTA_ENOTFOUND ? ZTA_OK : status;
	}
	if (status == ZTA_OK && json) {
		put_state_json(server, &state);
	} else if (status == ZTA_OK) {
		put_state(server, &state);
	}
	if (status == ZTA_OK) {
		put_list(list, count, json);
	}
	return status;
}

static zta_status
list(zta_server *server, bool json, zta_error *err)
{
	const zta_server_refs *found = NULL;
	size_t count = 0;
	zta_status status = zta_server_list(server, &found, &count, err);

	if (status == ZTA_OK) {
		fputs(json ? "{" : "", stdout);
		put_list(found, count, json);
	}
	return status;
}

static zta_status
create(zta_server *server, bool json, zta_error *err)
{
	zta_str zone = zta_server_zone(server);
	zta_str name = zta_server_ledger(server);
	zta_status status = zta_server_create(server, err);

	/* Such names need no escapes. */
	if (status == ZTA_OK) {
		printf(json ? "{\"name\":\"%.*s\",\"zone\":\"%.*s\"}\n" :
			      "made: %.*s in the zone %.*s\n",
		    ZTA_STR_ARG(name), ZTA_STR_ARG(zone));
	}
	return status;
}

static zta_status
show(zta_server *server, bool json, zta_error *err)
{
	zta_server_refs refs;
	zta_ledger_commit last;
	zta_status status = zta_server_show(server, &refs, &last, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (!json) {
		put_refs(&refs);
		if (last.id.len > 0) {
			puts("");
			cli_put_commit(&last);
		}
		return ZTA_OK;
	}
	fputs("{", stdout);
	put_refs_json(&refs);
	fputs(",\"commit\":", stdout);
	if (last.id.len > 0) {
		cli_put_commit_json(&last);
	} else {
		fputs("null", stdout);
	}
	puts("}");
	return ZTA_OK;
}

static int
with_server(int argc, char **argv, const char *help,
    zta_status (*run)(zta_server *, bool json, zta_error *))
{
	const char *url = NULL, *key = NULL;
	bool json = false;
	const cli_option options[] = {
		{ "key", &key, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_workspace_signing signing;
	zta_server *server = NULL;
	zta_error err = { 0 };
	zta_status status;
	int code = cli_options(argc, argv, options, &url, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(url, "URL")) {
		return CLI_USAGE;
	}
	cli_signing(&signing);
	signing.key = key;
	status = zta_server_open(&server, url, &signing, &err);
	if (status == ZTA_OK) {
		status = run(server, json, &err);
	}
	zta_server_close(server);
	return status == ZTA_OK ? CLI_OK : cli_fail(&err);
}

static int
zone_show(int argc, char **argv)
{
	return with_server(argc, argv, zone_help, show_zone);
}

int
cli_zone(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "show", zone_show, "what is in force, keys, ledgers" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(
	    commands, argc, argv, "Usage: ztauth zone COMMAND [OPTION...]\n");
}

int
cli_ledger_list(int argc, char **argv)
{
	return with_server(argc, argv, list_help, list);
}

int
cli_ledger_create(int argc, char **argv)
{
	return with_server(argc, argv, create_help, create);
}

int
cli_ledger_show(int argc, char **argv)
{
	return with_server(argc, argv, show_help, show);
}
