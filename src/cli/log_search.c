/* SPDX-License-Identifier: Apache-2.0 */
/* log_search.c - ztauth log search: records of a decision log that are asked for. */
#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"
#include "cli/cli.h"
#include "ztauth/log.h"

static const char help[] =
    "Usage: ztauth log search --dir DIR [WHAT...] [--limit N] [--json]\n"
    "\n"
    "Print the records that have all of what is asked for, oldest first.\n"
    "\n" CLI_LOG_QUERY_HELP "  --limit N         the first N of them\n"
    "  --json            as ztauth log tail prints them: a JSON object a line\n"
    "\n"
    "Frames that are read are checked against their hashes; what lies before\n"
    "--since is not read.\n"
    "\n"
    "Exit: 0 there are such records, 2 there are none, 1 the log cannot be read\n"
    "or is damaged.\n";

/* Columns that grow with what comes: lines are printed as they are found. */
typedef struct columns {
	size_t index, subject, action, resource, leg, code;
} columns;

static size_t
width_of(zta_str text)
{
	size_t i, width = 0;

	for (i = 0; i < text.len; i++) {
		width += (text.ptr[i] & 0xc0) != 0x80;
	}
	return width;
}

static void
put_padded(zta_str text, size_t own, size_t *column)
{
	if (own > *column) {
		*column = own;
	}
	cli_put_plain(text);
	printf("%*s", (int)(*column - own) + 2, "");
}

static void
put_word(zta_str text, size_t *column)
{
	text = text.len == 0 ? ZTA_STR("-") : text;
	put_padded(text, width_of(text), column);
}

/* Type::"id"; "-" where there is none, and what says that it was erased. */
static void
put_entity(zta_str type, zta_str id, size_t *column)
{
	size_t own = width_of(type) + width_of(id) + 4;

	if (type.len == 0) {
		put_word(type, column);
		return;
	}
	cli_put_plain(type);
	if (id.len == 0) {
		own = width_of(type) + 9;
		put_padded(ZTA_STR(" (erased)"), own, column);
		return;
	}
	printf("::\"");
	cli_put_plain(id);
	put_padded(ZTA_STR("\""), own, column);
}

static void
put_decision(const zta_log_record *r)
{
	const char *word = r->allowed ? "allowed" : "denied";

	printf("%s%-7s%s  ", cli_paint(r->allowed ? CLI_GREEN : CLI_RED), word,
	    cli_paint(CLI_PLAIN));
}

static void
put(const zta_log_record *r, columns *c)
{
	char time[ZTA_TIME_TEXT_MAX], index[24];
	size_t i;

	zta_time__format(r->time, time);
	(void)snprintf(index, sizeof(index), "%" PRIu64, r->index);
	put_word(zta_str_of(index), &c->index);
	printf("%s  ", time);
	put_decision(r);
	put_entity(r->subject_type, r->subject_id, &c->subject);
	put_word(r->action, &c->action);
	put_entity(r->resource_type, r->resource_id, &c->resource);
	if (r->leg.len == 0) {
		/* The server itself: docs/formats/decision.md */
		cli_put_plain(r->kind);
		printf("\n");
		return;
	}
	put_word(r->leg, &c->leg);
	if (r->policy_count > 0) {
		put_word(r->code, &c->code);
	} else {
		cli_put_plain(r->code);
	}
	for (i = 0; i < r->policy_count; i++) {
		printf("%s", i == 0 ? "" : ", ");
		cli_put_plain(r->policies[i]);
	}
	printf("\n");
}

static int
search(zta_log_reader *reader, const zta_log_query *query, uint64_t end,
    int64_t max, bool json)
{
	columns c = { 6, 12, 6, 12, 10, 16 };
	zta_log_record record;
	zta_error err = { 0 };
	zta_status status = ZTA_OK;
	zta_str text;
	int64_t found = 0;

	while (status == ZTA_OK && found < max) {
		status = zta_log_reader_find(reader, query, &record, &err);
		if (status != ZTA_OK || record.index >= end) {
			break;
		}
		found++;
		if (!json) {
			put(&record, &c);
			continue;
		}
		status = zta_log_reader_json(reader, &text, &err);
		if (status == ZTA_OK) {
			printf("%.*s\n", (int)text.len, text.ptr);
		}
	}
	if (status != ZTA_OK && status != ZTA_ENOTFOUND) {
		return cli_fail(&err);
	}
	return found > 0 ? CLI_OK : CLI_NO;
}

int
cli_log_search(int argc, char **argv)
{
	cli_log_query asked = { 0 };
	const char *limit = NULL;
	bool json = false;
	const cli_option options[] = {
		CLI_LOG_QUERY_OPTIONS(asked),
		{ "limit", &limit, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_log_reader *reader = NULL;
	zta_log_query query;
	int64_t max = INT64_MAX;
	uint64_t end;
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(asked.dir, "--dir") ||
	    !cli_log_query_read(&asked, &query) ||
	    (limit != NULL && !cli_number(limit, "--limit", &max))) {
		return CLI_USAGE;
	}
	code = cli_log_query_open(&asked, &query, &reader, &end);
	if (code == CLI_OK) {
		code = search(reader, &query, end, max, json);
	}
	zta_log_reader_close(reader);
	return code;
}
