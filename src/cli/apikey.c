/* SPDX-License-Identifier: Apache-2.0 */
/* apikey.c - ztauth apikey: keys for callers that can keep a text. */
#include "ztauth/api_key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"

#define DAY_S 86400
#define HOUR_S 3600
#define DAYS_DEFAULT 90
#define HOURS_DEFAULT 24

static const char create_help[] =
    "Usage: ztauth apikey create --file FILE --iss ISS --sub SUB --aud AUD\n"
    "                            [OPTION...]\n"
    "\n"
    "Make an API key, put it into FILE as a keyed hash, and print it: it cannot\n"
    "be had again. FILE and FILE.pepper are made with the first key.\n"
    "\n"
    "  --file FILE    `api_keys` of the server's configuration\n"
    "  --iss ISS      issuer: that of a source of kind `api-key`\n"
    "  --sub SUB      who it is for\n"
    "  --aud AUD      an audience of the source\n"
    "  --scope WORDS  scope, words with spaces between them\n"
    "  --days N       it ends after N days, default 90\n"
    "  --note TEXT    for the reader of lists\n";

static const char list_help[] =
    "Usage: ztauth apikey list --file FILE [--json]\n"
    "\n"
    "Print the keys of FILE: id, state, end, subject, note.\n";

static const char rotate_help[] =
    "Usage: ztauth apikey rotate --file FILE [--overlap HOURS] ID\n"
    "\n"
    "Make another key in the place of ID, with the same claims and as long a\n"
    "life, and print it. The old one ends after HOURS, default 24.\n";

static const char revoke_help[] =
    "Usage: ztauth apikey revoke --file FILE ID\n"
    "\n"
    "End a key now. A running server knows it with the next request.\n";

static int64_t
now_ms(void)
{
	return (int64_t)time(NULL) * 1000;
}

/* Print the key, once, and forget it. */
static int
give(zta_status status, char key[ZTA_API_KEY_MAX], const zta_error *err)
{
	if (status != ZTA_OK) {
		return cli_fail(err);
	}
	puts(key);
	explicit_bzero(key, ZTA_API_KEY_MAX);
	return CLI_OK;
}

static int
create(int argc, char **argv)
{
	const char *file = NULL, *iss = NULL, *sub = NULL, *aud = NULL;
	const char *scope = NULL, *days = NULL, *note = NULL;
	const cli_option options[] = {
		{ "file", &file, NULL },
		{ "iss", &iss, NULL },
		{ "sub", &sub, NULL },
		{ "aud", &aud, NULL },
		{ "scope", &scope, NULL },
		{ "days", &days, NULL },
		{ "note", &note, NULL },
		{ NULL, NULL, NULL },
	};
	char key[ZTA_API_KEY_MAX];
	zta_api_key_spec spec;
	zta_error err = { 0 };
	int64_t count = DAYS_DEFAULT;
	int code = cli_options(argc, argv, options, NULL, create_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(file, "--file") || !cli_need(iss, "--iss") ||
	    !cli_need(sub, "--sub") || !cli_need(aud, "--aud") ||
	    (days != NULL && !cli_number(days, "--days", &count))) {
		return CLI_USAGE;
	}
	spec = (zta_api_key_spec){ .issuer = cli_text(iss),
		.subject = cli_text(sub),
		.audience = cli_text(aud),
		.scope = cli_text(scope),
		.note = cli_text(note),
		.lifetime_s = count > INT32_MAX ? INT64_MAX : count * DAY_S };
	return give(
	    zta_api_key_create(file, &spec, now_ms(), key, &err), key, &err);
}

static int
rotate(int argc, char **argv)
{
	const char *file = NULL, *overlap = NULL, *id = NULL;
	const cli_option options[] = {
		{ "file", &file, NULL },
		{ "overlap", &overlap, NULL },
		{ NULL, NULL, NULL },
	};
	char key[ZTA_API_KEY_MAX];
	zta_error err = { 0 };
	int64_t hours = HOURS_DEFAULT;
	int code = cli_options(argc, argv, options, &id, rotate_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(file, "--file") || !cli_need(id, "ID") ||
	    (overlap != NULL && !cli_number(overlap, "--overlap", &hours))) {
		return CLI_USAGE;
	}
	return give(zta_api_key_rotate(file, zta_str_of(id),
			hours > INT32_MAX ? INT64_MAX : hours * HOUR_S,
			now_ms(), key, &err),
	    key, &err);
}

static int
revoke(int argc, char **argv)
{
	const char *file = NULL, *id = NULL;
	const cli_option options[] = {
		{ "file", &file, NULL },
		{ NULL, NULL, NULL },
	};
	zta_error err = { 0 };
	int code = cli_options(argc, argv, options, &id, revoke_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(file, "--file") || !cli_need(id, "ID")) {
		return CLI_USAGE;
	}
	return zta_api_key_revoke(file, zta_str_of(id), now_ms(), &err) ==
		ZTA_OK ?
	    CLI_OK :
	    cli_fail(&err);
}

static const char *
state_of(const zta_api_key_listed *key)
{
	return key->revoked_s > 0        ? "revoked" :
	    key->expires_s <= time(NULL) ? "expired" :
					   "active";
}

static void
put_key(void *context, const zta_api_key_listed *key)
{
	time_t end = (time_t)key->expires_s;
	char date[32] = "";
	struct tm utc;

	(void)context;
	if (gmtime_r(&end, &utc) != NULL) {
		(void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &utc);
	}
	printf("%.*s %-7s until %s  %.*s%s%.*s\n", (int)key->id.len,
	    key->id.ptr, state_of(key), date, (int)key->subject.len,
	    key->subject.ptr, key->note.len > 0 ? "  # " : "",
	    (int)key->note.len, key->note.ptr);
}

static void
put_member(const char *name, zta_str value)
{
	printf(",\"%s\":", name);
	cli_put_string(value);
}

static void
put_key_json(void *context, const zta_api_key_listed *key)
{
	bool *first = context;

	printf("%s{\"state\":\"%s\"", *first ? "" : ",\n ", state_of(key));
	*first = false;
	put_member("id", key->id);
	put_member("iss", key->issuer);
	put_member("sub", key->subject);
	put_member("aud", key->audience);
	put_member("scope", key->scope);
	put_member("note", key->note);
	printf(",\"iat\":%" PRId64 ",\"exp\":%" PRId64 "}", key->issued_s,
	    key->expires_s);
}

static int
list(int argc, char **argv)
{
	const char *file = NULL;
	bool json = false, first = true;
	const cli_option options[] = {
		{ "file", &file, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_error err = { 0 };
	zta_status status;
	int code = cli_options(argc, argv, options, NULL, list_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(file, "--file")) {
		return CLI_USAGE;
	}
	fputs(json ? "[" : "", stdout);
	status =
	    zta_api_key_list(file, json ? put_key_json : put_key, &first, &err);
	fputs(json ? "]\n" : "", stdout);
	return status == ZTA_OK ? CLI_OK : cli_fail(&err);
}

int
cli_apikey(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "create", create, "make a key and print it" },
		{ "list", list, "print the keys of a file" },
		{ "rotate", rotate, "make another key in the place of one" },
		{ "revoke", revoke, "end a key now" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(
	    commands, argc, argv, "Usage: ztauth apikey COMMAND [OPTION...]\n");
}
