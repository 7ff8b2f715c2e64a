/* SPDX-License-Identifier: Apache-2.0 */
/* trust_show.c - ztauth trust show. */
#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/cli.h"
#include "ztauth/trust.h"

static const char help[] =
    "Usage: ztauth trust show [--json]\n"
    "\n"
    "Print the trust model of the workspace: levels with what they demand, groups\n"
    "with their members, and who is in quarantine, since when and why.\n"
    "\n"
    "  --json   one JSON object instead of lines\n";

/* --- lines */

void
cli_put_demands(const zta_trust_level *l)
{
	size_t i;

	fputs(l->proof_count == 0 ? "any proof" : "proof by ", stdout);
	for (i = 0; i < l->proof_count; i++) {
		printf("%s%s",
		    i == 0                     ? "" :
			i + 1 < l->proof_count ? ", " :
						 " or ",
		    l->proofs[i]);
	}
	if (l->proof_age_max_s > 0) {
		printf(", at most %" PRId64 " s old", l->proof_age_max_s);
	}
	if (l->consent) {
		fputs(", consent", stdout);
	}
	for (i = 0; i < l->attestation_count; i++) {
		printf("%s `%.*s`", i == 0 ? ", attested" : ",",
		    ZTA_STR_ARG(l->attestations[i]));
	}
}

/* Why: what `ztauth trust quarantine` was told, else the commit's subject. */
static zta_str
reason(const zta_ledger_commit *commit)
{
	zta_str rest = commit->message, subject, line;

	(void)zta_str__next(&rest, '\n', &subject);
	if (zta_str__starts(subject, ZTA_STR("Quarantine "))) {
		while (zta_str__next(&rest, '\n', &line)) {
			if (line.len > 0) {
				return line;
			}
		}
	}
	return subject;
}

static void
print_quarantined(const zta_trust_quarantined *q)
{
	char date[ZTA_TIME_TEXT_MAX];

	printf("  %s%.*s%s\n", cli_paint(CLI_RED), ZTA_STR_ARG(q->entry),
	    cli_paint(CLI_PLAIN));
	if (q->commit == NULL) {
		puts("    not committed yet");
		return;
	}
	zta_time__format(q->commit->time_s * 1000, date);
	printf("    since %.10s %.8s UTC, by %.*s <%.*s> in %.12s: %.*s\n",
	    date, date + 11, ZTA_STR_ARG(q->commit->author),
	    ZTA_STR_ARG(q->commit->email), q->commit->id.ptr,
	    ZTA_STR_ARG(reason(q->commit)));
}

static void
print_time(const char *before, int64_t ms)
{
	char date[ZTA_TIME_TEXT_MAX];

	zta_time__format(ms, date);
	printf("%s %.10s %.8s UTC", before, date, date + 11);
}

static void
print_statement(const zta_trust_statement *s)
{
	size_t i;

	printf("  %s%.*s%s: %s by %.*s", cli_paint(CLI_BOLD),
	    ZTA_STR_ARG(s->file), cli_paint(CLI_PLAIN), s->kind,
	    ZTA_STR_ARG(s->domain));
	if (s->cap != NULL) {
		printf(", up to level %.*s", ZTA_STR_ARG(s->cap->name));
	}
	if (s->workload.len > 0) {
		printf(", of %.*s", ZTA_STR_ARG(s->workload));
	}
	for (i = 0; i < s->property_count; i++) {
		printf("%s `%.*s`", i == 0 ? ":" : ",",
		    ZTA_STR_ARG(s->properties[i]));
	}
	puts("");
	if (s->problem[0] != '\0') {
		printf("    counts for nothing: %s\n", s->problem);
		return;
	}
	print_time("    from", s->begins_at);
	print_time(" until", s->ends_at);
	puts(s->in_force ? "" : ": not in force");
}

static void
print_statements(const zta_trust_view *v)
{
	size_t i;

	if (v->own.len > 0) {
		printf("own domain: %.*s\n", ZTA_STR_ARG(v->own));
	} else if (v->statement_count == 0) {
		return;
	}
	puts(v->statement_count > 0 ? "statements of other domains:" :
				      "statements of other domains: none");
	for (i = 0; i < v->statement_count; i++) {
		print_statement(&v->statements[i]);
	}
}

static void
print(const zta_trust_view *v)
{
	const zta_trust_group *group;
	size_t i, j;

	puts("levels, the most trusted first:");
	for (i = v->level_count; i-- > 0;) {
		printf("  %s%.*s%s (%" PRId64 "): ", cli_paint(CLI_BOLD),
		    ZTA_STR_ARG(v->levels[i].name), cli_paint(CLI_PLAIN),
		    v->levels[i].rank);
		cli_put_demands(&v->levels[i]);
		puts("");
	}
	puts("groups:");
	for (i = 0; i < v->group_count; i++) {
		group = &v->groups[i];
		printf("  %s%.*s%s, level %.*s\n", cli_paint(CLI_BOLD),
		    ZTA_STR_ARG(group->name), cli_paint(CLI_PLAIN),
		    ZTA_STR_ARG(group->level->name));
		for (j = 0; j < group->member_count; j++) {
			printf("    %.*s\n", ZTA_STR_ARG(group->members[j]));
		}
	}
	puts(v->quarantine_count > 0 ? "quarantine:" : "quarantine: nobody");
	for (i = 0; i < v->quarantine_count; i++) {
		print_quarantined(&v->quarantine[i]);
	}
	print_statements(v);
}

/* --- JSON */

static void
print_statement_json(const zta_trust_statement *s)
{
	char date[ZTA_TIME_TEXT_MAX];
	fputs("{\"file\":", stdout);
	cli_put_string(s->file);
	printf(",\"kind\":\"%s\",\"domain\":", s->kind);
	cli_put_string(s->domain);
	fputs(",\"level\":", stdout);
	cli_put_string(s->cap == NULL ? ZTA_STR("") : s->cap->name);
	fputs(",\"workload\":", stdout);
	cli_put_string(s->workload);
	fputs(",\"properties\":[", stdout);
	cli_put_strings(s->properties, s->property_count);
	zta_time__format(s->begins_at, date);
	printf("],\"begins_at\":\"%s\"", date);
	zta_time__format(s->ends_at, date);
	printf(",\"ends_at\":\"%s\",\"in_force\":%s,\"problem\":", date,
	    s->in_force ? "true" : "false");
	cli_put_string(zta_str_of(s->problem));
	fputs("}", stdout);
}

static void
print_level_json(const zta_trust_level *l)
{
	size_t i;

	fputs("{\"name\":", stdout);
	cli_put_string(l->name);
	printf(",\"rank\":%" PRId64 ",\"proof\":[", l->rank);
	for (i = 0; i < l->proof_count; i++) {
		printf("%s\"%s\"", i > 0 ? "," : "", l->proofs[i]);
	}
	printf("],\"proof_age_max_s\":%" PRId64
	       ",\"consent\":%s,\"attestation\":[",
	    l->proof_age_max_s, l->consent ? "true" : "false");
	cli_put_strings(l->attestations, l->attestation_count);
	fputs("]}", stdout);
}

static void
print_group_json(const zta_trust_group *g)
{
	fputs("{\"name\":", stdout);
	cli_put_string(g->name);
	fputs(",\"level\":", stdout);
	cli_put_string(g->level->name);
	fputs(",\"members\":[", stdout);
	cli_put_strings(g->members, g->member_count);
	fputs("]}", stdout);
}

static void
print_json(const zta_trust_view *v)
{
	size_t i;

	fputs("{\"levels\":[", stdout);
	for (i = 0; i < v->level_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		print_level_json(&v->levels[i]);
	}
	fputs("],\"groups\":[", stdout);
	for (i = 0; i < v->group_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		print_group_json(&v->groups[i]);
	}
	fputs("],\"quarantine\":[", stdout);
	for (i = 0; i < v->quarantine_count; i++) {
		fputs(i > 0 ? ",{\"entry\":" : "{\"entry\":", stdout);
		cli_put_string(v->quarantine[i].entry);
		fputs(",\"commit\":", stdout);
		if (v->quarantine[i].commit == NULL) {
			fputs("null}", stdout);
			continue;
		}
		cli_put_commit_json(v->quarantine[i].commit);
		fputs(",\"why\":", stdout);
		cli_put_string(reason(v->quarantine[i].commit));
		fputs("}", stdout);
	}
	fputs("],\"own\":", stdout);
	cli_put_string(v->own);
	fputs(",\"statements\":[", stdout);
	for (i = 0; i < v->statement_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		print_statement_json(&v->statements[i]);
	}
	puts("]}");
}

int
cli_trust_show(int argc, char **argv)
{
	bool json = false;
	const cli_option options[] = {
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_workspace *workspace;
	zta_trust_view view;
	zta_error err = { 0 };
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_workspace(&workspace)) {
		return CLI_FAILED;
	}
	code = CLI_OK;
	if (zta_trust_show(workspace, &view, &err) != ZTA_OK) {
		code = cli_fail(&err);
	} else if (json) {
		print_json(&view);
	} else {
		print(&view);
	}
	zta_workspace_close(workspace);
	return code;
}
