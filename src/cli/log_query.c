/* SPDX-License-Identifier: Apache-2.0 */
/* log_query.c - what is looked for in a decision log, as options say it. */
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "cli/cli.h"
#include "ztauth/log.h"

/* Records come into the log within this time after the moment that they tell of,
 * and clocks are not set back by more while they do. */
#define SLACK_MS 60000

/* "2026-01-31", "2026-01-31T12:00:00Z", or "90m": so long ago. */
static bool
read_time(const char *text, const char *name, int64_t *out)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 },
		{ 'd', 86400000 } };
	char day[32], digits[8];
	size_t i, len = strlen(text);
	int64_t count;

	if (zta_time__read(zta_str_of(text), out)) {
		return true;
	}
	if (len == strlen("2026-01-31") &&
	    snprintf(day, sizeof(day), "%sT00:00:00Z", text) > 0 &&
	    zta_time__read(zta_str_of(day), out)) {
		return true;
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (len < 2 || len > sizeof(digits) ||
		    text[len - 1] != units[i].unit ||
		    strspn(text, "0123456789") != len - 1) {
			continue;
		}
		memcpy(digits, text, len - 1);
		digits[len - 1] = '\0';
		if (cli_number(digits, name, &count)) {
			*out = zta_time__now_ms() - count * units[i].ms;
			return true;
		}
	}
	cli_say("%s is 2026-01-31, 2026-01-31T12:00:00Z, or 90m, 12h, 7d: so "
		"long ago",
	    name);
	return false;
}

bool
cli_log_query_read(const cli_log_query *from, struct zta_log_query *out)
{
	if (from->allowed && from->denied) {
		cli_say("--allowed and --denied: nothing is both");
		return false;
	}
	*out = (zta_log_query){ .kind = cli_text(from->kind),
		.subject = cli_text(from->subject),
		.resource = cli_text(from->resource),
		.action = cli_text(from->action),
		.workload = cli_text(from->workload),
		.leg = cli_text(from->leg),
		.code = cli_text(from->code),
		.commit = cli_text(from->commit),
		.txn = cli_text(from->txn),
		.policy = cli_text(from->policy),
		.allowed = from->allowed,
		.denied = from->denied };
	return (from->since == NULL ||
		   read_time(from->since, "--since", &out->since)) &&
	    (from->until == NULL ||
		read_time(from->until, "--until", &out->until));
}

int
cli_log_query_open(const cli_log_query *from, const struct zta_log_query *query,
    struct zta_log_reader **reader, uint64_t *end)
{
	zta_error err = { 0 };
	uint64_t first = 0;
	zta_status status = ZTA_OK;

	*end = UINT64_MAX;
	*reader = NULL;
	if (query->since > SLACK_MS) {
		status = zta_log_since(
		    from->dir, query->since - SLACK_MS, &first, &err);
	}
	if (status == ZTA_OK && query->until > 0) {
		status = zta_log_since(
		    from->dir, query->until + SLACK_MS, end, &err);
	}
	if (status == ZTA_OK) {
		status = zta_log_reader_open(
		    reader, from->dir, (int64_t)first, &err);
	}
	return status == ZTA_OK ? CLI_OK : cli_fail(&err);
}
