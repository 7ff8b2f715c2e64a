/* SPDX-License-Identifier: Apache-2.0 */
/* log_stats.c - ztauth log stats: how many records of which kind. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/random.h"
#include "base/sort.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/cli.h"
#include "ztauth/log.h"

static const char help[] =
    "Usage: ztauth log stats --dir DIR [WHAT...] [--json]\n"
    "\n"
    "Count the records that have all of what is asked for (default: those of\n"
    "decisions): by decision, leg, code, policy, workload and hour.\n"
    "\n" CLI_LOG_QUERY_HELP "  --json            one JSON object\n"
    "\n"
    "A record with several policies or workloads counts for each of them.\n"
    "\n"
    "Exit: 0, or 1 if the log cannot be read or is damaged.\n";

enum { DECISION, LEG, CODE, POLICY, WORKLOAD, HOUR, SECTIONS };

typedef struct count {
	zta_str name;
	uint64_t n;
} count;

typedef struct section {
	zta_map by_name;
	count *list;
	uint32_t room;
} section;

typedef struct stats {
	zta_arena arena;
	uint64_t records;
	section sections[SECTIONS];
} stats;

static zta_status
add(stats *s, unsigned number, zta_str name, zta_error *err)
{
	section *in = &s->sections[number];
	uint32_t at = zta_map__get(&in->by_name, name);
	zta_status status;
	count *bigger;

	if (name.len == 0) {
		return ZTA_OK;
	}
	if (at != ZTA_MAP_NONE) {
		in->list[at].n++;
		return ZTA_OK;
	}
	at = in->by_name.count;
	if (at == in->room) {
		bigger = zta_arena__grow(&s->arena, in->list, at,
		    in->room == 0 ? 16 : in->room * 2, sizeof(*bigger));
		if (bigger == NULL) {
			return zta_arena__failed(&s->arena, err);
		}
		in->list = bigger;
		in->room = in->room == 0 ? 16 : in->room * 2;
	}
	name = zta_arena__copy(&s->arena, name);
	status = name.ptr == NULL ? zta_arena__failed(&s->arena, err) :
				    zta_map__add(&in->by_name, name, at, err);
	if (status == ZTA_OK) {
		in->list[at] = (count){ name, 1 };
	}
	return status;
}

static zta_status
add_all(
    stats *s, unsigned number, const zta_str *names, size_t n, zta_error *err)
{
	zta_status status = ZTA_OK;
	size_t i;

	for (i = 0; status == ZTA_OK && i < n; i++) {
		status = add(s, number, names[i], err);
	}
	return status;
}

static zta_status
take(stats *s, const zta_log_record *r, zta_error *err)
{
	char time[ZTA_TIME_TEXT_MAX];
	const struct {
		unsigned section;
		zta_str name;
	} single[] = {
		{ DECISION,
		    r->allowed ? ZTA_STR("allowed") : ZTA_STR("denied") },
		{ LEG, r->leg },
		{ CODE, r->code },
		{ HOUR, { time, strlen("2026-01-31T12") } },
	};
	zta_status status = ZTA_OK;
	size_t i;

	s->records++;
	zta_time__format(r->time, time);
	for (i = 0; status == ZTA_OK && i < sizeof(single) / sizeof(single[0]);
	     i++) {
		status = add(s, single[i].section, single[i].name, err);
	}
	if (status == ZTA_OK) {
		status = add_all(s, POLICY, r->policies, r->policy_count, err);
	}
	return status != ZTA_OK ?
	    status :
	    add_all(s, WORKLOAD, r->workloads, r->workload_count, err);
}

static int
by_count(const void *a, const void *b)
{
	const count *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n) - (x->n > y->n) :
			      zta_str__cmp(x->name, y->name);
}

static int
by_name(const void *a, const void *b)
{
	return zta_str__cmp(((const count *)a)->name, ((const count *)b)->name);
}

static void
put_section(const char *title, const section *s)
{
	int digits = 1;
	uint32_t i;
	uint64_t n;

	for (n = s->by_name.count == 0 ? 0 : s->list[0].n; n > 9; n /= 10) {
		digits++;
	}
	for (i = 0; i < s->by_name.count; i++) {
		printf("%s%-9s %*" PRIu64 "  ", i == 0 ? "\n" : "",
		    i == 0 ? title : "", digits < 6 ? 6 : digits, s->list[i].n);
		cli_put_plain(s->list[i].name);
		printf("\n");
	}
}

static void
put_section_json(const char *title, const section *s)
{
	uint32_t i;

	printf(",\"%s\":{", title);
	for (i = 0; i < s->by_name.count; i++) {
		printf("%s", i == 0 ? "" : ",");
		cli_put_string(s->list[i].name);
		printf(":%" PRIu64, s->list[i].n);
	}
	printf("}");
}

static void
put(stats *s, bool json)
{
	static const char *const titles[SECTIONS] = { [DECISION] = "decision",
		[LEG] = "leg",
		[CODE] = "code",
		[POLICY] = "policy",
		[WORKLOAD] = "workload",
		[HOUR] = "hour" };
	section *in;
	unsigned i;

	printf(json ? "{\"records\":%" PRIu64 : "%" PRIu64 " records\n",
	    s->records);
	for (i = 0; i < SECTIONS; i++) {
		in = &s->sections[i];
		if (in->by_name.count > 0) {
			zta_sort__run(in->list, in->by_name.count,
			    sizeof(*in->list), i == HOUR ? by_name : by_count);
		}
		if (json) {
			put_section_json(titles[i], in);
		} else {
			put_section(titles[i], in);
		}
	}
	printf(json ? "}\n" : "");
}

static int
run(const cli_log_query *asked, const zta_log_query *query, bool json)
{
	zta_log_reader *reader;
	zta_log_record record;
	zta_error err = { 0 };
	zta_status status = ZTA_OK;
	stats s = { 0 };
	uint64_t end;
	unsigned i;
	int code = cli_log_query_open(asked, query, &reader, &end);

	if (code != CLI_OK) {
		return code;
	}
	zta_arena__init(&s.arena, SIZE_MAX);
	for (i = 0; i < SECTIONS; i++) {
		zta_map__init(
		    &s.sections[i].by_name, &s.arena, zta_random__seed());
	}
	while (status == ZTA_OK) {
		status = zta_log_reader_find(reader, query, &record, &err);
		if (status == ZTA_OK && record.index >= end) {
			status = ZTA_ENOTFOUND;
		} else if (status == ZTA_OK) {
			status = take(&s, &record, &err);
		}
	}
	if (status == ZTA_ENOTFOUND) {
		put(&s, json);
	} else {
		code = cli_fail(&err);
	}
	zta_arena__release(&s.arena);
	zta_log_reader_close(reader);
	return code;
}

int
cli_log_stats(int argc, char **argv)
{
	cli_log_query asked = { 0 };
	bool json = false;
	const cli_option options[] = {
		CLI_LOG_QUERY_OPTIONS(asked),
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_log_query query;
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	asked.kind = asked.kind == NULL ? "decision" : asked.kind;
	if (!cli_need(asked.dir, "--dir") ||
	    !cli_log_query_read(&asked, &query)) {
		return CLI_USAGE;
	}
	return run(&asked, &query, json);
}
