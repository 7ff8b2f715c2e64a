/* SPDX-License-Identifier: Apache-2.0 */
/* explain_print.c - an account of a decision as lines. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/cli.h"
#include "ztauth/why.h"

/* --- words */

typedef struct word {
	const char *name, *text;
} word;

/* Codes of docs/formats/evaluation.md. */
static const word codes[] = {
	{ "permitted", "every leg agreed" },
	{ "invalid_token", "its token was not good" },
	{ "subject_mismatch", "it is about somebody else than its token" },
	{ "insufficient_scope", "no scope of its token covers it" },
	{ "unauthorized_actor", "nothing lets the workload act for them" },
	{ "actor_below_level", "the workload's proof is too weak" },
	{ "actor_quarantined", "the workload is in quarantine" },
	{ "consent_required", "the workload's level demands consent" },
	{ "delegation_invalid", "a grant is not good" },
	{ "delegation_revoked", "a grant was taken back" },
	{ "delegation_exceeded", "it is outside what was granted" },
	{ "denied_by_policy", "a policy forbids it" },
	{ "no_policy_permits", "no policy permits it" },
	{ "invalid_request", "it is no question under the schema" },
	{ NULL, NULL },
};

/* What is wrong with a grant; docs/formats/delegation.md. */
static const word findings[] = {
	{ "holds", "it was a condition, or somebody took a grant back" },
	{ "wrong_zone", "it is for another zone" },
	{ "unknown_delegator", "the ledger has no keys of its delegator" },
	{ "unknown_key", "none of its delegator's keys is of this name" },
	{ "bad_signature", "its delegator did not sign it" },
	{ "not_yet_valid", "its time had not begun" },
	{ "expired", "its time was over" },
	{ "not_of_subject", "it is of another subject's authority" },
	{ "no_standing_grants", "the zone wants the subject to be there" },
	{ "hides_claims", "it would hide what a source says of the subject" },
	{ "unlinked", "it was not made of the grant before" },
	{ "not_delegate", "its delegator was not given the one before" },
	{ "wrong_holder", "it is signed by another key than the one bound" },
	{ "not_held", "its delegate is no workload of the chain" },
	{ "quarantined", "who gave it, or was given it, is in quarantine" },
	{ "wider_actions", "it has actions that the one before has not" },
	{ "wider_resources", "it has resources that the one before has not" },
	{ "wider_time", "it lasts longer than the one before" },
	{ "wider_depth", "it may be passed on further than the one before" },
	{ "wider_use", "it may be used more often than the one before" },
	{ "wider_purpose", "it is for another purpose than the one before" },
	{ "outside_actions", "its actions do not have what was asked" },
	{ "outside_resources", "its resources do not have what was asked" },
	{ NULL, NULL },
};

/* Its text; a name that nobody knows speaks for itself. */
static const char *
say(const word *words, const char *name)
{
	while (words->name != NULL && strcmp(words->name, name) != 0) {
		words++;
	}
	return words->name != NULL ? words->text : name;
}

static void
put_list(const zta_str *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		fputs(i > 0 ? ", `" : "`", stdout);
		cli_put_plain(list[i]);
		putchar('`');
	}
}

static void
put_entity(const zta_cedar_entity *entity)
{
	cli_put_plain(entity->type);
	if (entity->id.ptr != NULL) {
		fputs("::\"", stdout);
		cli_put_plain(entity->id);
		putchar('"');
	}
}

/* A line that begins with words of ours. */
static void
put_words(const char *begin, zta_str text)
{
	fputs(begin, stdout);
	cli_put_plain(text);
	puts("");
}

static void
put_title(const char *title)
{
	printf("\n%s%s%s\n", cli_paint(CLI_BOLD), title, cli_paint(CLI_PLAIN));
}

/* --- who, through whom, with whose consent */

static void
put_verdict(const zta_why *why)
{
	char code[64], time[ZTA_TIME_TEXT_MAX];

	(void)snprintf(code, sizeof(code), "%.*s", ZTA_STR_ARG(why->code));
	printf("%s%s%s: %s\n", cli_paint(why->allowed ? CLI_GREEN : CLI_RED),
	    why->allowed ? "allowed" : "denied", cli_paint(CLI_PLAIN),
	    say(codes, code));
	printf("  decided by %.*s: %.*s", ZTA_STR_ARG(why->leg),
	    ZTA_STR_ARG(why->code));
	if (why->ring > 0) {
		printf(", at workload %zu", why->ring);
	}
	puts("");
	if (why->reason.len > 0) {
		put_words("  the server said: ", why->reason);
	}
	zta_time__format(why->time, time);
	printf("  record %" PRIu64 " of the log, %s\n  id %s\n", why->index,
	    time, why->id);
}

static void
put_who(const zta_why *why)
{
	put_title("who asked");
	fputs("  ", stdout);
	if (why->subject.type.len > 0) {
		put_entity(&why->subject);
	} else {
		fputs("nobody knows", stdout);
	}
	if (why->action.len > 0) {
		fputs(": ", stdout);
		cli_put_plain(why->action);
		putchar(' ');
		put_entity(&why->resource);
	} else {
		fputs(": a token", stdout);
	}
	puts("");
}

static void
put_age(int64_t ms)
{
	if (ms < 0) {
		fputs("of the future", stdout);
	} else {
		printf("%" PRId64 " s old", ms / 1000);
	}
}

static void
put_ring(const zta_why_ring *ring, size_t number)
{
	size_t i;

	printf("  %zu. ", number);
	put_words("", ring->workload);
	printf("  proof: %.*s, by `%.*s`, ", ZTA_STR_ARG(ring->proof),
	    ZTA_STR_ARG(ring->source));
	put_age(ring->age_ms);
	puts("");
	for (i = 0; i < ring->quarantine_count; i++) {
		printf("  in quarantine by `%.*s`\n",
		    ZTA_STR_ARG(ring->quarantine[i]));
	}
	for (i = 0; i < ring->group_count; i++) {
		cli_put_membership(&ring->groups[i]);
	}
	if (ring->code == NULL) {
		return;
	}
	if (ring->group_count == 0) {
		puts("  in no group");
	}
	printf("  %s", ring->code[0] == '\0' ? "it may act" : "it may not act");
	if (ring->policy_count > 0) {
		fputs(", by ", stdout);
		put_list(ring->policies, ring->policy_count);
	}
	puts("");
}

static void
put_through(const zta_why *why)
{
	size_t i;

	put_title("through whom");
	for (i = 0; i < why->ring_count; i++) {
		put_ring(&why->rings[i], i + 1);
	}
	if (why->ring_count == 0) {
		puts("  no workload that is known");
	}
}

static void
put_grant(const zta_why_grant *grant, size_t number)
{
	char from[ZTA_TIME_TEXT_MAX], to[ZTA_TIME_TEXT_MAX];
	size_t i;

	if (!grant->known) {
		printf("  %zu. a grant that is not at hand:\n     %s\n", number,
		    grant->digest);
		return;
	}
	zta_time__format(grant->not_before, from);
	zta_time__format(grant->expires_at, to);
	printf("  %zu. ", number);
	cli_put_plain(grant->delegator);
	put_words(" lets\n     ", grant->delegate);
	fputs("     do ", stdout);
	put_list(grant->actions, grant->action_count);
	for (i = 0; i < grant->resource_count; i++) {
		fputs(i == 0 ? "\n     with " : ", ", stdout);
		put_entity(&grant->resources[i]);
	}
	printf(
	    "\n     from %s to %s%s\n", from, to, grant->once ? ", once" : "");
	if (grant->when.ptr != NULL) {
		put_words("     when ", grant->when);
	}
	put_words("     they were told: ", grant->statement);
	if (grant->revoked) {
		puts("     it is taken back by now");
	}
}

static void
put_consent(const zta_why *why)
{
	size_t i;

	put_title("with whose consent");
	for (i = 0; i < why->grant_count; i++) {
		put_grant(&why->grants[i], i + 1);
	}
	if (why->grant_count > 0) {
		return;
	}
	puts(why->has_token ? "  no grants: by the subject's own token" :
			      "  nobody's: no grants, and no token");
	if (why->scope_count > 0) {
		fputs("  its scopes: ", stdout);
		put_list(why->scopes, why->scope_count);
		puts("");
	}
}

/* --- what decided, and what would have changed it */

static void
put_again(const zta_why *why)
{
	put_title("under which policy");
	printf("  %.*s\n", ZTA_STR_ARG(why->commit));
	if (why->not_again != NULL) {
		printf("  not decided again: %s\n", why->not_again);
	} else if (why->agrees) {
		puts("  decided again under it: the same");
	} else {
		printf("  %sdecided again under it: not the same%s: %s, %s\n",
		    cli_paint(CLI_YELLOW), cli_paint(CLI_PLAIN),
		    why->again_allowed ? "allowed" : "denied",
		    say(codes, why->again_code));
	}
}

static void
put_decided(const char *dir, const zta_why *why)
{
	size_t i;

	if (why->policy_count > 0 || why->error_count > 0 ||
	    why->reason_count > 0 || why->bad_because != NULL) {
		put_title("what decided");
	}
	if (why->policy_count > 0) {
		fputs("  by ", stdout);
		put_list(why->policies, why->policy_count);
		puts("");
	}
	if (why->error_count > 0) {
		fputs("  could not be evaluated: ", stdout);
		put_list(why->errors, why->error_count);
		puts("");
	}
	if (why->bad_because != NULL) {
		printf("  grant %zu: %s\n",
		    why->bad_grant == 0 ? why->grant_count : why->bad_grant,
		    say(findings, why->bad_because));
	}
	for (i = 0; i < why->reason_count; i++) {
		cli_put_explanation(dir, &why->reasons[i]);
	}
}

static void
put_change(const zta_why_change *change, bool was_allowed)
{
	/* What stands before and behind the name. */
	static const char *const texts[ZTA_WHY_KINDS][2] = {
		[ZTA_WHY_SCOPE] = { "with the scope `", "` as well" },
		[ZTA_WHY_NO_SCOPE] = { "without the scope `", "`" },
		[ZTA_WHY_RESTORE] = { "with `", "` out of quarantine" },
		[ZTA_WHY_GROUP] = { "with the workload in the group `", "`" },
		[ZTA_WHY_PROOF] = { "with a proof by ", ", made just then" },
		[ZTA_WHY_ACT_FOR] = { "if trust/elevation.cedar let it act",
		    "" },
		[ZTA_WHY_POLICY] = { "had `", "` held" },
		[ZTA_WHY_NO_POLICY] = { "had `", "` not held" },
		[ZTA_WHY_ACTION] = { "had the action been `", "`" },
	};

	printf("  %s%.*s%s", texts[change->kind][0], ZTA_STR_ARG(change->name),
	    texts[change->kind][1]);
	if (change->allowed) {
		puts(was_allowed ? ": still allowed" : ": allowed");
	} else {
		printf(":\n    %sdenied by %s: %s\n",
		    was_allowed ? "" : "still ", change->leg,
		    say(codes, change->code));
	}
}

static void
put_changes(const zta_why *why)
{
	size_t i;

	put_title("what would have changed it");
	for (i = 0; i < why->change_count; i++) {
		put_change(&why->changes[i], why->allowed);
	}
	if (why->change_count > 0) {
		return;
	}
	puts(why->not_again != NULL ? "  that takes deciding again" :
		why->agrees ? "  nothing that was tried, one at a time" :
			      "  nobody knows: this is not how it was decided");
}

void
cli_put_why(const char *dir, const zta_why *why)
{
	put_verdict(why);
	put_who(why);
	put_through(why);
	put_consent(why);
	put_again(why);
	put_decided(dir, why);
	put_changes(why);
}
