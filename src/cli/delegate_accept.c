/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delegate_accept.c - ztauth delegate accept: the delegate registers a grant,
 * with its own proof, and can use it from there on.
 */
#include <stdio.h>

#include "base/str.h"
#include "cli/delegate.h"

static const char help[] =
    "Usage: ztauth delegate accept --server URL --token FILE [OPTION...] [GRANT]\n"
    "\n"
    "Take what you were given: register GRANT, a file or standard input, at the\n"
    "zone, with your own proof. The server verifies it, asks whether you may be\n"
    "given this, and names what is wrong if it refuses. Then tokens can be had for\n"
    "the grant, by its `jti`, which is printed. What the grant says is shown\n"
    "first, on standard error.\n"
    "\n"
    "A grant that is bound to your key (--bind) is taken with --token-key.\n"
    "\n"
    "  --keys FILE       verify the signature before anything is sent: the\n"
    "                    delegator's JWKS, or trust/delegators.json\n"
    "  --id-token FILE   of the delegator, who signed in for it: GRANT is what\n"
    "                    `ztauth delegate grant --sign-in` has made\n"
    "  --json            the grant as the server has it, a JSON object\n" CLI_GRANTS_SERVER_HELP;

typedef struct arguments {
	cli_grants_at at;
	const char *grant, *keys, *id_token;
	bool json;
} arguments;

static bool
verify(const arguments *args, zta_str grant)
{
	zta_error err = { 0 };
	zta_str keys;
	zta_status status;

	/* The zone verifies an ID token; there is nothing else yet. */
	if (args->keys == NULL || args->id_token != NULL) {
		return true;
	}
	if (!cli_read(args->keys, &keys)) {
		return false;
	}
	status = zta_grant_verify(grant, keys, &err);
	zta_str_free(keys);
	return status == ZTA_OK || (cli_fail(&err), false);
}

/* Each kind of consent has one envelope. */
static bool
is_complete(const arguments *args, zta_str grant)
{
	bool is_draft = grant.len > 0 && grant.ptr[0] == '{';

	if (is_draft && args->id_token == NULL) {
		cli_say("the grant is not signed: --id-token is needed");
	} else if (!is_draft && args->id_token != NULL) {
		cli_say("the grant is signed: it goes without --id-token");
	}
	return is_draft == (args->id_token != NULL);
}

/* The server asks for the same: this says sooner what to do. */
static bool
holds_key(const arguments *args, const zta_grant_shown *grant)
{
	char thumbprint[ZTA_KEY_THUMBPRINT_MAX];
	zta_error err = { 0 };

	if (grant->holder.len == 0) {
		return true;
	}
	if (args->at.bound_key == NULL) {
		cli_say("the grant is bound to a key: --token-key is needed");
		return false;
	}
	if (zta_key_thumbprint(args->at.bound_key, thumbprint, &err) !=
	    ZTA_OK) {
		return cli_fail(&err), false;
	}
	if (!zta_str__is(grant->holder, thumbprint)) {
		cli_say(
		    "the grant is bound to another key than %s", args->at.key);
		return false;
	}
	return true;
}

static int
send(const arguments *args, zta_str grant, zta_str id_token)
{
	zta_grant_server server;
	const zta_grant_list *list;
	zta_error err = { 0 };
	zta_str text;
	zta_status status;

	cli_grants_server(&args->at, &server);
	status = zta_grant_register(&server, grant, id_token, &list, &err);
	if (status != ZTA_OK) {
		(void)cli_fail(&err);
		return status == ZTA_EUNTRUSTED ? CLI_NO : CLI_FAILED;
	}
	if (!args->json) {
		printf("%.*s\n", ZTA_STR_ARG(list->list[0].jti));
	} else if (zta_grant_json(list->list, &text, &err) == ZTA_OK) {
		printf("%.*s\n", ZTA_STR_ARG(text));
		zta_str_free(text);
	}
	zta_grant_list_free(list);
	return CLI_OK;
}

static int
accept(const arguments *args)
{
	const char *path = args->grant == NULL ? "-" : args->grant;
	const zta_grant_list *list;
	zta_error err = { 0 };
	zta_str grant, id_token = { NULL, 0 };
	int code = CLI_FAILED;

	if (!cli_read_line(path, &grant)) {
		return CLI_FAILED;
	}
	if (zta_grant_look(grant, &list, &err) != ZTA_OK) {
		code = cli_fail_in(path, &err);
	} else {
		cli_put_grant(stderr, list->list);
		if (is_complete(args, grant) && verify(args, grant) &&
		    holds_key(args, list->list) &&
		    (args->id_token == NULL ||
			cli_read_line(args->id_token, &id_token))) {
			code = send(args, grant, id_token);
		}
		zta_grant_list_free(list);
	}
	zta_str_free(id_token);
	zta_str_free(grant);
	return code;
}

int
cli_delegate_accept(int argc, char **argv)
{
	arguments args = { 0 };
	const cli_option options[] = { CLI_GRANTS_SERVER_OPTIONS(args.at),
		{ "keys", &args.keys, NULL },
		{ "id-token", &args.id_token, NULL },
		{ "json", NULL, &args.json }, { NULL, NULL, NULL } };
	int code = cli_options(argc, argv, options, &args.grant, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(args.at.server, "--server")) {
		return CLI_USAGE;
	}
	if (cli_grants_enter(&args.at, &code)) {
		code = accept(&args);
	}
	cli_grants_leave(&args.at);
	return code;
}
