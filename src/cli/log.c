/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - ztauth log tail and verify: the decision log. */
#include "ztauth/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/survey.h"

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

static const char verify_help[] =
    "Usage: ztauth log verify --dir DIR [--key VKEY | --policy FILE]\n"
    "                         [--older FILE]\n"
    "\n"
    "Verify a whole decision log: every frame and that it follows the one\n"
    "before, the tree of hashes over the records, its checkpoint, and openings.\n"
    "\n"
    "  --dir DIR      the log: `log_dir` of the server's configuration\n"
    "  --key VKEY     the verifier key of the log: name+id+key\n"
    "  --policy FILE  whose logs are believed, and which witnesses must have\n"
    "                 cosigned the checkpoint (tlog-policy)\n"
    "  --older FILE   a checkpoint that was kept: the log has to begin with what\n"
    "                 it is of\n"
    "\n"
    "Exit: 0, 1 if it cannot be read, 2 if it is damaged or not what was "
    "signed.\n";

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

static void
print_verified(const zta_log_verified *done, bool key, bool policy, bool older)
{
	printf("%" PRIu64 " entries in %" PRIu64 " segments: they and the tree "
	       "agree\n",
	    done->entries, done->segments);
	if (key || policy) {
		printf("checkpoint of %" PRIu64 " entries: signed, of these\n",
		    done->covered);
	}
	if (policy) {
		printf("cosigned by %" PRIu64 " witnesses of the policy\n",
		    done->cosigned);
	}
	if (older) {
		printf("older checkpoint of %" PRIu64 " entries: signed, the "
		       "log goes on from it\n",
		    done->older);
	}
	if (done->minimum > 0) {
		printf("entries below %" PRIu64 " are no longer kept\n",
		    done->minimum);
	}
	printf("openings of %" PRIu64 " entries match, %" PRIu64
	       " were erased, %" PRIu64 " are not there\n",
	    done->open, done->erased, done->missing);
	if (done->torn > 0) {
		printf("%" PRIu64 " bytes behind are a write that did not "
		       "finish\n",
		    done->torn);
	}
}

static int
verify(int argc, char **argv)
{
	const char *dir = NULL, *key = NULL, *policy = NULL, *path = NULL;
	const cli_option options[] = {
		{ "dir", &dir, NULL },
		{ "key", &key, NULL },
		{ "policy", &policy, NULL },
		{ "older", &path, NULL },
		{ NULL, NULL, NULL },
	};
	zta_str older = { NULL, 0 }, trust = { NULL, 0 };
	zta_log_verified done;
	zta_error err = { 0 };
	zta_status status;
	int code = cli_options(argc, argv, options, NULL, verify_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(dir, "--dir") ||
	    ((path != NULL || (key != NULL && policy != NULL)) &&
		!cli_either(key, policy))) {
		return CLI_USAGE;
	}
	if ((path != NULL && !cli_read(path, &older)) ||
	    (policy != NULL && !cli_read(policy, &trust))) {
		zta_str_free(older);
		return CLI_FAILED;
	}
	status = policy != NULL ?
	    zta_log_verify_by(dir, trust, older, &done, &err) :
	    zta_log_verify(
		dir, zta_str_of(key == NULL ? "" : key), older, &done, &err);
	zta_str_free(trust);
	zta_str_free(older);
	if (status != ZTA_OK) {
		return cli_refuse(status, policy, &err);
	}
	print_verified(&done, key != NULL, policy != NULL, path != NULL);
	return CLI_OK;
}

/* The history of a workspace, unless it is the log of decisions. */
int
cli_log(int argc, char **argv)
{
	static const cli_command commands[] = {
		{ "tail", tail, "print records, and those that come" },
		{ "search", cli_log_search, "find records" },
		{ "stats", cli_log_stats, "count them" },
		{ "export", cli_log_export, "copy them for a collector" },
		{ "verify", verify, "is it whole, and what was signed?" },
		{ "replay", cli_log_replay, "decide all of it again" },
		{ "erase", cli_log_erase, "destroy what is personal" },
		{ "retain", cli_log_retain, "give up the oldest entries" },
		{ "witness", cli_log_witness, "look at a log from outside" },
		{ "nodes", cli_log_nodes,
		    "how complete are the logs of others?" },
		{ NULL, NULL, NULL },
	};
	const cli_command *command = commands;

	(void)cli_survey_commands(commands);
	while (argc > 1 && command->name != NULL) {
		if (strcmp(argv[1], command->name) == 0) {
			return command->run(argc - 1, argv + 1);
		}
		command++;
	}
	return cli_history(argc, argv);
}
