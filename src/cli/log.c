/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - ztauth log tail: read the decision log. */
#include "ztauth/log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"

/* How often --follow looks for new records. */
#define FOLLOW_NS 100000000

static const char tail_help[] =
    "Usage: ztauth log tail --dir DIR [OPTION...]\n"
    "\n"
    "Print records of a decision log, one JSON object a line, oldest first.\n"
    "Frames that are read are checked against their hashes.\n"
    "\n"
    "  --dir DIR   the log: `log_dir` of the server's configuration\n"
    "  --last N    the last N records (default 10)\n"
    "  --from N    everything from index N on\n"
    "  --follow    go on as records are written, until interrupted\n"
    "\n"
    "Exit: 0, or 1 if the log cannot be read or is damaged.\n";

static int
print(zta_log_reader *reader, bool follow)
{
	const struct timespec pause = { 0, FOLLOW_NS };
	zta_error err = { 0 };
	zta_str json;
	zta_status status;

	for (;;) {
		status = zta_log_reader_next(reader, &json, &err);
		if (status == ZTA_OK) {
			printf("%.*s\n", (int)json.len, json.ptr);
		} else if (status != ZTA_ENOTFOUND) {
			return cli_fail(&err);
		} else if (!follow) {
			return CLI_OK;
		} else if (fflush(stdout) != 0) {
			return CLI_FAILED;
		} else {
			(void)nanosleep(&pause, NULL);
		}
	}
}

static int
tail(int argc, char **argv)
{
	const char *dir = NULL, *last = NULL, *first = NULL;
	bool follow = false;
	const cli_option options[] = {
		{ "dir", &dir, NULL },
		{ "last", &last, NULL },
		{ "from", &first, NULL },
		{ "follow", NULL, &follow },
		{ NULL, NULL, NULL },
	};
	zta_log_reader *reader = NULL;
	zta_error err = { 0 };
	int64_t from = 10;
	int code = cli_options(argc, argv, options, NULL, tail_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(dir, "--dir") ||
	    (last != NULL && !cli_number(last, "--last", &from)) ||
	    (first != NULL && !cli_number(first, "--from", &from))) {
		return CLI_USAGE;
	}
	if (first == NULL) {
		from = from == 0 ? -1 : -from;
	}
	if (zta_log_reader_open(&reader, dir, from, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	code = print(reader, follow);
	zta_log_reader_close(reader);
	return code;
}

/* The history of a workspace, unless it is the log of decisions. */
int
cli_log(int argc, char **argv)
{
	return argc > 1 && strcmp(argv[1], "tail") == 0 ?
	    tail(argc - 1, argv + 1) :
	    cli_history(argc, argv);
}
