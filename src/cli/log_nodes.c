/* SPDX-License-Identifier: Apache-2.0 */
/* log_nodes.c - ztauth log nodes: how complete are the logs of others? */
#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"
#include "cli/cli.h"
#include "ztauth/log.h"

static const char help[] =
    "Usage: ztauth log nodes --dir DIR [--max-age SECONDS] [--json]\n"
    "\n"
    "Print of each node whose log is collected: how many entries there are, of\n"
    "how many it has signed, and when it was heard of last.\n"
    "\n"
    "  --dir DIR      the folder: `collect` of the server's configuration\n"
    "  --max-age SECONDS\n"
    "                 who was not heard of for longer is silent (default 60)\n"
    "  --json         one JSON object a line\n"
    "\n"
    "Exit: 0, 1 if it cannot be read, 2 if one of them is not complete, has "
    "forked\n"
    "or is silent.\n";

typedef struct overview {
	int64_t now, max_age_ms;
	bool json;
	bool bad; /* one of them is not as it should be */
} overview;

static const char *
state_of(const overview *o, const zta_log_node *n)
{
	return n->forked                         ? "forked" :
	    n->status != ZTA_OK                  ? "damaged" :
	    n->heard_ms == 0                     ? "never heard of" :
	    n->covered < n->newest               ? "incomplete" :
	    o->now - n->heard_ms > o->max_age_ms ? "silent" :
						   "complete";
}

static void
put_time(const char *name, int64_t ms)
{
	char text[ZTA_TIME_TEXT_MAX];

	if (ms != 0) {
		zta_time__format(ms, text);
		printf(",\"%s\":\"%s\"", name, text);
	}
}

static void
put_json(const zta_log_node *n, const char *state)
{
	printf("{\"name\":");
	cli_put_string(n->name);
	printf(",\"state\":\"%s\",\"origin\":", state);
	cli_put_string(n->origin);
	printf(",\"entries\":%" PRIu64 ",\"covered\":%" PRIu64
	       ",\"signed\":%" PRIu64,
	    n->entries, n->covered, n->newest);
	put_time("covered_at", n->covered_ms);
	put_time("heard_at", n->heard_ms);
	if (n->forked) {
		printf(",\"other_log\":%" PRIu64, n->forked_at);
	}
	if (n->status != ZTA_OK) {
		printf(",\"error\":");
		cli_put_string(zta_str_of(n->why.message));
	}
	printf("}\n");
}

static void
put_line(const overview *o, const zta_log_node *n, const char *state)
{
	char text[ZTA_TIME_TEXT_MAX];

	printf("%-24.*s %-14s %" PRIu64 " entries", (int)n->name.len,
	    n->name.ptr, state, n->entries);
	if (n->covered_ms != 0) {
		zta_time__format(n->covered_ms, text);
		printf(", all of the checkpoint of %" PRIu64
		       ", which came at %s",
		    n->covered, text);
	}
	if (n->newest > n->covered) {
		printf(", signed for %" PRIu64, n->newest);
	}
	if (n->heard_ms != 0) {
		printf(", heard of %" PRId64 " s ago",
		    (o->now - n->heard_ms) / 1000);
	}
	if (n->forked) {
		printf(", and another log of %" PRIu64
		       " entries under the same key",
		    n->forked_at);
	}
	if (n->status != ZTA_OK) {
		printf(": %s", n->why.message);
	}
	printf("\n");
}

static void
print(void *context, const zta_log_node *node)
{
	overview *o = context;
	const char *state = state_of(o, node);

	o->bad = o->bad || state[0] != 'c';
	if (o->json) {
		put_json(node, state);
	} else {
		put_line(o, node, state);
	}
}

int
cli_log_nodes(int argc, char **argv)
{
	const char *dir = NULL, *max_age = NULL;
	overview o = { .now = zta_time__now_ms() };
	const cli_option options[] = {
		{ "dir", &dir, NULL },
		{ "max-age", &max_age, NULL },
		{ "json", NULL, &o.json },
		{ NULL, NULL, NULL },
	};
	int64_t seconds = 60;
	zta_error err = { 0 };
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(dir, "--dir") ||
	    (max_age != NULL && !cli_number(max_age, "--max-age", &seconds))) {
		return CLI_USAGE;
	}
	o.max_age_ms = seconds > INT64_MAX / 1000 ? INT64_MAX : seconds * 1000;
	if (zta_log_nodes(dir, print, &o, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	return o.bad ? CLI_NO : CLI_OK;
}
