/* SPDX-License-Identifier: Apache-2.0 */
/* receipt.c - ztauth receipt get, verify: that a record is in a log. */
#include "ztauth/receipt.h"

#include <stdio.h>

#include "cli/cli.h"

static const char get_help[] =
    "Usage: ztauth receipt get ID --url URL [--out FILE]\n"
    "\n"
    "Ask a server for the receipt of a record, by the id of the decision.\n"
    "\n"
    "  --url URL   of the zone: https://host/zones/ZONE\n"
    "  --out FILE  write it there; default: standard output\n";

static const char verify_help[] =
    "Usage: ztauth receipt verify FILE (--key VKEY | --policy FILE)\n"
    "\n"
    "Verify a receipt, without asking anybody, and print the record.\n"
    "\n"
    "  --key VKEY     the verifier key of the log: name+id+key\n"
    "  --policy FILE  whose logs are believed, and which witnesses must have\n"
    "                 cosigned (tlog-policy)\n"
    "\n"
    "Exit: 0, 1 if it cannot be read, 2 if it is not good.\n";

static const char group_help[] =
    "Usage: ztauth receipt COMMAND [ARGUMENT...]\n"
    "\n"
    "Receipts of decisions: that a record is in the log of a server.\n";

static int
put(zta_str text, const char *path)
{
	FILE *file = path == NULL ? stdout : fopen(path, "wb");
	bool done;

	if (file == NULL) {
		cli_say("%s: cannot be written", path);
		return CLI_FAILED;
	}
	done = fwrite(text.ptr, 1, text.len, file) == text.len &&
	    fflush(file) == 0;
	if (file != stdout) {
		done = fclose(file) == 0 && done;
	}
	if (!done) {
		cli_say("the receipt cannot be written");
	}
	return done ? CLI_OK : CLI_FAILED;
}

static int
get(int argc, char **argv)
{
	const char *id = NULL, *url = NULL, *out = NULL;
	const cli_option options[] = {
		{ "url", &url, NULL },
		{ "out", &out, NULL },
		{ NULL, NULL, NULL },
	};
	zta_error err = { 0 };
	zta_str receipt;
	int code = cli_options(argc, argv, options, &id, get_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(id, "an id") || !cli_need(url, "--url")) {
		return CLI_USAGE;
	}
	if (zta_receipt_fetch(url, id, &receipt, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	code = put(receipt, out);
	zta_str_free(receipt);
	return code;
}

static int
verify(int argc, char **argv)
{
	const char *path = NULL, *key = NULL, *policy = NULL;
	const cli_option options[] = {
		{ "key", &key, NULL },
		{ "policy", &policy, NULL },
		{ NULL, NULL, NULL },
	};
	zta_error err = { 0 };
	zta_str receipt, record, trust = { NULL, 0 };
	zta_status status;
	int code = cli_options(argc, argv, options, &path, verify_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(path, "a file") || !cli_either(key, policy)) {
		return CLI_USAGE;
	}
	if (!cli_read(path, &receipt)) {
		return CLI_FAILED;
	}
	if (policy != NULL && !cli_read(policy, &trust)) {
		zta_str_free(receipt);
		return CLI_FAILED;
	}
	status = policy != NULL ?
	    zta_receipt_verify_by(receipt, trust, &record, &err) :
	    zta_receipt_verify(receipt, zta_str_of(key), &record, &err);
	zta_str_free(trust);
	zta_str_free(receipt);
	if (status != ZTA_OK) {
		return cli_refuse(status, policy, &err);
	}
	printf("%.*s\n", (int)record.len, record.ptr);
	zta_str_free(record);
	return CLI_OK;
}

int
cli_receipt(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "get", get, "ask a server for the receipt of a decision" },
		{ "verify", verify, "verify one, and print the record" },
		{ NULL, NULL, NULL },
	};

	return cli_dispatch(commands, argc, argv, group_help);
}
