/* SPDX-License-Identifier: Apache-2.0 */
/* pep_decide.c - ztauth pep decide, ztauth pep seal. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "cli/cli.h"
#include "ztauth/pep.h"

#define QUESTION_HELP                                                      \
	"  --token FILE        a transaction token; - is standard input\n" \
	"  --action A          what is to be done\n"                       \
	"  --resource TYPE::\"ID\"\n"                                      \
	"  --for TYPE::\"ID\"    whom; default: whom the token is for\n"   \
	"  --context JSON      an object\n"

#define ANSWER_HELP \
	"\n"        \
	"Exit: 0 allowed, 2 denied, 1 there is no answer: then do not do it.\n"

static const char decide_help[] =
    "Usage: ztauth pep decide --url URL --action A --resource TYPE::\"ID\"\n"
    "       [OPTION...]\n"
    "\n"
    "Ask for a decision, and print it as JSON.\n"
    "\n" QUESTION_HELP CLI_PEP_HELP ANSWER_HELP;

static const char seal_help[] =
    "Usage: ztauth pep seal --url URL --channel NAME --action A\n"
    "       --resource TYPE::\"ID\" --token FILE [OPTION...] FILE\n"
    "\n"
    "Ask for a decision, print it as JSON, and if it is allowed, write the seal of\n"
    "FILE as a whole to FILE.seal; else there is no such file.\n"
    "\n"
    "  --channel NAME      where FILE is going\n"
    "  --once              the seal is good once, with --lines once for each\n"
    "  --lines             each line is consumed by itself\n" QUESTION_HELP
	CLI_PEP_HELP ANSWER_HELP;

/* What is written on the command line. */
typedef struct words {
	cli_pep_server server;
	const char *subject, *context, *token, *action, *resource;
	const char *channel, *file;
	bool once, lines;
} words;

#define QUESTION_OPTIONS(w)                                           \
	{ "token", &(w).token, NULL }, { "for", &(w).subject, NULL }, \
	    { "action", &(w).action, NULL },                          \
	    { "resource", &(w).resource, NULL },                      \
	{                                                             \
		"context", &(w).context, NULL                         \
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

static bool
make_question(const words *w, zta_pep_question *out)
{
	*out = (zta_pep_question){ .action = cli_text(w->action),
		.context = cli_text(w->context) };
	return cli_need(w->action, "--action") &&
	    cli_need(w->resource, "--resource") &&
	    read_entity(w->resource, "--resource", &out->resource) &&
	    read_entity(w->subject, "--for", &out->subject);
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

/* --- sealing: a line with the seal, and of many payloads a line with each path */

static zta_status
put_paths(const zta_pep_batch *batch, zta_buf *out, zta_error *err)
{
	char path[ZTA_PEP_PATH_MAX];
	size_t i;

	for (i = 0; zta_pep_batch_path(batch, i, path, err) == ZTA_OK; i++) {
		zta_buf__text(out, path);
		zta_buf__byte(out, '\n');
	}
	return out->status;
}

/* All of it or nothing. */
static int
write_sidecar(
    const char *path, const zta_pep_token *seal, const zta_pep_batch *batch)
{
	zta_error err = { 0 };
	zta_status status;
	zta_buf text;

	zta_buf__init(&text, SIZE_MAX);
	zta_buf__text(&text, seal->text);
	zta_buf__byte(&text, '\n');
	status = batch == NULL ? text.status : put_paths(batch, &text, &err);
	err = (zta_error){ 0 };
	if (status == ZTA_OK) {
		status =
		    zta_file__replace(path, 0644, zta_buf__str(&text), &err);
	}
	zta_buf__release(&text);
	return status == ZTA_OK ? CLI_OK : cli_fail(&err);
}

/* A payload a line, without its end. */
static zta_status
add_lines(zta_str text, zta_pep_batch **out, zta_error *err)
{
	zta_status status = zta_pep_batch_open(out, err);
	zta_str line;

	if (text.len > 0 && text.ptr[text.len - 1] == '\n') {
		text.len--;
	}
	while (status == ZTA_OK && zta_str__next(&text, '\n', &line)) {
		status = zta_pep_batch_add(*out, line, err);
	}
	return status;
}

static int
seal_message(const char *path, zta_pep *pep, const zta_pep_question *question,
    const zta_pep_message *message)
{
	static zta_pep_token seal;
	zta_pep_decision decision;
	zta_error err = { 0 };
	zta_status status =
	    zta_pep_seal(pep, question, message, &decision, &seal, &err);

	if (status == ZTA_OK && decision.effect == ZTA_ALLOW &&
	    write_sidecar(path, &seal, message->batch) != CLI_OK) {
		return CLI_FAILED;
	}
	return give_decision(status, &decision, &err);
}

/* There is a sidecar behind it only if it is allowed now. */
static int
seal_file(const words *w, zta_pep *pep, const zta_pep_question *question)
{
	zta_pep_message message = { .channel = cli_text(w->channel),
		.once = w->once };
	zta_error err = { 0 };
	char *path = cli_sidecar(w->file);
	int code = CLI_FAILED;

	if (path != NULL && cli_read(w->file, &message.payload)) {
		(void)unlink(path);
		code = w->lines &&
			add_lines(message.payload, &message.batch, &err) !=
			    ZTA_OK ?
		    cli_fail(&err) :
		    seal_message(path, pep, question, &message);
		zta_pep_batch_close(message.batch);
		zta_str_free(message.payload);
	}
	free(path);
	return code;
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
	int code = cli_pep_open(&w->server, &pep);

	if (code != CLI_OK) {
		return code;
	}
	code = CLI_FAILED;
	if (cli_secret(w->token, &token)) {
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

int
cli_pep_decide(int argc, char **argv)
{
	words w = { 0 };
	const cli_option options[] = {
		CLI_PEP_OPTIONS(w.server),
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

int
cli_pep_seal(int argc, char **argv)
{
	words w = { 0 };
	const cli_option options[] = {
		CLI_PEP_OPTIONS(w.server),
		QUESTION_OPTIONS(w),
		{ "channel", &w.channel, NULL },
		{ "once", NULL, &w.once },
		{ "lines", NULL, &w.lines },
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
