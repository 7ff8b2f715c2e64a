/* SPDX-License-Identifier: Apache-2.0 */
/* key.c - ztauth key: signing keys. */
#include "ztauth/key.h"

#include <stdio.h>

#include "cli/cli.h"

static const char gen_help[] =
    "Usage: ztauth key gen --out FILE [--alg ALG] [--kid ID]\n"
    "\n"
    "Make a key pair. The private key goes to FILE (PKCS#8 PEM, mode 0600; a\n"
    "file that exists is left alone), the public one to standard output as a\n"
    "JWK.\n"
    "\n"
    "  --out FILE   new file for the private key\n"
    "  --alg ALG    ES256 (default), EdDSA, RS256 or PS256\n"
    "  --kid ID     key id; default: the thumbprint of RFC 7638\n";

static int
gen(int argc, char **argv)
{
	const char *out = NULL, *name = NULL, *kid = NULL;
	const cli_option options[] = {
		{ "out", &out, NULL },
		{ "alg", &name, NULL },
		{ "kid", &kid, NULL },
		{ NULL, NULL, NULL },
	};
	char jwk[ZTA_KEY_JWK_MAX];
	zta_key *key = NULL;
	zta_error err = { 0 };
	zta_alg alg;
	zta_status status;
	int code = cli_options(argc, argv, options, NULL, gen_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(out, "--out")) {
		return CLI_USAGE;
	}
	alg = name == NULL ? ZTA_ALG_ES256 : zta_alg_of(zta_str_of(name));
	if (alg == ZTA_ALG_NONE) {
		cli_say(
		    "--alg: %s is none of ES256, EdDSA, RS256, PS256", name);
		return CLI_USAGE;
	}
	status = zta_key_generate(&key, alg, &err);
	if (status == ZTA_OK) {
		status = zta_key_public_jwk(
		    key, alg, zta_str_of(kid == NULL ? "" : kid), jwk, &err);
	}
	if (status == ZTA_OK) {
		status = zta_key_write_private(key, out, &err);
	}
	zta_key_close(key);
	if (status != ZTA_OK) {
		return cli_fail(&err);
	}
	puts(jwk);
	return CLI_OK;
}

int
cli_key(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "gen", gen, "make a key pair" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(
	    commands, argc, argv, "Usage: ztauth key COMMAND [OPTION...]\n");
}
