/* SPDX-License-Identifier: Apache-2.0 */
/* log_keep.c - ztauth log erase, retain: what is no longer kept of a log. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "cli/cli.h"
#include "ztauth/log.h"

static const char erase_help[] =
    "Usage: ztauth log erase --dir DIR --subject TYPE::\"ID\"\n"
    "\n"
    "Destroy what a decision log holds of somebody: the openings of all records\n"
    "about them, as subject or as resource, and requests that were kept. The\n"
    "records stay, with commitments that say nothing, and so do all proofs. A\n"
    "server may go on writing; what it records from now on is not erased.\n"
    "\n"
    "  --dir DIR             the log: `log_dir` of the server's configuration\n"
    "  --subject TYPE::\"ID\"  such as User::\"alice\"; a type without its\n"
    "                        namespace is of any\n"
    "\n"
    "Exit: 0 when all of it is gone from the disk, 1 if something failed: run it\n"
    "again.\n";

int
cli_log_erase(int argc, char **argv)
{
	const char *dir = NULL, *subject = NULL;
	const cli_option options[] = {
		{ "dir", &dir, NULL },
		{ "subject", &subject, NULL },
		{ NULL, NULL, NULL },
	};
	zta_log_erased done;
	zta_error err = { 0 };
	int code = cli_options(argc, argv, options, NULL, erase_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(dir, "--dir") || !cli_need(subject, "--subject")) {
		return CLI_USAGE;
	}
	if (zta_log_erase(dir, zta_str_of(subject), &done, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	printf("erased %" PRIu64 " openings of %" PRIu64
	       " entries, and %" PRIu64 " requests\n",
	    done.openings, done.entries, done.requests);
	return CLI_OK;
}

static const char retain_help[] =
    "Usage: ztauth log retain --dir DIR --key VKEY [--keep-days N|--before DATE]\n"
    "\n"
    "Remove the oldest segments of a decision log that no server writes: those\n"
    "that its checkpoint covers, but not the newest 65,536 entries. A record says\n"
    "so first. Their hashes stay, and so do all proofs. Requests that were kept\n"
    "before that day are removed too.\n"
    "\n"
    "  --dir DIR      the log: `log_dir` of the server's configuration\n"
    "  --key VKEY     the verifier key of the log: name+id+key\n"
    "  --keep-days N  what is older than N days\n"
    "  --before DATE  what is older than that day began: 2026-01-31\n"
    "\n"
    "A server that runs does it by itself: log_keep_days in ztauth.conf(5).\n";

/* ms since 1970. */
static bool
read_limit(const char *days, const char *date, int64_t *out)
{
	const int64_t day = 24 * 3600 * INT64_C(1000);
	char text[sizeof("2026-01-31T00:00:00Z")];
	int64_t number;

	if ((days == NULL) == (date == NULL)) {
		cli_say("one of --keep-days and --before is needed");
		return false;
	}
	if (days != NULL) {
		*out = (int64_t)time(NULL) * 1000;
		if (!cli_number(days, "--keep-days", &number) ||
		    number > *out / day) {
			return false;
		}
		*out -= number * day;
		return true;
	}
	(void)snprintf(text, sizeof(text), "%.10sT00:00:00Z", date);
	if (strlen(date) != 10 || !zta_time__read(zta_str_of(text), out)) {
		cli_say("--before: no date like 2026-01-31");
		return false;
	}
	return true;
}

int
cli_log_retain(int argc, char **argv)
{
	const char *dir = NULL, *key = NULL, *days = NULL, *date = NULL;
	const cli_option options[] = {
		{ "dir", &dir, NULL },
		{ "key", &key, NULL },
		{ "keep-days", &days, NULL },
		{ "before", &date, NULL },
		{ NULL, NULL, NULL },
	};
	zta_log_retained done;
	zta_error err = { 0 };
	int64_t before;
	int code = cli_options(argc, argv, options, NULL, retain_help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(dir, "--dir") || !cli_need(key, "--key") ||
	    !read_limit(days, date, &before)) {
		return CLI_USAGE;
	}
	if (zta_log_retain(dir, zta_str_of(key), before, &done, &err) !=
	    ZTA_OK) {
		return cli_fail(&err);
	}
	if (done.segments == 0) {
		printf("nothing may go: all of it is newer, or needed\n");
	} else {
		printf("removed %" PRIu64 " segments; the log begins with "
		       "entry %" PRIu64 "\n",
		    done.segments, done.first);
	}
	return CLI_OK;
}
