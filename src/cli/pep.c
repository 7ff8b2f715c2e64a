/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pep.c - ztauth pep: tokens, from a script.
 *
 * Tokens come from files and go to standard output: arguments are for all to see.
 */
#include "ztauth/pep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "cli/cli.h"

#define EXIT_HELP \
	"\n"      \
	"Exit: 0 done, 2 the server refuses, 1 it could not be done.\n"

static const char exchange_help[] =
    "Usage: ztauth pep exchange --url URL --subject FILE [OPTION...]\n"
    "\n"
    "Exchange a credential for a transaction token, and print that.\n"
    "\n"
    "  --subject FILE      the credential; - is standard input\n"
    "  --kind KIND         jwt (default), access_token, id_token, saml2, api_key,\n"
    "                      txn_token: a transaction goes on; delegation: a\n"
    "                      grant stands for who gave it\n"
    "  --scope WORDS       no more than these\n"
    "  --details JSON      what it is about: request_details\n"
    "  --context JSON      where it comes from: request_context\n"
    "  --delegation FILE   a grant\n" CLI_PEP_HELP EXIT_HELP;

static const char unseal_help[] =
    "Usage: ztauth pep unseal --url URL --channel NAME [OPTION...] FILE\n"
    "\n"
    "Exchange the seal of FILE, which is in FILE.seal, for a transaction token, and\n"
    "print that.\n"
    "\n"
    "  --channel NAME      where FILE came from\n"
    "  --line N            the seal is of lines: that of line N, from 1\n" CLI_PEP_HELP
	EXIT_HELP;

/* What is written on the command line. */
typedef struct words {
	cli_pep_server server;
	const char *subject, *kind, *scope, *details, *context, *delegation;
	const char *channel, *line, *file;
} words;

static bool
read_kind(const char *text, const char *name, zta_pep_kind *out)
{
	static const char *const kinds[] = { [ZTA_PEP_JWT] = "jwt",
		[ZTA_PEP_ACCESS_TOKEN] = "access_token",
		[ZTA_PEP_ID_TOKEN] = "id_token",
		[ZTA_PEP_SAML2] = "saml2",
		[ZTA_PEP_API_KEY] = "api_key",
		[ZTA_PEP_TXN_TOKEN] = "txn_token",
		[ZTA_PEP_DELEGATION] = "delegation" };
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

int
cli_pep_open(const cli_pep_server *w, zta_pep **out)
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

bool
cli_secret(const char *path, zta_buf *out)
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

char *
cli_sidecar(const char *file)
{
	char *path = NULL;

	return asprintf(&path, "%s.seal", file) < 0 ? NULL : path;
}

/* --- the verbs */

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
exchange_for(const words *w, zta_pep *pep, zta_pep_subject *subject)
{
	static zta_pep_token token;
	zta_error err = { 0 };
	zta_buf credential, grant;
	int code = CLI_FAILED;

	zta_buf__init(&grant, 0);
	if (cli_secret(w->subject, &credential) &&
	    cli_secret(w->delegation, &grant)) {
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
		CLI_PEP_OPTIONS(w.server),
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
	subject.scope = cli_text(w.scope);
	subject.details = cli_text(w.details);
	subject.context = cli_text(w.context);
	code = cli_pep_open(&w.server, &pep);
	if (code == CLI_OK) {
		code = exchange_for(&w, pep, &subject);
	}
	zta_pep_close(pep);
	return code;
}

/* Line `n` of a text, from 0. */
static bool
take_line(const char *path, zta_str text, int64_t n, zta_str *out)
{
	if (text.len > 0 && text.ptr[text.len - 1] == '\n') {
		text.len--;
	}
	for (; zta_str__next(&text, '\n', out); n--) {
		if (n == 0) {
			return true;
		}
	}
	cli_say("%s: it has no such line", path);
	return false;
}

/* One of many, which `--line` names from 1. */
static bool
take_part(const words *w, const char *path, zta_str sidecar, int64_t line,
    zta_pep_message *message)
{
	message->is_part = true;
	message->index = (uint32_t)line - 1;
	return take_line(
		   w->file, message->payload, line - 1, &message->payload) &&
	    take_line(path, sidecar, line, &message->path);
}

static int
unseal_file(const words *w, zta_pep *pep, int64_t line)
{
	static zta_pep_token token;
	zta_pep_message message = { .channel = cli_text(w->channel) };
	char *path = cli_sidecar(w->file);
	zta_str file = { NULL, 0 }, sidecar = { NULL, 0 }, seal;
	zta_error err = { 0 };
	zta_status status;
	int code = CLI_FAILED;

	if (path != NULL && cli_read(w->file, &file) &&
	    cli_read(path, &sidecar)) {
		message.payload = file;
		if (take_line(path, sidecar, 0, &seal) &&
		    (line == 0 ||
			take_part(w, path, sidecar, line, &message))) {
			status =
			    zta_pep_unseal(pep, seal, &message, &token, &err);
			code = give_token(status, &token, &err);
		}
	}
	zta_str_free(file);
	zta_str_free(sidecar);
	free(path);
	return code;
}

static int
unseal(int argc, char **argv)
{
	words w = { 0 };
	const cli_option options[] = {
		CLI_PEP_OPTIONS(w.server),
		{ "channel", &w.channel, NULL },
		{ "line", &w.line, NULL },
		{ NULL, NULL, NULL },
	};
	int64_t line = 0;
	zta_pep *pep;
	int code = cli_options(argc, argv, options, &w.file, unseal_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(w.file, "FILE") || !cli_need(w.channel, "--channel") ||
	    (w.line != NULL && !cli_number(w.line, "--line", &line))) {
		return CLI_USAGE;
	}
	if (w.line != NULL && (line == 0 || line > UINT32_MAX)) {
		cli_say("--line: lines are numbered from 1");
		return CLI_USAGE;
	}
	code = cli_pep_open(&w.server, &pep);
	if (code == CLI_OK) {
		code = unseal_file(&w, pep, line);
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
		{ "decide", cli_pep_decide, "may it be done?" },
		{ "seal", cli_pep_seal, "may it, and a seal for a file" },
		{ "unseal", unseal, "the seal of a file for a token" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(
	    commands, argc, argv, "Usage: ztauth pep COMMAND [OPTION...]\n");
}
