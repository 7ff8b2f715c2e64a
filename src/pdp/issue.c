/* SPDX-License-Identifier: Apache-2.0 */
/* issue.c - see issue.h. */
#include "pdp/issue.h"

#include <stdio.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "pdp/issue_part.h"

bool
zta_issuer__refuse(zta_issuer *s, const char *error, const char *leg,
    const char *code, const char *first, const char *second)
{
	char *text = zta_arena__alloc(s->arena, ZTA_MSG_MAX);

	s->out->error = error;
	s->out->leg = leg;
	s->out->code = code;
	if (text != NULL) {
		(void)snprintf(text, ZTA_MSG_MAX, "%s%s", first, second);
		s->out->reason = zta_str_of(text);
	}
	return false;
}

bool
zta_issuer__fail(zta_issuer *s, zta_status status)
{
	s->status = status;
	return false;
}

bool
zta_issuer__goes_on(const zta_issuer *s)
{
	return s->request->replaces.len > 0 || s->request->seal.len > 0;
}

/* --- scope and audience */

static bool
narrow_scope(zta_issuer *s)
{
	zta_txn *txn = &s->out->txn;
	zta_str rest = s->request->scope, word;
	zta_str *words;
	uint32_t count = 0;

	if (rest.len == 0) {
		return true;
	}
	words = zta_arena__alloc(s->arena, (rest.len + 1) * sizeof(*words));
	if (words == NULL) {
		return zta_issuer__fail(s, zta_arena__failed(s->arena, s->err));
	}
	while (zta_str__next(&rest, ' ', &word)) {
		if (word.len == 0) {
			continue;
		}
		if (!zta_str__is_among(word, txn->scopes, txn->scope_count)) {
			return zta_issuer__refuse(s, "invalid_scope", "scope",
			    "insufficient_scope", "the scope asked for is not ",
			    "inside that of the subject's token");
		}
		words[count++] = word;
	}
	txn->scopes = words;
	txn->scope_count = count;
	return true;
}

static bool
check_audience(zta_issuer *s)
{
	return s->request->audience.len == 0 ||
	    zta_str__eq(s->request->audience, s->zone->trust_domain) ||
	    zta_issuer__refuse(s, "invalid_target", "token", "invalid_target",
		"the audience is not the trust domain of the zone", "");
}

/* --- request_context and request_details */

static bool
read_object(zta_issuer *s, zta_str text, zta_json_doc *doc)
{
	zta_error why = { 0 };
	zta_status status = zta_json__read(s->arena, text, doc, &why);

	if (status == ZTA_ENOMEM) {
		return zta_issuer__fail(s, status);
	}
	if (status != ZTA_OK || doc->root->type != ZTA_JSON_OBJECT) {
		return zta_issuer__refuse(s, "invalid_request", "token",
		    "invalid_request",
		    "request_context and request_details are JSON objects", "");
	}
	return true;
}

/* {"action": A, "resource": {"type": T, "id": I}} names the operation. */
static void
find_operation(zta_issuer *s, const zta_json *details)
{
	const zta_json *resource = zta_json__get(details, "resource");

	s->operation = (zta_operation){ zta_json__text_in(details, "action"),
		zta_json__text_in(resource, "type"),
		zta_json__text_in(resource, "id") };
	s->has_operation = s->operation.action.len > 0 &&
	    s->operation.resource_type.len > 0 &&
	    s->operation.resource_id.len > 0;
}

static bool
take_details(zta_issuer *s)
{
	const zta_issue_request *r = s->request;
	zta_txn *txn = &s->out->txn;
	zta_json_doc doc;

	/* What a transaction is about was said when it began. */
	if (zta_issuer__goes_on(s) &&
	    (r->request_context.len > 0 || r->request_details.len > 0)) {
		return zta_issuer__refuse(s, "invalid_request", "token",
		    "context_is_fixed", "request_context and request_details ",
		    "are those of the first token");
	}
	if (r->request_context.len > 0) {
		if (!read_object(s, r->request_context, &doc)) {
			return false;
		}
		txn->request_context = doc.root;
	}
	if (r->request_details.len > 0) {
		if (!read_object(s, r->request_details, &doc)) {
			return false;
		}
		txn->request_details = doc.root;
	}
	if (txn->request_details != NULL) {
		find_operation(s, txn->request_details);
	}
	return true;
}

/* --- elevation */

static bool
keep_policies(zta_issuer *s, const zta_elevation_answer *answer)
{
	zta_issue_answer *out = s->out;
	uint32_t total = out->elevation_count + answer->policy_count;
	zta_str *list = zta_arena__grow(s->arena, out->elevation,
	    out->elevation_count, total + 1, sizeof(*list));

	if (list == NULL) {
		return zta_issuer__fail(s, zta_arena__failed(s->arena, s->err));
	}
	if (answer->policy_count > 0) {
		memcpy(list + out->elevation_count, answer->policies,
		    answer->policy_count * sizeof(*list));
	}
	out->elevation = list;
	out->elevation_count = total;
	return true;
}

static bool
check_ring(zta_issuer *s, uint32_t i)
{
	const zta_txn *txn = &s->out->txn;
	zta_elevation_question question = { .ring = &txn->rings[i],
		.number = i + 1,
		.depth = txn->ring_count,
		.subject = &txn->subject,
		.operation = s->has_operation ? &s->operation : NULL,
		.now = s->now,
		.home = s->zone->trust_domain };
	zta_elevation_answer answer;
	zta_status status;

	zta_delegation__show_consent(s->out->delegation, &question);
	status = zta_elevation__ask(
	    s->snapshot->elevation, s->arena, &question, &answer, s->err);
	if (status != ZTA_OK) {
		return zta_issuer__fail(s, status);
	}
	if (!keep_policies(s, &answer)) {
		return false;
	}
	if (answer.code != ZTA_ELEVATION_OK) {
		s->out->ring = i + 1;
		return zta_issuer__refuse(s, "unauthorized_client", "elevation",
		    zta_elevation__code_name(answer.code),
		    zta_elevation__reason(&answer, s->arena), "");
	}
	return true;
}

/* A broken earlier ring ends the transaction. SPEC: ztauth 5.3 */
static bool
check_elevation(zta_issuer *s)
{
	uint32_t i;

	for (i = 0; i < s->out->txn.ring_count; i++) {
		if (!check_ring(s, i)) {
			return false;
		}
	}
	return true;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool
name_transaction(zta_issuer *s)
{
	unsigned char random[16];
	char *id = zta_arena__alloc(s->arena, 2 * sizeof(random));

	if (id == NULL) {
		return zta_issuer__fail(s, zta_arena__failed(s->arena, s->err));
	}
	zta_random__bytes(random, sizeof(random));
	zta_hex__encode((zta_str){ (char *)random, sizeof(random) }, id);
	s->out->txn.txn = (zta_str){ id, 2 * sizeof(random) };
	return true;
}

static bool
complete(zta_issuer *s)
{
	zta_txn *txn = &s->out->txn;
	uint32_t i;

	if (!zta_issuer__goes_on(s) && !name_transaction(s)) {
		return false;
	}
	txn->issuer = s->zone->issuer;
	txn->audience = s->zone->trust_domain;
	txn->zone = s->zone->id;
	txn->ledger = s->zone->ledger;
	txn->commit = zta_str_of(s->snapshot->tree.id);
	txn->issued_at = s->now;
	txn->expires_at = least(s->now + ZTA_TXN_LIFETIME_MAX_MS,
	    least(s->expires_at, s->actor.expires_at));
	for (i = 0; s->out->delegation != NULL && i < txn->delegation_count;
	     i++) {
		txn->expires_at = least(txn->expires_at,
		    s->out->delegation->taken.grants[i].expires_at);
	}
	/* Leeway is for believing a proof, not for making it longer. */
	return txn->expires_at > s->now ||
	    zta_issuer__refuse(s, "invalid_request", "token", "invalid_token",
		"a proof has expired", "");
}

zta_status
zta_pdp__issue(const zta_zone *zone, const zta_snapshot *snapshot,
    zta_arena *arena, const zta_issue_request *request, int64_t now,
    zta_issue_answer *out, zta_error *err)
{
	static bool (*const steps[])(zta_issuer *) = {
		zta_issuer__verify_proofs, check_audience, narrow_scope,
		take_details, zta_issuer__find_grants, check_elevation,
		zta_issuer__check_grants, complete, zta_issuer__check_use,
		zta_issuer__use_seal, zta_issuer__use_grants
	};
	zta_issuer *s = zta_arena__zalloc(arena, 1, sizeof(*s));
	size_t i;

	*out = (zta_issue_answer){ 0 };
	if (s == NULL) {
		return zta_arena__failed(arena, err);
	}
	*s = (zta_issuer){ .zone = zone,
		.snapshot = snapshot,
		.arena = arena,
		.request = request,
		.now = now,
		.out = out,
		.err = err };
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (!steps[i](s)) {
			return s->status;
		}
	}
	out->leg = "token";
	out->code = "issued";
	out->issued = true;
	return ZTA_OK;
}
