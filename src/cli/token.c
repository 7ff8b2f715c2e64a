/* SPDX-License-Identifier: Apache-2.0 */
/* token.c - ztauth token: tokens for development and tests. */
#include "ztauth/token.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"

static const char mint_help[] =
    "Usage: ztauth token mint --key FILE --claims FILE [OPTION...]\n"
    "       ztauth token mint --key FILE --sub SUB --aud AUD [OPTION...]\n"
    "\n"
    "Sign a JWT and print it.\n"
    "\n"
    "  --key FILE     private key, PEM (see `ztauth key gen`)\n"
    "  --claims FILE  the payload, JSON, taken as it is; - is standard input\n"
    "  --iss ISS      issuer\n"
    "  --sub SUB      subject\n"
    "  --aud AUD      audience\n"
    "  --scope WORDS  scope, words with spaces between them\n"
    "  --ttl SECONDS  lifetime from now, default 300\n"
    "  --alg ALG      RS256 or PS256 for an RSA key; else the key's own\n"
    "  --typ TYPE     header `typ`, default JWT\n"
    "  --kid ID       header `kid`, default: the thumbprint of the key\n";

static const char inspect_help[] =
    "Usage: ztauth token inspect TOKEN\n"
    "\n"
    "Print header and payload of a JWT WITHOUT verifying it. - reads the token\n"
    "from standard input.\n";

static const char verify_help[] =
    "Usage: ztauth token verify --sources FILE [--keys DIR] TOKEN\n"
    "\n"
    "Verify a JWT or a SAML assertion as the server would and print the\n"
    "principal, or why it was refused. - reads it from standard input.\n"
    "Fetched keys, API keys and proofs of possession need a running server.\n"
    "\n"
    "  --sources FILE  identity sources (identity/sources.json of a ledger)\n"
    "  --keys DIR      where `jwks_file` names are looked for\n"
    "\n"
    "Exit: 0 accepted, 2 refused, 1 could not be done.\n";

typedef struct mint_arguments {
	const char *key, *claims, *iss, *sub, *aud, *scope, *ttl;
	const char *alg, *typ, *kid;
} mint_arguments;

/* Claim texts come from a command line: quote what JSON needs quoted. */
static void
put_claim(FILE *to, const char *name, const char *value)
{
	if (value == NULL) {
		return;
	}
	fprintf(to, "\"%s\":\"", name);
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\') {
			fputc('\\', to);
		}
		fputc(*value, to);
	}
	fputs("\",", to);
}

static bool
make_claims(const mint_arguments *args, zta_str *out)
{
	char *text = NULL, *end = NULL;
	size_t len = 0;
	long ttl = 300;
	FILE *to;

	if (args->claims != NULL) {
		return cli_read(args->claims, out);
	}
	if (args->ttl != NULL) {
		ttl = strtol(args->ttl, &end, 10);
		if (*args->ttl == '\0' || *end != '\0') {
			cli_say("--ttl: not a number of seconds");
			return false;
		}
	}
	to = open_memstream(&text, &len);
	if (to == NULL) {
		return false;
	}
	fputc('{', to);
	put_claim(to, "iss", args->iss);
	put_claim(to, "sub", args->sub);
	put_claim(to, "aud", args->aud);
	put_claim(to, "scope", args->scope);
	fprintf(to, "\"iat\":%" PRId64 ",\"exp\":%" PRId64 "}",
	    (int64_t)time(NULL), (int64_t)time(NULL) + ttl);
	if (fclose(to) != 0) {
		return false;
	}
	*out = (zta_str){ text, len };
	return true;
}

static zta_status
sign(const mint_arguments *args, zta_str pem, zta_str claims, char *token,
    zta_error *err)
{
	zta_alg alg = args->alg == NULL ? ZTA_ALG_NONE :
					  zta_alg_of(zta_str_of(args->alg));
	zta_key *key = NULL;
	zta_status status = zta_key_read_pem(&key, pem, err);

	if (status == ZTA_OK) {
		status = zta_token_mint(key, alg,
		    zta_str_of(args->typ == NULL ? "JWT" : args->typ),
		    zta_str_of(args->kid == NULL ? "" : args->kid), claims,
		    token, err);
	}
	zta_key_close(key);
	return status;
}

static int
mint(int argc, char **argv)
{
	mint_arguments args = { 0 };
	const cli_option options[] = {
		{ "key", &args.key, NULL },
		{ "claims", &args.claims, NULL },
		{ "iss", &args.iss, NULL },
		{ "sub", &args.sub, NULL },
		{ "aud", &args.aud, NULL },
		{ "scope", &args.scope, NULL },
		{ "ttl", &args.ttl, NULL },
		{ "alg", &args.alg, NULL },
		{ "typ", &args.typ, NULL },
		{ "kid", &args.kid, NULL },
		{ NULL, NULL, NULL },
	};
	static char token[ZTA_TOKEN_MAX];
	zta_str pem = { NULL, 0 }, claims = { NULL, 0 };
	zta_error err = { 0 };
	int code = cli_options(argc, argv, options, NULL, mint_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(args.key, "--key") ||
	    (args.claims == NULL && !cli_need(args.sub, "--sub"))) {
		return CLI_USAGE;
	}
	code = CLI_FAILED;
	if (cli_read(args.key, &pem) && make_claims(&args, &claims)) {
		code = CLI_OK;
		if (sign(&args, pem, claims, token, &err) == ZTA_OK) {
			puts(token);
		} else {
			code = cli_fail(&err);
		}
	}
	cli_forget(pem);
	zta_str_free(claims);
	return code;
}

/* The token itself, or the first line of standard input. */
static bool
take_token(const char *arg, zta_str *out)
{
	if (!cli_need(arg, "TOKEN")) {
		return false;
	}
	*out = zta_str_of(arg);
	if (strcmp(arg, "-") == 0) {
		if (!cli_read(arg, out)) {
			return false;
		}
		while (out->len > 0 && out->ptr[out->len - 1] == '\n') {
			out->len--;
		}
	}
	return true;
}

static void
drop_token(const char *arg, zta_str token)
{
	if (strcmp(arg, "-") == 0) {
		zta_str_free(token);
	}
}

static int
inspect(int argc, char **argv)
{
	static const cli_option options[] = { { NULL, NULL, NULL } };
	static char json[ZTA_TOKEN_JSON_MAX];
	const char *arg = NULL;
	zta_error err = { 0 };
	zta_str token;
	zta_status status;
	int code = cli_options(argc, argv, options, &arg, inspect_help);

	if (code >= 0) {
		return code;
	}
	if (!take_token(arg, &token)) {
		return CLI_USAGE;
	}
	status = zta_token_inspect(token, json, &err);
	drop_token(arg, token);
	if (status != ZTA_OK) {
		return cli_fail(&err);
	}
	puts(json);
	return CLI_OK;
}

static int
verify(int argc, char **argv)
{
	const char *arg = NULL, *path = NULL, *keys = NULL;
	const cli_option options[] = {
		{ "sources", &path, NULL },
		{ "keys", &keys, NULL },
		{ NULL, NULL, NULL },
	};
	static char json[ZTA_TOKEN_JSON_MAX];
	zta_error err = { 0 };
	zta_str token, sources;
	zta_status status;
	int code = cli_options(argc, argv, options, &arg, verify_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(path, "--sources") || !take_token(arg, &token)) {
		return CLI_USAGE;
	}
	if (!cli_read(path, &sources)) {
		drop_token(arg, token);
		return CLI_FAILED;
	}
	status = zta_token_verify(
	    token, sources, keys, (int64_t)time(NULL) * 1000, json, &err);
	drop_token(arg, token);
	zta_str_free(sources);
	if (status == ZTA_OK || status == ZTA_EUNTRUSTED) {
		puts(json);
		return status == ZTA_OK ? CLI_OK : CLI_NO;
	}
	return cli_fail(&err);
}

int
cli_token(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "mint", mint, "sign a token" },
		{ "inspect", inspect, "look into a token, unverified" },
		{ "verify", verify, "verify a token under identity sources" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(
	    commands, argc, argv, "Usage: ztauth token COMMAND [OPTION...]\n");
}
