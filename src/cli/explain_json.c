/* SPDX-License-Identifier: Apache-2.0 */
/* explain_json.c - an account of a decision as a JSON object. */
#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/cli.h"
#include "ztauth/why.h"

/* --- members; each but the first of an object begins with a comma */

static void
put_text(const char *name, zta_str text)
{
	printf(",\"%s\":", name);
	cli_put_string(text);
}

/* Nothing, if there is no text. */
static void
put_some(const char *name, zta_str text)
{
	if (text.len > 0) {
		put_text(name, text);
	}
}

static void
put_bool(const char *name, bool value)
{
	printf(",\"%s\":%s", name, value ? "true" : "false");
}

static void
put_time(const char *name, int64_t ms)
{
	char text[ZTA_TIME_TEXT_MAX];

	zta_time__format(ms, text);
	put_text(name, zta_str_of(text));
}

static void
put_list(const char *name, const zta_str *list, size_t count)
{
	printf(",\"%s\":[", name);
	cli_put_strings(list, count);
	fputs("]", stdout);
}

static void
put_entity(const zta_cedar_entity *entity)
{
	fputs("{\"type\":", stdout);
	cli_put_string(entity->type);
	if (entity->id.ptr != NULL) {
		put_text("id", entity->id);
	}
	fputs("}", stdout);
}

/* --- parts */

static void
put_ring(const zta_why_ring *ring)
{
	size_t i;

	fputs("{\"workload\":", stdout);
	cli_put_string(ring->workload);
	put_text("source", ring->source);
	put_text("proof", ring->proof);
	printf(",\"age_ms\":%" PRId64 ",\"groups\":[", ring->age_ms);
	for (i = 0; i < ring->group_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		cli_put_membership_json(&ring->groups[i]);
	}
	fputs("]", stdout);
	put_list("quarantine", ring->quarantine, ring->quarantine_count);
	if (ring->code != NULL) {
		put_text("code", zta_str_of(ring->code));
		put_some("level", ring->level);
		put_list("policies", ring->policies, ring->policy_count);
	}
	fputs("}", stdout);
}

static void
put_grant(const zta_why_grant *grant)
{
	size_t i;

	printf("{\"digest\":\"%s\"", grant->digest);
	put_bool("known", grant->known);
	if (grant->known) {
		put_text("delegator", grant->delegator);
		put_text("delegate", grant->delegate);
		put_list("actions", grant->actions, grant->action_count);
		fputs(",\"resources\":[", stdout);
		for (i = 0; i < grant->resource_count; i++) {
			fputs(i > 0 ? "," : "", stdout);
			put_entity(&grant->resources[i]);
		}
		fputs("]", stdout);
		put_some("when", grant->when);
		put_some("purpose", grant->purpose);
		put_time("not_before", grant->not_before);
		put_time("expires_at", grant->expires_at);
		put_bool("once", grant->once);
		put_bool("revoked", grant->revoked);
		put_text("statement", grant->statement);
	}
	fputs("}", stdout);
}

static void
put_change(const zta_why_change *change)
{
	static const char *const kinds[ZTA_WHY_KINDS] = {
		[ZTA_WHY_SCOPE] = "scope",
		[ZTA_WHY_NO_SCOPE] = "no-scope",
		[ZTA_WHY_RESTORE] = "restore",
		[ZTA_WHY_GROUP] = "group",
		[ZTA_WHY_PROOF] = "proof",
		[ZTA_WHY_ACT_FOR] = "act-for",
		[ZTA_WHY_POLICY] = "policy",
		[ZTA_WHY_NO_POLICY] = "no-policy",
		[ZTA_WHY_ACTION] = "action",
	};

	printf("{\"change\":\"%s\"", kinds[change->kind]);
	put_some("name", change->name);
	put_bool("decision", change->allowed);
	printf(",\"leg\":\"%s\",\"code\":\"%s\"}", change->leg, change->code);
}

/* --- all of it */

static void
put_record(const zta_why *why)
{
	printf("{\"index\":%" PRIu64 ",\"id\":\"%s\"", why->index, why->id);
	put_time("time", why->time);
	put_text("kind", why->kind);
	put_text("zone", why->zone);
	put_text("ledger", why->ledger);
	put_text("commit", why->commit);
	put_some("txn", why->txn);
	fputs(",\"subject\":", stdout);
	put_entity(&why->subject);
	put_some("action", why->action);
	if (why->resource.type.len > 0) {
		fputs(",\"resource\":", stdout);
		put_entity(&why->resource);
	}
	put_bool("decision", why->allowed);
	put_text("leg", why->leg);
	put_text("code", why->code);
	printf(",\"ring\":%zu", why->ring);
	put_some("reason", why->reason);
	put_list("policies", why->policies, why->policy_count);
	put_list("errors", why->errors, why->error_count);
}

static void
put_again(const zta_why *why)
{
	fputs(",\"again\":{", stdout);
	if (why->not_again != NULL) {
		fputs("\"not\":", stdout);
		cli_put_string(zta_str_of(why->not_again));
	} else {
		printf("\"agrees\":%s", why->agrees ? "true" : "false");
		put_bool("decision", why->again_allowed);
		put_text("code", zta_str_of(why->again_code));
		put_list("scopes", why->scopes, why->scope_count);
	}
	fputs("}", stdout);
}

void
cli_put_why_json(const zta_why *why)
{
	size_t i;

	put_record(why);
	fputs(",\"rings\":[", stdout);
	for (i = 0; i < why->ring_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		put_ring(&why->rings[i]);
	}
	fputs("],\"grants\":[", stdout);
	for (i = 0; i < why->grant_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		put_grant(&why->grants[i]);
	}
	fputs("]", stdout);
	if (why->bad_because != NULL) {
		printf(",\"bad_grant\":%zu", why->bad_grant);
		put_text("bad_because", zta_str_of(why->bad_because));
	}
	put_again(why);
	fputs(",\"reasons\":[", stdout);
	for (i = 0; i < why->reason_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		cli_put_explanation_json(&why->reasons[i]);
	}
	fputs("],\"changes\":[", stdout);
	for (i = 0; i < why->change_count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		put_change(&why->changes[i]);
	}
	puts("]}");
}
