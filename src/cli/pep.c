/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pep.c - ztauth pep: ask before it is done, from a script.
 *
 * Tokens come from files and go to standard output: arguments are for all to see.
 */
#include "ztauth/pep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"

#define SERVER_HELP                                                             \
	"  --url URL           the zone: https://<host>/zones/<zone>\n"         \
	"  --ca FILE           authorities of its certificate, PEM; default:\n" \
	"                      those of the system\n"                           \
	"  --credential FILE   what this workload shows, such as a JWT-SVID\n"  \
	"  --credential-kind K jwt (default), access_token or api_key\n"        \
	"  --certificate FILE  its X509-SVID, PEM, with --key FILE\n"           \
	"  --timeout MS        for the answer, default 5000\n"

#define QUESTION_HELP                                                         \
	"  --token FILE        a transaction token; - is standard input\n"    \
	"  --action A          what is to be done\n"                          \
	"  --resource TYPE::\"ID\"\n"                                         \
	"  --subject TYPE::\"ID\" for whom; default: whom the token is for\n" \
	"  --context JSON      an object\n"

#define ANSWER_HELP \
	"\n"        \
	"Exit: 0 allowed, 2 denied, 1 there is no answer: then do not do it.\n"

static const char exchange_help[] =
    "Usage: ztauth pep exchange --url URL --subject FILE [OPTION...]\n"
    "\n"
    "Exchange a credential for a transaction token, and print that.\n"
    "\n"
    "  --subject FILE      the credential; - is standard input\n"
    "  --kind KIND         jwt (default), access_token, id_token, saml2, api_key,\n"
    "                      or txn_token: a transaction goes on\n"
    "  --scope WORDS       no more than these\n"
    "  --details JSON      what it is about: request_details\n"
    "  --context JSON      where it comes from: request_context\n"
    "  --delegation FILE   a grant\n" SERVER_HELP;

static const char decide_help[] =
    "Usage: ztauth pep decide --url URL --action A --resource TYPE::\"ID\"\n"
    "       [OPTION...]\n"
    "\n"
    "Ask for a decision, and print it as JSON.\n"
    "\n" QUESTION_HELP SERVER_HELP ANSWER_HELP;

static const char seal_help[] =
    "Usage: ztauth pep seal --url URL --channel NAME --action A\n"
    "       --resource TYPE::\"ID\" --token FILE [OPTION...] FILE\n"
    "\n"
    "Ask for a decision, print it as JSON, and if it is allowed, write the seal of\n"
    "FILE as a whole to FILE.seal.\n"
    "\n"
    "  --channel NAME      where FILE is going\n"
    "  --once              the seal is good once\n" QUESTION_HELP SERVER_HELP
	ANSWER_HELP;

static const char unseal_help[] =
    "Usage: ztauth pep unseal --url URL --channel NAME [OPTION...] FILE\n"
    "\n"
    "Exchange the seal of FILE, which is in FILE.seal, for a transaction token, and\n"
    "print that.\n"
    "\n"
    "  --channel NAME      where FILE came from\n" SERVER_HELP "\n"
    "Exit: 0 done, 2 the server refuses, 1 it could not be done.\n";

/* --- options */

typedef struct words {
	const char *url, *ca, *credential, *credential_kind, *certificate;
	const char *key, *timeout;
	const char *subject, *kind, *scope, *details, *context, *delegation;
	const char *token, *action, *resource;
	const char *channel, *file;
	bool once;
} words;

#define SERVER_OPTIONS(w)                                      \
	{ "url", &(w).url, NULL }, { "ca", &(w).ca, NULL },    \
	    { "credential", &(w).credential, NULL },           \
	    { "credential-kind", &(w).credential_kind, NULL }, \
	    { "certificate", &(w).certificate, NULL },         \
	    { "key", &(w).key, NULL },                         \
	{                                                      \
		"timeout", &(w).timeout, NULL                  \
	}
#define QUESTION_OPTIONS(w)                                               \
	{ "token", &(w).token, NULL }, { "subject", &(w).subject, NULL }, \
	    { "action", &(w).action, NULL },                              \
	    { "resource", &(w).resource, NULL },                          \
	{                                                                 \
		"context", &(w).context, NULL                             \
	}

static zta_str
text_of(const char *text)
{
	return zta_str_of(text == NULL ? "" : text);
}

static bool
read_kind(const char *text, const char *name, zta_pep_kind *out)
{
	static const char *const kinds[] = { [ZTA_PEP_JWT] = "jwt",
		[ZTA_PEP_ACCESS_TOKEN] = "access_token",
		[ZTA_PEP_ID_TOKEN] = "id_token",
		[ZTA_PEP_SAML2] = "saml2",
		[ZTA_PEP_API_KEY] = "api_key",
		[ZTA_PEP_TXN_TOKEN] = "txn_token" };
	size_t i;

	*out = ZTA_PEP_JWT;
	for (i = 0; text != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(text, kinds[i]) == 0) {
			*out = (zta_pep_kind)i;
			return true;
		}
	}
	if (text != NULL) {
		cli_say("%s: there is no such kind (see --help)", name);
	}
	return text == NULL;
}

/* Type::"id", without escapes. */
static bool
read_entity(const char *text, const char *name, zta_pep_entity *out)
{
	const char *colons = text == NULL ? NULL : strstr(text, "::\"");
	size_t len = text == NULL ? 0 : strlen(text);

	if (text == NULL) {
		return true;
	}
	if (colons == NULL || colons == text || text[len - 1] != '"' ||
	    strcspn(colons + 3, "\"\\") + 1 != strlen(colons + 3)) {
		cli_say("%s: no TYPE::\"ID\"", name);
		return false;
	}
	out->type = (zta_str){ text, (size_t)(colons - text) };
	out->id =
	    (zta_str){ colons + 3, len - (size_t)(colons + 3 - text) - 1 };
	return true;
}

/* CLI_OK, or another exit code, and that has been said. */
static int
open_pep(const words *w, zta_pep **out)
{
	zta_pep_options options = { .url = w->url,
		.ca_file = w->ca,
		.credential_file = w->credential,
		.certificate_file = w->certificate,
		.key_file = w->key };
	zta_error err = { 0 };

	*out = NULL;
	if (!cli_need(w->url, "--url") ||
	    !read_kind(w->credential_kind, "--credential-kind",
		&options.credential_kind) ||
	    (w->timeout != NULL &&
		!cli_number(w->timeout, "--timeout", &options.timeout_ms))) {
		return CLI_USAGE;
	}
	return zta_pep_open(out, &options, &err) == ZTA_OK ? CLI_OK :
							     cli_fail(&err);
}

/* --- files */

/* A line of a file, or nothing if there is none; it is wiped. */
static bool
read_secret(const char *path, zta_buf *out)
{
	zta_error err = { 0 };

	zta_buf__init_secret(out, ZTA_TOKEN_JSON_MAX);
	if (path == NULL) {
		return true;
	}
	if (zta_file__read_secret(strcmp(path, "-") == 0 ? "/dev/stdin" : path,
		out, &err) == ZTA_OK) {
		return true;
	}
	(void)cli_fail(&err);
	return false;
}

/* "<file>.seal", to be freed. */
static char *
sidecar_of(const char *file)
{
	char *path = NULL;

	return asprintf(&path, "%s.seal", file) < 0 ? NULL : path;
}

/* Beside the file, all of it or nothing. */
static int
write_sidecar(const char *file, zta_pep_token *seal)
{
	char *path = sidecar_of(file);
	size_t len = strlen(seal->text);
	zta_error err = { 0 };
	int code = CLI_OK;

	seal->text[len] = '\n';
	if (path == NULL ||
	    zta_file__replace(
		path, 0644, (zta_str){ seal->text, len + 1 }, &err) != ZTA_OK) {
		code = cli_fail(&err);
	}
	free(path);
	return code;
}

/* --- answers */

/* A refusal is an answer; whatever else fails is none. */
static int
give_token(zta_status status, zta_pep_token *token, const zta_error *err)
{
	int code = CLI_OK;

	if (status == ZTA_OK) {
		puts(token->text);
	} else {
		code = cli_fail(err);
	}
	zta_pep_forget(token);
	return status == ZTA_EUNTRUSTED ? CLI_NO : code;
}

static int
give_decision(
    zta_status status, const zta_pep_decision *d, const zta_error *err)
{
	if (status != ZTA_OK) {
		return cli_fail(err);
	}
	printf("{\"decision\":%s,\"id\":\"%s\",\"leg\":\"%s\",\"code\":\"%s\","
	       "\"commit\":\"%s\",\"log_index\":%" PRId64 "}\n",
	    d->effect == ZTA_ALLOW ? "true" : "false", d->id, d->leg, d->code,
	    d->commit, d->log_index);
	return d->effect == ZTA_ALLOW ? CLI_OK : CLI_NO;
}

/* --- the verbs */

static int
exchange_for(const words *w, zta_pep *pep, zta_pep_subject *subject)
{
	static zta_pep_token token;
	zta_error err = { 0 };
	zta_buf credential, grant;
	int code = CLI_FAILED;

	zta_buf__init(&grant, 0);
	if (read_secret(w->subject, &credential) &&
	    read_secret(w->delegation, &grant)) {
		subject->token = zta_buf__str(&credential);
		subject->delegation = zta_buf__str(&grant);
		code = give_token(
		    zta_pep_exchange(pep, subject, &token, &err), &token, &err);
	}
	zta_buf__release(&credential);
	zta_buf__release(&grant);
	return code;
}

static int
exchange(int argc, char **argv)
{
	words w = { 0 };
	const cli_option options[] = {
		SERVER_OPTIONS(w),
		{ "subject", &w.subject, NULL },
		{ "kind", &w.kind, NULL },
		{ "scope", &w.scope, NULL },
		{ "details", &w.details, NULL },
		{ "context", &w.context, NULL },
		{ "delegation", &w.delegation, NULL },
		{ NULL, NULL, NULL },
	};
	zta_pep_subject subject = { 0 };
	zta_pep *pep;
	int code = cli_options(argc, argv, options, NULL, exchange_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(w.subject, "--subject") ||
	    !read_kind(w.kind, "--kind", &subject.kind)) {
		return CLI_USAGE;
	}
	subject.scope = text_of(w.scope);
	subject.details = text_of(w.details);
	subject.context = text_of(w.context);
	code = open_pep(&w, &pep);
	if (code == CLI_OK) {
		code = exchange_for(&w, pep, &subject);
	}
	zta_pep_close(pep);
	return code;
}

static bool
make_question(const words *w, zta_pep_question *out)
{
	*out = (zta_pep_question){ .action = text_of(w->action),
		.context = text_of(w->context) };
	return cli_need(w->action, "--action") &&
	    cli_need(w->resource, "--resource") &&
	    read_entity(w->resource, "--resource", &out->resource) &&
	    read_entity(w->subject, "--subject", &out->subject);
}

static int
seal_file(const words *w, zta_pep *pep, const zta_pep_question *question)
{
	static zta_pep_token seal;
	zta_pep_message message = { .channel = text_of(w->channel),
		.once = w->once };
	zta_pep_decision decision;
	zta_error err = { 0 };
	zta_status status;
	int code;

	if (!cli_read(w->file, &message.payload)) {
		return CLI_FAILED;
	}
	status = zta_pep_seal(pep, question, &message, &decision, &seal, &err);
	zta_str_free(message.payload);
	if (status == ZTA_OK && decision.effect == ZTA_ALLOW) {
		code = write_sidecar(w->file, &seal);
		if (code != CLI_OK) {
			return code;
		}
	}
	return give_decision(status, &decision, &err);
}

/* With a channel it is sealed too. */
static int
ask(const words *w, zta_pep_question *question)
{
	zta_pep_decision decision;
	zta_error err = { 0 };
	zta_status status;
	zta_pep *pep;
	zta_buf token;
	int code = open_pep(w, &pep);

	if (code != CLI_OK) {
		return code;
	}
	code = CLI_FAILED;
	if (read_secret(w->token, &token)) {
		question->token = zta_buf__str(&token);
		if (w->channel != NULL) {
			code = seal_file(w, pep, question);
		} else {
			status = zta_pep_decide(pep, question, &decision, &err);
			code = give_decision(status, &decision, &err);
		}
	}
	zta_buf__release(&token);
	zta_pep_close(pep);
	return code;
}

static int
decide(int argc, char **argv)
{
	words w = { 0 };
	const cli_option options[] = {
		SERVER_OPTIONS(w),
		QUESTION_OPTIONS(w),
		{ NULL, NULL, NULL },
	};
	zta_pep_question question;
	int code = cli_options(argc, argv, options, NULL, decide_help);

	if (code >= 0) {
		return code;
	}
	return make_question(&w, &question) ? ask(&w, &question) : CLI_USAGE;
}

static int
seal(int argc, char **argv)
{
	words w = { 0 };
	const cli_option options[] = {
		SERVER_OPTIONS(w),
		QUESTION_OPTIONS(w),
		{ "channel", &w.channel, NULL },
		{ "once", NULL, &w.once },
		{ NULL, NULL, NULL },
	};
	zta_pep_question question;
	int code = cli_options(argc, argv, options, &w.file, seal_help);

	if (code >= 0) {
		return code;
	}
	return cli_need(w.file, "FILE") && cli_need(w.channel, "--channel") &&
		cli_need(w.token, "--token") && make_question(&w, &question) ?
	    ask(&w, &question) :
	    CLI_USAGE;
}

static int
unseal_file(const words *w, zta_pep *pep)
{
	static zta_pep_token token;
	zta_pep_message message = { .channel = text_of(w->channel) };
	char *path = sidecar_of(w->file);
	zta_error err = { 0 };
	zta_status status;
	zta_buf text;
	int code = CLI_FAILED;

	zta_buf__init(&text, 0);
	if (path != NULL && cli_read(w->file, &message.payload) &&
	    read_secret(path, &text)) {
		status = zta_pep_unseal(
		    pep, zta_buf__str(&text), &message, &token, &err);
		code = give_token(status, &token, &err);
	}
	zta_str_free(message.payload);
	zta_buf__release(&text);
	free(path);
	return code;
}

static int
unseal(int argc, char **argv)
{
	words w = { 0 };
	const cli_option options[] = {
		SERVER_OPTIONS(w),
		{ "channel", &w.channel, NULL },
		{ NULL, NULL, NULL },
	};
	zta_pep *pep;
	int code = cli_options(argc, argv, options, &w.file, unseal_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(w.file, "FILE") || !cli_need(w.channel, "--channel")) {
		return CLI_USAGE;
	}
	code = open_pep(&w, &pep);
	if (code == CLI_OK) {
		code = unseal_file(&w, pep);
	}
	zta_pep_close(pep);
	return code;
}

int
cli_pep(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "exchange", exchange,
		    "a credential for a transaction token" },
		{ "decide", decide, "may it be done?" },
		{ "seal", seal, "may it, and a seal for a file" },
		{ "unseal", unseal, "the seal of a file for a token" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(
	    commands, argc, argv, "Usage: ztauth pep COMMAND [OPTION...]\n");
}
