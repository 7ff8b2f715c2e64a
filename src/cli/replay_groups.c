/* SPDX-License-Identifier: Apache-2.0 */
/* replay_groups.c - what a replay found, for people and as JSON. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "ztauth/replay.h"

const char *
cli_answer_name(unsigned answer)
{
	static const char *const names[] = {
		[ZTA_REPLAY_DENY] = "deny",
		[ZTA_REPLAY_ALLOW] = "allow",
		[ZTA_REPLAY_NO_QUESTION] = "no question",
	};

	return names[answer];
}

/* --- one outcome */

void
cli_put_outcome(const zta_replay_outcome *o)
{
	size_t i;

	fputs(cli_answer_name(o->answer), stdout);
	if (o->leg.len > 0) {
		fputs(" at ", stdout);
		cli_put_plain(o->leg);
		fputs(", ", stdout);
		cli_put_plain(o->code);
	}
	for (i = 0; i < o->policy_count; i++) {
		fputs(i == 0 ? " by `" : ", `", stdout);
		cli_put_plain(o->policies[i]);
		fputs("`", stdout);
	}
}

void
cli_put_outcome_json(const zta_replay_outcome *o)
{
	printf("{\"answer\":\"%s\",\"leg\":", cli_answer_name(o->answer));
	cli_put_string(o->leg);
	fputs(",\"code\":", stdout);
	cli_put_string(o->code);
	fputs(",\"policies\":[", stdout);
	cli_put_strings(o->policies, o->policy_count);
	fputs("]}", stdout);
}

/* --- lines */

static void
put_examples(const zta_replay_group *g)
{
	const zta_replay_example *e;
	size_t i;

	for (i = 0; i < g->example_count; i++) {
		e = &g->examples[i];
		printf("      record %" PRIu64 " %s: ", e->index, e->id);
		cli_put_plain(e->subject);
		fputs(" ", stdout);
		cli_put_plain(e->action);
		fputs(" ", stdout);
		cli_put_plain(e->resource);
		puts("");
	}
}

void
cli_put_groups(const zta_replay_groups *groups)
{
	const zta_replay_group *g;
	size_t i;

	if (groups->by_policy_count == 0) {
		return;
	}
	puts("by what decided:");
	for (i = 0; i < groups->by_policy_count; i++) {
		g = &groups->by_policy[i];
		printf("  %" PRIu64 ": ", g->count);
		cli_put_outcome(&g->before);
		fputs("\n      -> ", stdout);
		cli_put_outcome(&g->after);
		puts("");
		put_examples(g);
	}
	puts("by who asked:");
	for (i = 0; i < groups->by_subject_count; i++) {
		g = &groups->by_subject[i];
		printf("  %" PRIu64 ": %s -> %s: ", g->count,
		    cli_answer_name(g->before.answer),
		    cli_answer_name(g->after.answer));
		cli_put_plain(g->subjects);
		puts("");
		put_examples(g);
	}
	if (groups->ungrouped > 0) {
		printf("  %" PRIu64 " more, in groups that are not told of\n",
		    groups->ungrouped);
	}
	puts("");
}

/* --- JSON */

static void
put_examples_json(const zta_replay_group *g)
{
	const zta_replay_example *e;
	size_t i;

	printf(",\"count\":%" PRIu64 ",\"examples\":[", g->count);
	for (i = 0; i < g->example_count; i++) {
		e = &g->examples[i];
		printf("%s{\"index\":%" PRIu64 ",\"id\":\"%s\",\"subject\":",
		    i > 0 ? "," : "", e->index, e->id);
		cli_put_string(e->subject);
		fputs(",\"action\":", stdout);
		cli_put_string(e->action);
		fputs(",\"resource\":", stdout);
		cli_put_string(e->resource);
		fputs("}", stdout);
	}
	fputs("]}", stdout);
}

void
cli_put_groups_json(const zta_replay_groups *groups)
{
	const zta_replay_group *g;
	size_t i;

	fputs("\"by_policy\":[", stdout);
	for (i = 0; i < groups->by_policy_count; i++) {
		g = &groups->by_policy[i];
		fputs(i > 0 ? ",{\"before\":" : "{\"before\":", stdout);
		cli_put_outcome_json(&g->before);
		fputs(",\"after\":", stdout);
		cli_put_outcome_json(&g->after);
		put_examples_json(g);
	}
	fputs("],\"by_subject\":[", stdout);
	for (i = 0; i < groups->by_subject_count; i++) {
		g = &groups->by_subject[i];
		printf("%s{\"before\":\"%s\",\"after\":\"%s\",\"subjects\":",
		    i > 0 ? "," : "", cli_answer_name(g->before.answer),
		    cli_answer_name(g->after.answer));
		cli_put_string(g->subjects);
		put_examples_json(g);
	}
	printf("],\"ungrouped\":%" PRIu64, groups->ungrouped);
}
