/* SPDX-License-Identifier: Apache-2.0 */
/* revoke.c - ztauth revoke: take credentials back. */
#include "ztauth/revocation.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "ztauth/token.h"

#define DAY_S 86400
#define DAYS_DEFAULT 366

static const char help[] =
    "Usage: ztauth revoke --file FILE --jti ID --iss ISSUER [OPTION...]\n"
    "       ztauth revoke --file FILE --digest HEX [OPTION...]\n"
    "       ztauth revoke --file FILE --credential FILE [OPTION...]\n"
    "       ztauth revoke --file FILE --type TYPE --id ID [OPTION...]\n"
    "       ztauth revoke --file FILE --empty\n"
    "\n"
    "Take back a credential, or all credentials of a principal. A running server\n"
    "knows it with the next request. The list is made if there is none.\n"
    "\n"
    "  --file FILE        `revocations` of the server's configuration\n"
    "  --jti ID           claim `jti`, of this issuer:\n"
    "  --iss ISSUER       claim `iss`, or the trust domain of a workload\n"
    "  --digest HEX       SHA-256 of the credential, as records show it\n"
    "  --credential FILE  the credential itself; - is standard input\n"
    "  --type TYPE        Cedar type of the principal, such as User\n"
    "  --id ID            its id\n"
    "  --before           only what was issued to it before now\n"
    "  --days N           how long it holds, default 366: to the end of what is\n"
    "                     taken back, or longer\n"
    "  --note TEXT        for the reader of the list\n"
    "  --empty            make the list, and take nothing back\n";

typedef struct arguments {
	const char *file, *jti, *iss, *digest, *credential, *type, *id;
	const char *days, *note;
	bool before, empty;
} arguments;

/* Read a credential and take its digest; it is wiped. */
static bool
digest_of(const char *path, char out[ZTA_TOKEN_DIGEST_MAX])
{
	zta_str text;
	size_t len;

	if (!cli_read(path, &text)) {
		return false;
	}
	len = text.len;
	while (len > 0 && strchr("\r\n", text.ptr[len - 1]) != NULL) {
		len--;
	}
	zta_token_digest((zta_str){ text.ptr, len }, out);
	cli_forget(text);
	return true;
}

static int
revoke(const arguments *args)
{
	char digest[ZTA_TOKEN_DIGEST_MAX] = "";
	int64_t days = DAYS_DEFAULT, now_s = (int64_t)time(NULL);
	zta_revocation what;
	zta_error err = { 0 };

	if (args->days != NULL && !cli_number(args->days, "--days", &days)) {
		return CLI_USAGE;
	}
	if (args->credential != NULL && args->digest != NULL) {
		cli_say("--credential and --digest are the same thing");
		return CLI_USAGE;
	}
	if (args->credential != NULL && !digest_of(args->credential, digest)) {
		return CLI_FAILED;
	}
	what = (zta_revocation){ .issuer = cli_text(args->iss),
		.jti = cli_text(args->jti),
		.digest =
		    cli_text(args->credential != NULL ? digest : args->digest),
		.type = cli_text(args->type),
		.id = cli_text(args->id),
		.before_s = args->before ? now_s : 0,
		.until_s =
		    now_s + (days > INT16_MAX ? INT16_MAX : days) * DAY_S,
		.note = cli_text(args->note) };
	return zta_revoke(args->file, args->empty ? NULL : &what, now_s * 1000,
		   &err) == ZTA_OK ?
	    CLI_OK :
	    cli_fail(&err);
}

int
cli_revoke(int argc, char **argv)
{
	arguments args = { 0 };
	const cli_option options[] = {
		{ "file", &args.file, NULL },
		{ "jti", &args.jti, NULL },
		{ "iss", &args.iss, NULL },
		{ "digest", &args.digest, NULL },
		{ "credential", &args.credential, NULL },
		{ "type", &args.type, NULL },
		{ "id", &args.id, NULL },
		{ "days", &args.days, NULL },
		{ "note", &args.note, NULL },
		{ "before", NULL, &args.before },
		{ "empty", NULL, &args.empty },
		{ NULL, NULL, NULL },
	};
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	return cli_need(args.file, "--file") ? revoke(&args) : CLI_USAGE;
}
