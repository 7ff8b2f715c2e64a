/* SPDX-License-Identifier: Apache-2.0 */
/* log_witness.c - ztauth log witness: look at a log from outside. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "cli/cli.h"
#include "ztauth/witness.h"

static const char help[] =
    "Usage: ztauth log witness --url URL --key VKEY --state DIR [OPTION...]\n"
    "\n"
    "Fetch the checkpoint of a log, verify it, prove from its tiles that it goes\n"
    "on from the one that was seen before, and keep it. It is printed, perhaps\n"
    "with a cosignature. What does not go on is kept beside it, as evidence.\n"
    "\n"
    "  --url URL      where the log is: https://host/zones/ZONE/log\n"
    "  --key VKEY     the verifier key of the log: name+id+key\n"
    "  --state DIR    what was seen; made if need be\n"
    "  --sign FILE    cosign with this private key (PEM, Ed25519), and\n"
    "  --name NAME    this name of the witness\n"
    "  --every SECS   look again that often, until interrupted\n"
    "\n"
    "Exit: 0, 1 if the log cannot be read, 2 if it was taken back, shows another\n"
    "history, or is not signed.\n";

static zta_status
read_key(const char *path, zta_key **out, zta_error *err)
{
	zta_str text;
	zta_status status;

	if (!cli_read(path, &text)) {
		return ZTA_EIO;
	}
	status = zta_key_read_pem(out, text, err);
	cli_forget(text);
	return status;
}

static int
look(const zta_log_watch *watch)
{
	zta_log_seen seen;
	zta_error err = { 0 };
	zta_status status = zta_log_look(watch, &seen, &err);

	if (status != ZTA_OK) {
		(void)cli_fail(&err);
		if (seen.refused[0] != '\0') {
			cli_say("kept as %s", seen.refused);
		}
		return status == ZTA_ECONFLICT || status == ZTA_EUNTRUSTED ||
			status == ZTA_EINVALID ?
		    CLI_NO :
		    CLI_FAILED;
	}
	cli_say("%" PRIu64 " entries, which go on from %" PRIu64, seen.now,
	    seen.before);
	printf("%.*s", (int)seen.note.len, seen.note.ptr);
	zta_str_free(seen.note);
	return fflush(stdout) == 0 ? CLI_OK : CLI_FAILED;
}

/* One that does not answer may answer later; one that lies has lied. */
static int
look_on(const zta_log_watch *watch, int64_t every)
{
	const struct timespec pause = { (time_t)every, 0 };
	int code;

	do {
		code = look(watch);
	} while (every > 0 && code != CLI_NO && nanosleep(&pause, NULL) == 0);
	return code;
}

int
cli_log_witness(int argc, char **argv)
{
	const char *url = NULL, *key = NULL, *dir = NULL, *sign = NULL;
	const char *name = NULL, *often = NULL;
	const cli_option options[] = {
		{ "url", &url, NULL },
		{ "key", &key, NULL },
		{ "state", &dir, NULL },
		{ "sign", &sign, NULL },
		{ "name", &name, NULL },
		{ "every", &often, NULL },
		{ NULL, NULL, NULL },
	};
	zta_key *private = NULL;
	zta_error err = { 0 };
	int64_t every = 0;
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(url, "--url") || !cli_need(key, "--key") ||
	    !cli_need(dir, "--state") ||
	    (sign != NULL && !cli_need(name, "--name")) ||
	    (name != NULL && !cli_need(sign, "--sign")) ||
	    (often != NULL && !cli_number(often, "--every", &every))) {
		return CLI_USAGE;
	}
	if (sign != NULL && read_key(sign, &private, &err) != ZTA_OK) {
		return err.message[0] == '\0' ? CLI_FAILED :
						cli_fail_in(sign, &err);
	}
	code = look_on(&(const zta_log_watch){ .url = url,
			   .verifier_key = zta_str_of(key),
			   .dir = dir,
			   .sign = private,
			   .name = zta_str_of(name == NULL ? "" : name) },
	    every);
	zta_key_close(private);
	return code;
}
