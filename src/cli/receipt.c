/* SPDX-License-Identifier: Apache-2.0 */
/* receipt.c - ztauth receipt get, verify: that a record is in a log. */
#include "ztauth/receipt.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "ztauth/ledger.h"

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
    "Usage: ztauth receipt verify FILE (--key VKEY | --policy FILE)\n"
    "                             [--ledger DIR [OPTION...]]\n"
    "\n"
    "Verify a receipt, without asking anybody, and print the record.\n"
    "\n"
    "  --key VKEY         the verifier key of the log: name+id+key\n"
    "  --policy FILE      whose logs are believed, and which witnesses must have\n"
    "                     cosigned (tlog-policy)\n"
    "  --ledger DIR       a workspace: the commit that the record names has to be\n"
    "                     there, and its signature has to hold\n"
    "  --signers FILE     by one of these keys: allowed_signers of ssh-keygen(1)\n"
    "  --request FILE     the body of the request, as it was sent: it is decided\n"
    "                     again, and has to come out as recorded\n"
    "  --caller WORKLOAD  that had shown itself to the server\n"
    "\n"
    "Exit: 0, 1 if something cannot be read or had, 2 if it is not good.\n";

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

/* A receipt that is good, held to a ledger. */
static int
hold_to_ledger(
    const char *dir, const char *request, zta_receipt_question *question)
{
	zta_receipt_checked checked;
	zta_error err = { 0 };
	zta_status status = zta_workspace_open(&question->workspace, dir, &err);

	if (status != ZTA_OK ||
	    (request != NULL && !cli_read(request, &question->request))) {
		zta_workspace_close(question->workspace);
		return status != ZTA_OK ? cli_fail(&err) : CLI_FAILED;
	}
	status = zta_receipt_recheck(question, &checked, &err);
	zta_str_free(question->request);
	zta_workspace_close(question->workspace);
	if (status != ZTA_OK) {
		(void)cli_fail(&err);
		return status == ZTA_EUNTRUSTED || status == ZTA_EINVALID ?
		    CLI_NO :
		    CLI_FAILED;
	}
	printf("commit %s: signed by %s\n", checked.commit, checked.signer);
	if (checked.asked) {
		printf("decided again: as it was recorded\n");
	}
	return CLI_OK;
}

static int
verify(int argc, char **argv)
{
	const char *path = NULL, *key = NULL, *ledger = NULL, *request = NULL;
	const char *caller = NULL, *policy = NULL;
	zta_receipt_question question = { .signers = NULL };
	const cli_option options[] = {
		{ "key", &key, NULL },
		{ "policy", &policy, NULL },
		{ "ledger", &ledger, NULL },
		{ "signers", &question.signers, NULL },
		{ "request", &request, NULL },
		{ "caller", &caller, NULL },
		{ NULL, NULL, NULL },
	};
	zta_error err = { 0 };
	zta_str receipt, record, trust = { NULL, 0 };
	zta_status status;
	int code = cli_options(argc, argv, options, &path, verify_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(path, "a file") || !cli_either(key, policy) ||
	    ((question.signers != NULL || request != NULL || caller != NULL) &&
		!cli_need(ledger, "--ledger"))) {
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
	if (status != ZTA_OK) {
		zta_str_free(trust);
		zta_str_free(receipt);
		return cli_refuse(status, policy, &err);
	}
	printf("%.*s\n", (int)record.len, record.ptr);
	zta_str_free(record);
	question.receipt = receipt;
	question.verifier_key = cli_text(key);
	question.policy = trust;
	question.caller = cli_text(caller);
	code = ledger == NULL ? CLI_OK :
				hold_to_ledger(ledger, request, &question);
	zta_str_free(trust);
	zta_str_free(receipt);
	return code;
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
