/* SPDX-License-Identifier: Apache-2.0 */
/* trust_statement.c - ztauth trust statement make and verify. */
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "cli/cli.h"
#include "ztauth/trust.h"

static const char make_help[] =
    "Usage: ztauth trust statement make --key FILE --until TIME [CLAIMS]\n"
    "\n"
    "Make a statement of your domain for another one, which puts it into\n"
    "trust/statements/ of its ledger: CLAIMS, a file or standard input, are signed.\n"
    "It begins now. `jti`, `nbf` and `exp` are put there.\n"
    "\n"
    "  --key FILE    private key, PEM, whose public half the other domain knows\n"
    "  --until TIME  when it ends: 2026-12-31T00:00:00Z; within 366 days\n";

static const char verify_help[] =
    "Usage: ztauth trust statement verify --domains FILE [STATEMENT]\n"
    "\n"
    "Print what a statement says, and whether it would count now: a file, or\n"
    "standard input.\n"
    "\n"
    "  --domains FILE  the trust/domains.json that has the keys of its domain\n"
    "\n"
    "Exit: 0 it would; 2 it would not; 1 it could not be said.\n";

static zta_status
sign(zta_str pem, zta_str claims, int64_t until, zta_str *out, zta_error *err)
{
	zta_key *key = NULL;
	zta_status status = zta_key_read_pem(&key, pem, err);

	if (status == ZTA_OK) {
		status = zta_trust_statement_make(
		    claims, key, zta_time__now_ms(), until, out, err);
	}
	zta_key_close(key);
	return status;
}

static int
make(int argc, char **argv)
{
	const char *key = NULL, *end = NULL, *from = NULL;
	const cli_option options[] = { { "key", &key, NULL },
		{ "until", &end, NULL }, { NULL, NULL, NULL } };
	zta_str pem = { NULL, 0 }, claims = { NULL, 0 }, made = { NULL, 0 };
	zta_error err = { 0 };
	int64_t until;
	int code = cli_options(argc, argv, options, &from, make_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(key, "--key") || !cli_need(end, "--until")) {
		return CLI_USAGE;
	}
	if (!zta_time__read(zta_str_of(end), &until)) {
		cli_say("--until: no time such as 2026-01-31T12:00:00Z");
		return CLI_USAGE;
	}
	code = CLI_FAILED;
	if (cli_read(key, &pem) &&
	    cli_read(from == NULL ? "-" : from, &claims)) {
		if (sign(pem, claims, until, &made, &err) == ZTA_OK) {
			fwrite(made.ptr, 1, made.len, stdout);
			code = CLI_OK;
		} else {
			code = cli_fail(&err);
		}
	}
	cli_forget(pem);
	zta_str_free(claims);
	zta_str_free(made);
	return code;
}

static int
judge(zta_str statement, zta_str domains)
{
	zta_str claims;
	zta_error err = { 0 };
	zta_status status = zta_trust_statement_verify(
	    statement, domains, zta_time__now_ms(), &claims, &err);

	if (claims.ptr != NULL) {
		printf("%.*s\n", (int)claims.len, claims.ptr);
	}
	zta_str_free(claims);
	if (status != ZTA_OK && status != ZTA_EUNTRUSTED) {
		return cli_fail(&err);
	}
	printf("it %s%s%s\n", status == ZTA_OK ? "counts" : "does not count",
	    status == ZTA_OK ? "" : ": ", err.message);
	return status == ZTA_OK ? CLI_OK : CLI_NO;
}

static int
verify(int argc, char **argv)
{
	const char *file = NULL, *from = NULL;
	const cli_option options[] = { { "domains", &file, NULL },
		{ NULL, NULL, NULL } };
	zta_str statement = { NULL, 0 }, domains = { NULL, 0 };
	int code = cli_options(argc, argv, options, &from, verify_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(file, "--domains")) {
		return CLI_USAGE;
	}
	code = cli_read(file, &domains) &&
		cli_read(from == NULL ? "-" : from, &statement) ?
	    judge(statement, domains) :
	    CLI_FAILED;
	zta_str_free(domains);
	zta_str_free(statement);
	return code;
}

int
cli_trust_statement(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "make", make, "sign one, for another domain" },
		{ "verify", verify, "what does it say, would it count" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(commands, argc, argv,
	    "Usage: ztauth trust statement COMMAND [OPTION...]\n");
}
