/* SPDX-License-Identifier: Apache-2.0 */
/* trust_explain.c - ztauth trust explain. */
#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/cli.h"
#include "ztauth/trust.h"

static const char help[] =
    "Usage: ztauth trust explain WORKLOAD [--for TYPE::\"ID\"] [OPTION...]\n"
    "\n"
    "Print the groups that a workload is in, the level that it reaches and what\n"
    "the next one demands; with --for whether it may act for that subject, by\n"
    "which policies of trust/elevation.cedar, and what would change the answer.\n"
    "\n"
    "  --for TYPE::\"ID\"        the subject, such as User::\"alice\"\n"
    "  --for-kind KIND         human (if it is left out) or workload\n"
    "  --for-source NAME       the identity source of its credential\n"
    "  --for-domain NAME       its trust domain\n"
    "  --action A              with --resource: what it is about to do\n"
    "  --resource TYPE::\"ID\"\n"
    "  --proof PROOF           bearer (if it is left out), mtls, dpop or wpt\n"
    "  --age SECONDS           of the proof; 0 if it is left out\n"
    "  --source NAME           the identity source of the workload's credential\n"
    "  --domain NAME           its trust domain, if not that of its SPIFFE ID\n"
    "  --at TIME               not now but then: 2026-01-31T12:00:00Z\n"
    "  --json                  one JSON object instead of lines\n"
    "\n"
    "Exit: 0 it may, or without --for it reaches a level; 2 it does not; 1 it\n"
    "could not be said.\n";

/* --- lines */

void
cli_put_membership(const zta_trust_membership *m)
{
	const zta_trust_level *level = m->group->level;
	bool meets = !m->other_proof && !m->too_old && !m->no_consent &&
	    !m->no_attestation;

	if (m->out_of_scope || m->above_cap) {
		printf("  in `%.*s` by `%.*s`, which does not count: %s\n",
		    ZTA_STR_ARG(m->group->name), ZTA_STR_ARG(m->entry),
		    m->out_of_scope ?
			"it is not in the scope of the federation" :
			"its level is above that of the federation");
		return;
	}

	printf("  in `%.*s` by `%.*s`: level `%.*s` (%" PRId64 ") %s\n",
	    ZTA_STR_ARG(m->group->name), ZTA_STR_ARG(m->entry),
	    ZTA_STR_ARG(level->name), level->rank,
	    meets ? "is met" : "is not met:");
	if (m->other_proof) {
		puts("    the proof is of another kind");
	}
	if (m->too_old) {
		puts("    the proof is too old");
	}
	if (m->no_consent) {
		puts("    consent is missing");
	}
	if (m->no_attestation) {
		printf(
		    "    `%.*s` is not attested\n", ZTA_STR_ARG(m->unattested));
	}
	if (!meets) {
		fputs("    it demands ", stdout);
		cli_put_demands(level);
		puts("");
	}
}

static void
print_level(const zta_trust_explained *x)
{
	if (x->level != NULL) {
		printf("level: `%.*s` (%" PRId64 ")\n",
		    ZTA_STR_ARG(x->level->name), x->level->rank);
	} else if (x->quarantine_count == 0) {
		puts("level: none");
	}
	if (x->next != NULL && x->quarantine_count == 0) {
		printf("next level: `%.*s` (%" PRId64
		       "), by a group of it and ",
		    ZTA_STR_ARG(x->next->name), x->next->rank);
		cli_put_demands(x->next);
		puts("");
		if (x->next_unattested.len > 0) {
			printf("  `%.*s` is not attested\n",
			    ZTA_STR_ARG(x->next_unattested));
		}
	}
}

/* What has to be otherwise for another answer. */
static void
print_advice(const zta_trust_explained *x)
{
	size_t i;

	for (i = 0; i < x->quarantine_count; i++) {
		printf("to change that: ztauth trust restore '%.*s'\n",
		    ZTA_STR_ARG(x->quarantine[i]));
	}
	if (x->quarantine_count > 0) {
		return;
	}
	if (x->refused != NULL) {
		printf("to change that: a statement of `%.*s` in "
		       "trust/statements\n",
		    ZTA_STR_ARG(x->domain));
	} else if (x->group_count == 0) {
		puts("to change that: put it into a group of "
		     "trust/groups.json");
	} else if (x->level == NULL) {
		puts("to change that: meet the level of one of its groups");
	} else if (x->asked && !x->permitted) {
		puts(x->policy_count > 0 ?
			"to change that: the forbid must not hold" :
			"to change that: a permit of trust/elevation.cedar "
			"must hold");
	} else if (x->permitted) {
		puts("to change that: ztauth trust quarantine, or a forbid");
	}
}

static void
print_answer(const zta_trust_explained *x)
{
	size_t i;

	if (!x->asked) {
		if (x->code[0] != '\0') {
			printf("it may act for nobody: %s\n", x->code);
		}
		return;
	}
	printf("%s%s%s", cli_paint(x->permitted ? CLI_GREEN : CLI_RED),
	    x->permitted ? "it may act" : "it may not act",
	    cli_paint(CLI_PLAIN));
	if (!x->permitted) {
		printf(": %s", x->code);
	}
	for (i = 0; i < x->policy_count; i++) {
		printf("%s `%.*s`", i > 0 ? "," : ", by",
		    ZTA_STR_ARG(x->policies[i]));
	}
	puts("");
}

static void
print_domain(const zta_trust_explained *x)
{
	char date[ZTA_TIME_TEXT_MAX];

	if (x->domain.len > 0) {
		printf("  of another domain, `%.*s`\n", ZTA_STR_ARG(x->domain));
	}
	if (x->capped != NULL) {
		zta_time__format(x->capped->ends_at, date);
		printf(
		    "    up to level `%.*s`, until %.10s %.8s UTC, by %.*s\n",
		    ZTA_STR_ARG(x->capped->cap->name), date, date + 11,
		    ZTA_STR_ARG(x->capped->file));
	}
	if (x->refused != NULL) {
		printf(
		    "    %s `%.*s`\n", x->refused, ZTA_STR_ARG(x->refused_by));
	}
}

static void
print(const char *dir, const zta_trust_explained *x)
{
	size_t i;

	print_domain(x);

	for (i = 0; i < x->quarantine_count; i++) {
		printf("  in quarantine by `%.*s`\n",
		    ZTA_STR_ARG(x->quarantine[i]));
	}
	for (i = 0; i < x->group_count; i++) {
		cli_put_membership(&x->groups[i]);
	}
	if (x->group_count == 0) {
		puts("  in no group");
	}
	print_level(x);
	print_answer(x);
	for (i = 0; i < x->reason_count; i++) {
		cli_put_explanation(dir, &x->reasons[i]);
	}
	if (x->reason_count > 0) {
		puts("");
	}
	print_advice(x);
}

/* --- JSON */

static void
print_words(const char *name, const zta_str *list, size_t count)
{
	printf(",\"%s\":[", name);
	cli_put_strings(list, count);
	fputs("]", stdout);
}

static void
print_name(const char *name, const zta_trust_level *level)
{
	printf(",\"%s\":", name);
	if (level == NULL) {
		fputs("null", stdout);
	} else {
		cli_put_string(level->name);
	}
}

void
cli_put_membership_json(const zta_trust_membership *m)
{
	fputs("{\"group\":", stdout);
	cli_put_string(m->group->name);
	fputs(",\"entry\":", stdout);
	cli_put_string(m->entry);
	print_name("level", m->group->level);
	printf(",\"other_proof\":%s,\"too_old\":%s,\"no_consent\":%s,"
	       "\"no_attestation\":%s,\"out_of_scope\":%s,"
	       "\"above_cap\":%s,\"unattested\":",
	    m->other_proof ? "true" : "false", m->too_old ? "true" : "false",
	    m->no_consent ? "true" : "false",
	    m->no_attestation ? "true" : "false",
	    m->out_of_scope ? "true" : "false",
	    m->above_cap ? "true" : "false");
	cli_put_string(m->unattested);
	fputs("}", stdout);
}

static void
print_json(const zta_trust_explained *x)
{
	size_t i;

	fputs("{\"groups\":[", stdout);
	for (i = 0; i < x->group_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		cli_put_membership_json(&x->groups[i]);
	}
	fputs("]", stdout);
	print_words("quarantine", x->quarantine, x->quarantine_count);
	fputs(",\"domain\":", stdout);
	cli_put_string(x->domain);
	fputs(",\"federation\":", stdout);
	cli_put_string(x->capped == NULL ? ZTA_STR("") : x->capped->file);
	fputs(",\"refused\":", stdout);
	cli_put_string(zta_str_of(x->refused == NULL ? "" : x->refused));
	fputs(",\"refused_by\":", stdout);
	cli_put_string(x->refused_by);
	print_name("level", x->level);
	print_name("next", x->next);
	fputs(",\"next_unattested\":", stdout);
	cli_put_string(x->next_unattested);
	printf(",\"permitted\":%s,\"code\":\"%s\"",
	    !x->asked        ? "null" :
		x->permitted ? "true" :
			       "false",
	    x->code);
	print_words("policies", x->policies, x->policy_count);
	fputs(",\"reasons\":[", stdout);
	for (i = 0; i < x->reason_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		cli_put_explanation_json(&x->reasons[i]);
	}
	puts("]}");
}

/* --- all of it */

/* What was written on the command line; NULL: nothing. */
typedef struct words {
	const char *workload, *source, *domain, *proof, *age, *at;
	const char *subject, *kind, *subject_source, *subject_domain;
	const char *action, *resource;
} words;

static zta_str
text_of(const char *word, const char *otherwise)
{
	return zta_str_of(word == NULL ? otherwise : word);
}

static bool
make_question(const words *w, zta_trust_question *out)
{
	*out = (zta_trust_question){ .workload = zta_str_of(w->workload),
		.source = text_of(w->source, ""),
		.domain = text_of(w->domain, ""),
		.proof = text_of(w->proof, "bearer"),
		.now = zta_time__now_ms(),
		.subject = text_of(w->subject, ""),
		.subject_kind = text_of(w->kind, "human"),
		.subject_source = text_of(w->subject_source, ""),
		.subject_domain = text_of(w->subject_domain, ""),
		.action = text_of(w->action, ""),
		.resource = text_of(w->resource, "") };
	if (w->age != NULL &&
	    (!cli_number(w->age, "--age", &out->age_s) ||
		out->age_s > INT32_MAX)) {
		return false;
	}
	if (w->at != NULL && !zta_time__read(zta_str_of(w->at), &out->now)) {
		cli_say("--at: no time such as 2026-01-31T12:00:00Z");
		return false;
	}
	return true;
}

static int
explain(zta_workspace *workspace, const zta_trust_question *question, bool json)
{
	zta_trust_explained explained;
	zta_error err = { 0 };

	if (zta_trust_explain(workspace, question, &explained, &err) !=
	    ZTA_OK) {
		return cli_fail(&err);
	}
	if (json) {
		print_json(&explained);
	} else {
		print(zta_workspace_dir(workspace), &explained);
	}
	return explained.code[0] == '\0' ? CLI_OK : CLI_NO;
}

int
cli_trust_explain(int argc, char **argv)
{
	words w = { 0 };
	bool json = false;
	const cli_option options[] = {
		{ "for", &w.subject, NULL },
		{ "for-kind", &w.kind, NULL },
		{ "for-source", &w.subject_source, NULL },
		{ "for-domain", &w.subject_domain, NULL },
		{ "action", &w.action, NULL },
		{ "resource", &w.resource, NULL },
		{ "proof", &w.proof, NULL },
		{ "age", &w.age, NULL },
		{ "source", &w.source, NULL },
		{ "domain", &w.domain, NULL },
		{ "at", &w.at, NULL },
		{ "json", NULL, &json },
		{ NULL, NULL, NULL },
	};
	zta_trust_question question;
	zta_workspace *workspace;
	int code = cli_options(argc, argv, options, &w.workload, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(w.workload, "WORKLOAD") ||
	    !make_question(&w, &question)) {
		return CLI_USAGE;
	}
	if (!cli_workspace(&workspace)) {
		return CLI_FAILED;
	}
	code = explain(workspace, &question, json);
	zta_workspace_close(workspace);
	return code;
}
