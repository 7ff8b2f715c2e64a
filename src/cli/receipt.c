/* SPDX-License-Identifier: Apache-2.0 */
/* receipt.c - ztauth receipt get, verify: that a record is in a log. */
#include "ztauth/receipt.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"

static const char get_help[] =
    "Usage: ztauth receipt get ID --url URL [--open LIST|--without LIST]\n"
    "       [--out FILE]\n"
    "\n"
    "Ask a server for the receipt of a record, by the id of the decision. What is\n"
    "personal in the record is a commitment; its openings travel in the receipt,\n"
    "unless you choose: a LIST is of subject, action, resource, request, ref, with\n"
    "commas.\n"
    "\n"
    "  --url URL       of the zone: https://host/zones/ZONE\n"
    "  --open LIST     only these; `none`: nothing\n"
    "  --without LIST  all but these\n"
    "  --out FILE      write it there; default: standard output\n";

static const char verify_help[] =
    "Usage: ztauth receipt verify FILE --key VKEY\n"
    "\n"
    "Verify a receipt, without asking anybody, and print the record.\n"
    "\n"
    "  --key VKEY  the verifier key of the log: name+id+key\n"
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

/* Names that are not in `list`; false: there is another one in it. */
static bool
all_but(const char *list, char out[64])
{
	static const char *const names[] = { "subject", "action", "resource",
		"request", "ref" };
	const size_t count = sizeof(names) / sizeof(names[0]);
	zta_str rest = zta_str_of(list), word;
	bool without[5] = { false };
	size_t i;

	while (zta_str__next(&rest, ',', &word)) {
		for (i = 0; i < count && !zta_str__is(word, names[i]); i++) {
		}
		if (i == count) {
			cli_say(
			    "--without: there is no `%.*s`", ZTA_STR_ARG(word));
			return false;
		}
		without[i] = true;
	}
	out[0] = '\0';
	for (i = 0; i < count; i++) {
		if (!without[i]) {
			(void)stpcpy(stpcpy(out + strlen(out),
					 out[0] == '\0' ? "" : ","),
			    names[i]);
		}
	}
	if (out[0] == '\0') {
		(void)stpcpy(out, "none");
	}
	return true;
}

static int
get(int argc, char **argv)
{
	const char *id = NULL, *url = NULL, *out = NULL, *open = NULL;
	const char *without = NULL;
	const cli_option options[] = {
		{ "url", &url, NULL },
		{ "open", &open, NULL },
		{ "without", &without, NULL },
		{ "out", &out, NULL },
		{ NULL, NULL, NULL },
	};
	zta_error err = { 0 };
	zta_str receipt;
	char list[64];
	int code = cli_options(argc, argv, options, &id, get_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(id, "an id") || !cli_need(url, "--url")) {
		return CLI_USAGE;
	}
	if (open != NULL && without != NULL) {
		cli_say("--open and --without exclude each other");
		return CLI_USAGE;
	}
	if (without != NULL) {
		if (!all_but(without, list)) {
			return CLI_USAGE;
		}
		open = list;
	}
	if (zta_receipt_fetch(url, id, open, &receipt, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	code = put(receipt, out);
	zta_str_free(receipt);
	return code;
}

static int
verify(int argc, char **argv)
{
	const char *path = NULL, *key = NULL;
	const cli_option options[] = {
		{ "key", &key, NULL },
		{ NULL, NULL, NULL },
	};
	zta_error err = { 0 };
	zta_str receipt, record;
	zta_status status;
	int code = cli_options(argc, argv, options, &path, verify_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(path, "a file") || !cli_need(key, "--key")) {
		return CLI_USAGE;
	}
	if (!cli_read(path, &receipt)) {
		return CLI_FAILED;
	}
	status = zta_receipt_verify(receipt, zta_str_of(key), &record, &err);
	zta_str_free(receipt);
	if (status != ZTA_OK) {
		code = cli_fail(&err);
		return status == ZTA_EUNTRUSTED || status == ZTA_EINVALID ?
		    CLI_NO :
		    code;
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
