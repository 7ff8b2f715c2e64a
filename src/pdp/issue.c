/* SPDX-License-Identifier: Apache-2.0 */
/* issue.c - see issue.h. */
#include "pdp/issue.h"

#include <stdio.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "pdp/may_act.h"
#include "pdp/transaction.h"

typedef struct issuer {
	const zta_zone *zone;
	const zta_snapshot *snapshot;
	zta_arena *arena;
	const zta_issue_request *request;
	int64_t now;
	zta_issue_answer *out;
	zta_error *err;
	zta_status status;
	zta_principal subject, actor;
	int64_t expires_at; /* of what stands for the subject */
	zta_ring *ring;     /* of the actor */
	zta_operation operation;
	bool has_operation;
} issuer;

static bool
refuse(issuer *s, const char *error, const char *leg, const char *code,
    const char *first, const char *second)
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

static bool
fail(issuer *s, zta_status status)
{
	s->status = status;
	return false;
}

static zta_str
digest_of(const zta_principal *principal)
{
	return (zta_str){ (const char *)principal->digest, ZTA_SHA256_LEN };
}

/* --- the two proofs */

static bool
verify(issuer *s, const char *which, const zta_presented *presented,
    zta_principal *out)
{
	const zta_verifier with = { .sources = &s->snapshot->sources,
		.ring = s->request->ring,
		.live = s->request->live,
		.since = s->request->since,
		.arena = s->arena,
		.now = s->now };
	zta_why_not why_not;
	zta_error why = { 0 };
	char words[ZTA_MSG_MAX];
	zta_status status =
	    zta_identity__verify(&with, presented, out, &why_not, &why);

	if (status == ZTA_OK) {
		return true;
	}
	if (status != ZTA_EUNTRUSTED) {
		s->out->need = why_not.need;
		return fail(s, status);
	}
	(void)snprintf(words, sizeof(words), "%.16s: %.32s: %.180s", which,
	    zta_refusal__code(why_not.refusal), why.message);
	/* It may be good: nobody is there to say so. */
	if (why_not.refusal == ZTA_REFUSAL_NO_KEYS ||
	    why_not.refusal == ZTA_REFUSAL_NO_ANSWER) {
		return refuse(s, "temporarily_unavailable", "token",
		    "unavailable", words, "");
	}
	/* SPEC: rfc9449 8: the client makes another proof, with a nonce. */
	return refuse(s,
	    why_not.refusal == ZTA_REFUSAL_PROOF_NONCE ? "use_dpop_nonce" :
							 "invalid_request",
	    "token", "invalid_token", words, "");
}

/* Once both are verified: an answer that something is needed uses up nothing. */
static bool
use_up(issuer *s, const char *which, const zta_principal *p)
{
	const zta_use use = {
		.owner = p->once_id, .now = s->now, .until = p->once_until
	};
	zta_status status;

	if (!p->once) {
		return true;
	}
	status = s->request->live == NULL ?
	    ZTA_EUNAVAILABLE :
	    zta_used__take(s->request->live->used, &use, s->err);
	if (status == ZTA_EUNTRUSTED) {
		return refuse(s, "invalid_request", "token", "invalid_token",
		    which, ": replayed: it was used before");
	}
	return status == ZTA_OK || fail(s, status);
}

/* The attributes that the source takes over, as one object. */
static bool
take_attributes(issuer *s, const zta_principal *subject)
{
	zta_buf buf;
	zta_json_out out = { &buf, false };
	zta_str text;
	zta_status status;
	uint32_t i;

	zta_buf__init(&buf, ZTA_JWS_MAX);
	zta_json_out__open(&out, '{');
	for (i = 0; i < subject->attribute_count; i++) {
		zta_json_out__name_str(&out, subject->attributes[i].name);
		(void)zta_json_out__node(&out, subject->attributes[i].value);
	}
	zta_json_out__close(&out, '}');
	text = zta_arena__copy(s->arena, zta_buf__str(&buf));
	status = buf.status;
	zta_buf__release(&buf);
	if (status == ZTA_OK && text.ptr == NULL) {
		status = zta_arena__failed(s->arena, s->err);
	}
	if (status == ZTA_OK) {
		status = zta_json__read(
		    s->arena, text, &s->out->txn.subject.attributes, s->err);
	}
	return status == ZTA_OK || fail(s, status);
}

static bool
take_subject(issuer *s)
{
	const zta_principal *subject = &s->subject;
	zta_txn *txn = &s->out->txn;

	if (!verify(s, "subject_token", &s->request->subject, &s->subject)) {
		return false;
	}
	txn->subject = (zta_subject){ .type = subject->type,
		.id = subject->id,
		.kind = zta_str_of(zta_principal__kind_name(subject->kind)),
		.source = subject->source,
		.trust_domain = subject->trust_domain,
		.parents = subject->parents,
		.parent_count = subject->parent_count };
	txn->subject_digest = digest_of(subject);
	txn->scopes = subject->scopes;
	txn->scope_count = subject->scope_count;
	s->expires_at = subject->expires_at;
	s->ring = zta_arena__zalloc(s->arena, 1, sizeof(*s->ring));
	if (s->ring == NULL) {
		return fail(s, zta_arena__failed(s->arena, s->err));
	}
	txn->rings = s->ring;
	return subject->attribute_count == 0 || take_attributes(s, subject);
}

/* The transaction goes on. */
static bool
take_earlier(issuer *s)
{
	zta_txn *txn = &s->out->txn;
	const char *code;
	zta_error why = { 0 };
	zta_status status = zta_transaction__continue(s->zone, s->arena,
	    s->request->replaces, s->now, txn, &s->ring, &code, &why);

	if (status == ZTA_ENOMEM || status == ZTA_ELIMIT) {
		return fail(s, status);
	}
	if (status != ZTA_OK) {
		return refuse(s, "invalid_request", "token", code,
		    "subject_token: ", why.message);
	}
	s->expires_at = txn->expires_at;
	return true;
}

/* The subject's credential may say itself who acts. SPEC: rfc8693 4.4 */
static bool
check_may_act(issuer *s)
{
	switch (zta_may_act__judge(&s->subject, &s->actor)) {
	case ZTA_MAY_ACT_YES:
		return true;
	case ZTA_MAY_ACT_MALFORMED:
		return refuse(s, "invalid_request", "token", "invalid_token",
		    "subject_token: bad_claim: ", "`may_act` is malformed");
	case ZTA_MAY_ACT_NO:
		break;
	}
	return refuse(s, "unauthorized_client", "token", "may_act_mismatch",
	    "`may_act` of the subject's token names another actor", "");
}

static bool
take_actor(issuer *s)
{
	const zta_principal *actor = &s->actor;

	if (!verify(s, "actor_token", &s->request->actor, &s->actor)) {
		return false;
	}
	if (actor->kind != ZTA_PRINCIPAL_WORKLOAD) {
		return refuse(s, "invalid_request", "token", "invalid_token",
		    "actor_token: ", "the actor is no workload");
	}
	if (!check_may_act(s)) {
		return false;
	}
	*s->ring = (zta_ring){ .workload = actor->id,
		.source = actor->source,
		.trust_domain = actor->trust_domain,
		.proof = actor->proof,
		.digest = digest_of(actor),
		.at = s->now };
	s->out->txn.ring_count++;
	return true;
}

static bool
verify_proofs(issuer *s)
{
	return (s->request->replaces.len > 0 ? take_earlier(s) :
					       take_subject(s)) &&
	    take_actor(s) && use_up(s, "subject_token", &s->subject) &&
	    use_up(s, "actor_token", &s->actor);
}

/* --- scope and audience */

static bool
has_scope(const zta_str *scopes, uint32_t count, zta_str scope)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (zta_str__eq(scopes[i], scope)) {
			return true;
		}
	}
	return false;
}

static bool
narrow_scope(issuer *s)
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
		return fail(s, zta_arena__failed(s->arena, s->err));
	}
	while (zta_str__next(&rest, ' ', &word)) {
		if (word.len == 0) {
			continue;
		}
		if (!has_scope(txn->scopes, txn->scope_count, word)) {
			return refuse(s, "invalid_scope", "scope",
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
check_audience(issuer *s)
{
	return s->request->audience.len == 0 ||
	    zta_str__eq(s->request->audience, s->zone->trust_domain) ||
	    refuse(s, "invalid_target", "token", "invalid_target",
		"the audience is not the trust domain of the zone", "");
}

/* --- request_context and request_details */

static bool
read_object(issuer *s, zta_str text, zta_json_doc *doc)
{
	zta_error why = { 0 };
	zta_status status = zta_json__read(s->arena, text, doc, &why);

	if (status == ZTA_ENOMEM) {
		return fail(s, status);
	}
	if (status != ZTA_OK || doc->root->type != ZTA_JSON_OBJECT) {
		return refuse(s, "invalid_request", "token", "invalid_request",
		    "request_context and request_details are JSON objects", "");
	}
	return true;
}

static zta_str
text_at(const zta_json *node, const char *name)
{
	const zta_json *text = node != NULL && node->type == ZTA_JSON_OBJECT ?
	    zta_json__get(node, name) :
	    NULL;

	return text != NULL && text->type == ZTA_JSON_STRING ?
	    zta_json__str(text) :
	    (zta_str){ NULL, 0 };
}

/* {"action": A, "resource": {"type": T, "id": I}} names the operation. */
static void
find_operation(issuer *s, const zta_json *details)
{
	const zta_json *resource = zta_json__get(details, "resource");

	s->operation = (zta_operation){ text_at(details, "action"),
		text_at(resource, "type"), text_at(resource, "id") };
	s->has_operation = s->operation.action.len > 0 &&
	    s->operation.resource_type.len > 0 &&
	    s->operation.resource_id.len > 0;
}

static bool
take_details(issuer *s)
{
	const zta_issue_request *r = s->request;
	zta_txn *txn = &s->out->txn;
	zta_json_doc doc;

	/* What a transaction is about was said when it began. */
	if (r->replaces.len > 0 &&
	    (r->request_context.len > 0 || r->request_details.len > 0)) {
		return refuse(s, "invalid_request", "token", "context_is_fixed",
		    "request_context and request_details ",
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
keep_policies(issuer *s, const zta_elevation_answer *answer)
{
	zta_issue_answer *out = s->out;
	uint32_t total = out->elevation_count + answer->policy_count;
	zta_str *list = zta_arena__grow(s->arena, out->elevation,
	    out->elevation_count, total + 1, sizeof(*list));

	if (list == NULL) {
		return fail(s, zta_arena__failed(s->arena, s->err));
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
check_ring(issuer *s, uint32_t i)
{
	const zta_txn *txn = &s->out->txn;
	const zta_elevation_question question = { .ring = &txn->rings[i],
		.number = i + 1,
		.depth = txn->ring_count,
		.subject = &txn->subject,
		.operation = s->has_operation ? &s->operation : NULL,
		.now = s->now };
	zta_elevation_answer answer;
	zta_status status = zta_elevation__ask(
	    s->snapshot->elevation, s->arena, &question, &answer, s->err);

	if (status != ZTA_OK) {
		return fail(s, status);
	}
	if (!keep_policies(s, &answer)) {
		return false;
	}
	if (answer.code != ZTA_ELEVATION_OK) {
		s->out->ring = i + 1;
		return refuse(s, "unauthorized_client", "elevation",
		    zta_elevation__code_name(answer.code),
		    "the workload may not act for the subject", "");
	}
	return true;
}

/* A broken earlier ring ends the transaction. SPEC: ztauth 5.3 */
static bool
check_elevation(issuer *s)
{
	uint32_t i;

	for (i = 0; i < s->out->txn.ring_count; i++) {
		if (!check_ring(s, i)) {
			return false;
		}
	}
	return true;
}

/* --- delegation */

/* SPEC: rfc9449 6.1: has the actor shown that it holds this key? */
static bool
holds_key(const zta_principal *actor, zta_str thumbprint)
{
	const zta_json *cnf = actor->claims.root == NULL ?
	    NULL :
	    zta_json__get(actor->claims.root, "cnf");

	return actor->proof == ZTA_PROOF_DPOP &&
	    zta_str__eq(text_at(cnf, "jkt"), thumbprint);
}

static bool
refuse_grant(issuer *s, zta_grant_finding finding)
{
	return refuse(s, "invalid_request", "delegation",
	    zta_grant__code(finding),
	    "the grant: ", zta_grant__finding_name(finding));
}

/* The token names each grant, and lives no longer than any. */
static bool
take_grants(issuer *s, const zta_taken_grants *taken)
{
	zta_txn *txn = &s->out->txn;
	zta_str *jtis =
	    zta_arena__zalloc(s->arena, taken->count, sizeof(*jtis));
	uint32_t i;

	if (jtis == NULL) {
		return fail(s, zta_arena__failed(s->arena, s->err));
	}
	for (i = 0; i < taken->count; i++) {
		jtis[i] = taken->grants[i].jti;
	}
	txn->delegations = jtis;
	txn->delegation_count = taken->count;
	return true;
}

static bool
check_delegation(issuer *s)
{
	const zta_delegation_question q = { .snapshot = s->snapshot,
		.grants = s->zone->grants,
		.zone = s->zone->id,
		.txn = &s->out->txn,
		.jti = s->request->delegation,
		.now = s->now };
	const zta_grant *last;
	zta_delegation *found;
	zta_status status;

	if (s->request->delegation.len == 0) {
		return true;
	}
	status = zta_delegation__judge(&q, s->arena, &found, s->err);
	if (status != ZTA_OK) {
		return fail(s, status);
	}
	s->out->delegation = found;
	if (found->answer.finding != ZTA_GRANT_HOLDS) {
		return refuse_grant(s, found->answer.finding);
	}
	last = &found->taken.grants[found->taken.count - 1];
	return last->holder.ptr == NULL || holds_key(&s->actor, last->holder) ?
	    take_grants(s, &found->taken) :
	    refuse_grant(s, ZTA_GRANT_WRONG_HOLDER);
}

/* Grants that are good once; last, so that a refusal uses up none. */
static bool
use_grants(issuer *s)
{
	const zta_delegation *d = s->out->delegation;
	zta_grant_finding finding;
	zta_status status;

	if (d == NULL) {
		return true;
	}
	status = zta_grants__use(s->zone->grants, &d->taken, &finding, s->err);
	if (status != ZTA_OK) {
		return fail(s, status);
	}
	return finding == ZTA_GRANT_HOLDS || refuse_grant(s, finding);
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool
name_transaction(issuer *s)
{
	unsigned char random[16];
	char *id = zta_arena__alloc(s->arena, 2 * sizeof(random));

	if (id == NULL) {
		return fail(s, zta_arena__failed(s->arena, s->err));
	}
	zta_random__bytes(random, sizeof(random));
	zta_hex__encode((zta_str){ (char *)random, sizeof(random) }, id);
	s->out->txn.txn = (zta_str){ id, 2 * sizeof(random) };
	return true;
}

static bool
complete(issuer *s)
{
	zta_txn *txn = &s->out->txn;
	uint32_t i;

	if (s->request->replaces.len == 0 && !name_transaction(s)) {
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
	    refuse(s, "invalid_request", "token", "invalid_token",
		"a proof has expired", "");
}

zta_status
zta_pdp__issue(const zta_zone *zone, const zta_snapshot *snapshot,
    zta_arena *arena, const zta_issue_request *request, int64_t now,
    zta_issue_answer *out, zta_error *err)
{
	static bool (*const steps[])(issuer *) = { verify_proofs,
		check_audience, narrow_scope, take_details, check_elevation,
		check_delegation, complete, use_grants };
	issuer *s = zta_arena__zalloc(arena, 1, sizeof(*s));
	size_t i;

	*out = (zta_issue_answer){ 0 };
	if (s == NULL) {
		return zta_arena__failed(arena, err);
	}
	*s = (issuer){ .zone = zone,
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
