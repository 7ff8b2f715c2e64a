/* SPDX-License-Identifier: Apache-2.0 */
/* key.c - ztauth key: signing keys. */
#include "ztauth/key.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const char gen_help[] =
    "Usage: ztauth key gen --out FILE [--alg ALG] [--kid ID]\n"
    "       ztauth key gen --out FILE --ssh [--comment TEXT]\n"
    "\n"
    "Make a key pair. The private key goes to FILE (PKCS#8 PEM, mode 0600; a\n"
    "file that exists is left alone), the public one to standard output as a\n"
    "JWK. With --ssh the key is Ed25519, for signing commits: FILE is as\n"
    "ssh-keygen writes it, FILE.pub has the public key, and so has standard\n"
    "output.\n"
    "\n"
    "  --out FILE      new file for the private key\n"
    "  --alg ALG       ES256 (default), EdDSA, RS256 or PS256\n"
    "  --kid ID        key id; default: the thumbprint of RFC 7638\n"
    "  --ssh           a key in the form of OpenSSH\n"
    "  --comment TEXT  who or what the key is, for the reader\n";

static const char show_help[] =
    "Usage: ztauth key show [--ssh | --fingerprint] FILE\n"
    "\n"
    "Print the public key of FILE, which holds a private or a public key: PEM,\n"
    "or as OpenSSH has it. - is standard input.\n"
    "\n"
    "  --ssh          as a line of OpenSSH, instead of a JWK\n"
    "  --fingerprint  the fingerprint that ssh-keygen prints\n";

typedef struct gen_arguments {
	const char *out, *alg, *kid, *comment;
	bool ssh;
} gen_arguments;

static zta_status
gen_jwk(const gen_arguments *args, const zta_key *key, zta_error *err)
{
	char jwk[ZTA_KEY_JWK_MAX];
	zta_status status = zta_key_public_jwk(key,
	    args->alg == NULL ? ZTA_ALG_NONE :
				zta_alg_of(zta_str_of(args->alg)),
	    cli_text(args->kid), jwk, err);

	if (status == ZTA_OK) {
		status = zta_key_write_private(key, args->out, err);
	}
	if (status == ZTA_OK) {
		puts(jwk);
	}
	return status;
}

static zta_status
gen_ssh(const gen_arguments *args, const zta_key *key, zta_error *err)
{
	char line[ZTA_KEY_SSH_MAX];
	zta_str comment = cli_text(args->comment);
	zta_status status = zta_key_public_ssh(key, comment, line, err);

	if (status == ZTA_OK) {
		status = zta_key_write_ssh(key, args->out, comment, err);
	}
	if (status == ZTA_OK) {
		puts(line);
	}
	return status;
}

/* Is what is asked for one thing? */
static bool
sensible(const gen_arguments *args)
{
	if (!cli_need(args->out, "--out")) {
		return false;
	}
	if (args->ssh && (args->alg != NULL || args->kid != NULL)) {
		cli_say("--ssh goes with neither --alg nor --kid");
		return false;
	}
	if (!args->ssh && args->comment != NULL) {
		cli_say("--comment is for --ssh");
		return false;
	}
	if (args->alg != NULL &&
	    zta_alg_of(zta_str_of(args->alg)) == ZTA_ALG_NONE) {
		cli_say("--alg: %s is none of ES256, EdDSA, RS256, PS256",
		    args->alg);
		return false;
	}
	return true;
}

static int
gen(int argc, char **argv)
{
	gen_arguments args = { 0 };
	const cli_option options[] = {
		{ "out", &args.out, NULL },
		{ "alg", &args.alg, NULL },
		{ "kid", &args.kid, NULL },
		{ "comment", &args.comment, NULL },
		{ "ssh", NULL, &args.ssh },
		{ NULL, NULL, NULL },
	};
	zta_key *key = NULL;
	zta_error err = { 0 };
	zta_alg alg = ZTA_ALG_ES256;
	zta_status status;
	int code = cli_options(argc, argv, options, NULL, gen_help);

	if (code >= 0) {
		return code;
	}
	if (!sensible(&args)) {
		return CLI_USAGE;
	}
	if (args.alg != NULL) {
		alg = zta_alg_of(zta_str_of(args.alg));
	}
	status = zta_key_generate(&key, args.ssh ? ZTA_ALG_EDDSA : alg, &err);
	if (status == ZTA_OK) {
		status = args.ssh ? gen_ssh(&args, key, &err) :
				    gen_jwk(&args, key, &err);
	}
	zta_key_close(key);
	return status == ZTA_OK ? CLI_OK : cli_fail(&err);
}

static zta_status
print(const zta_key *key, bool ssh, bool fingerprint, zta_error *err)
{
	char text[ZTA_KEY_JWK_MAX];
	zta_status status;

	if (ssh) {
		status = zta_key_public_ssh(key, ZTA_STR(""), text, err);
	} else if (fingerprint) {
		status = zta_key_fingerprint(key, text, err);
	} else {
		status = zta_key_public_jwk(
		    key, ZTA_ALG_NONE, ZTA_STR(""), text, err);
	}
	if (status == ZTA_OK) {
		puts(text);
	}
	return status;
}

static int
show(int argc, char **argv)
{
	const char *path = NULL;
	bool ssh = false, fingerprint = false;
	const cli_option options[] = {
		{ "ssh", NULL, &ssh },
		{ "fingerprint", NULL, &fingerprint },
		{ NULL, NULL, NULL },
	};
	zta_key *key = NULL;
	zta_error err = { 0 };
	zta_str text;
	zta_status status;
	int code = cli_options(argc, argv, options, &path, show_help);

	if (code >= 0) {
		return code;
	}
	if (path == NULL || (ssh && fingerprint)) {
		cli_say("one FILE, and one form of it; see --help");
		return CLI_USAGE;
	}
	if (!cli_read(path, &text)) {
		return CLI_FAILED;
	}
	status = text.len > 4 && memcmp(text.ptr, "ssh-", 4) == 0 ?
	    zta_key_read_ssh(&key, text, &err) :
	    zta_key_read_pem(&key, text, &err);
	cli_forget(text);
	if (status == ZTA_OK) {
		status = print(key, ssh, fingerprint, &err);
	}
	zta_key_close(key);
	if (status != ZTA_OK) {
		(void)snprintf(err.place, sizeof(err.place), "%s", path);
		return cli_fail(&err);
	}
	return CLI_OK;
}

int
cli_key(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "gen", gen, "make a key pair" },
		{ "show", show, "print the public key of a key file" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(
	    commands, argc, argv, "Usage: ztauth key COMMAND [OPTION...]\n");
}
