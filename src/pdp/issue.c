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
	zta_ring *ring;
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
verify_proofs(issuer *s)
{
	const zta_principal *subject = &s->subject, *actor = &s->actor;
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
	if (subject->attribute_count > 0 && !take_attributes(s, subject)) {
		return false;
	}
	if (!verify(s, "actor_token", &s->request->actor, &s->actor)) {
		return false;
	}
	if (actor->kind != ZTA_PRINCIPAL_WORKLOAD) {
		return refuse(s, "invalid_request", "token", "invalid_token",
		    "actor_token: ", "the actor is no workload");
	}
	*s->ring = (zta_ring){ .workload = actor->id,
		.source = actor->source,
		.trust_domain = actor->trust_domain,
		.proof = actor->proof,
		.digest = digest_of(actor),
		.at = s->now };
	txn->rings = s->ring;
	txn->ring_count = 1;
	return use_up(s, "subject_token", subject) &&
	    use_up(s, "actor_token", actor);
}

/* --- scope and audience */

static bool
has_scope(const zta_principal *principal, zta_str scope)
{
	uint32_t i;

	for (i = 0; i < principal->scope_count; i++) {
		if (zta_str__eq(principal->scopes[i], scope)) {
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

	txn->scopes = s->subject.scopes;
	txn->scope_count = s->subject.scope_count;
	if (rest.len == 0) {
		return true;
	}
	words = zta_arena__alloc(s->arena, (rest.len + 1) * sizeof(*words));
	if (words == NULL) {
		return fail(s, zta_arena__failed(s->arena, s->err));
	}
	txn->scopes = words;
	txn->scope_count = 0;
	while (zta_str__next(&rest, ' ', &word)) {
		if (word.len == 0) {
			continue;
		}
		if (!has_scope(&s->subject, word)) {
			return refuse(s, "invalid_scope", "scope",
			    "insufficient_scope", "the scope asked for is not ",
			    "inside that of the subject's token");
		}
		words[txn->scope_count++] = word;
	}
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
static bool
read_details(issuer *s)
{
	zta_txn *txn = &s->out->txn;
	const zta_json *resource;
	zta_json_doc doc;

	txn->request_context = s->request->request_context;
	txn->request_details = s->request->request_details;
	if (txn->request_context.len > 0 &&
	    !read_object(s, txn->request_context, &doc)) {
		return false;
	}
	if (txn->request_details.len == 0) {
		return true;
	}
	if (!read_object(s, txn->request_details, &doc)) {
		return false;
	}
	resource = zta_json__get(doc.root, "resource");
	s->operation = (zta_operation){ text_at(doc.root, "action"),
		text_at(resource, "type"), text_at(resource, "id") };
	s->has_operation = s->operation.action.len > 0 &&
	    s->operation.resource_type.len > 0 &&
	    s->operation.resource_id.len > 0;
	return true;
}

/* --- elevation */

static bool
check_elevation(issuer *s)
{
	const zta_elevation_question question = { .ring = s->ring,
		.number = 1,
		.depth = 1,
		.subject = &s->out->txn.subject,
		.operation = s->has_operation ? &s->operation : NULL,
		.now = s->now };
	zta_elevation_answer answer;
	zta_status status = zta_elevation__ask(
	    s->snapshot->elevation, s->arena, &question, &answer, s->err);

	if (status != ZTA_OK) {
		return fail(s, status);
	}
	s->out->elevation = answer.policies;
	s->out->elevation_count = answer.policy_count;
	return answer.code == ZTA_ELEVATION_OK ||
	    refuse(s, "unauthorized_client", "elevation",
		zta_elevation__code_name(answer.code),
		"the workload may not act for the subject", "");
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
	const zta_grant *grant;
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; d != NULL && status == ZTA_OK && i < d->taken.count; i++) {
		grant = &d->taken.grants[i];
		if (grant->once) {
			const zta_use use = { .owner = grant->digest,
				.now = s->now,
				.until = grant->expires_at };

			status = s->request->live == NULL ?
			    ZTA_EUNAVAILABLE :
			    zta_used__take(
				s->request->live->used, &use, s->err);
		}
	}
	if (status == ZTA_EUNTRUSTED) {
		return refuse_grant(s, ZTA_GRANT_USED);
	}
	return status == ZTA_OK || fail(s, status);
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool
complete(issuer *s)
{
	unsigned char random[16];
	char *txn_id = zta_arena__alloc(s->arena, 2 * sizeof(random));
	zta_txn *txn = &s->out->txn;
	uint32_t i;

	if (txn_id == NULL) {
		return fail(s, zta_arena__failed(s->arena, s->err));
	}
	zta_random__bytes(random, sizeof(random));
	zta_hex__encode((zta_str){ (char *)random, sizeof(random) }, txn_id);
	txn->txn = (zta_str){ txn_id, 2 * sizeof(random) };
	txn->issuer = s->zone->issuer;
	txn->audience = s->zone->trust_domain;
	txn->zone = s->zone->id;
	txn->ledger = s->zone->ledger;
	txn->commit = zta_str_of(s->snapshot->tree.id);
	txn->issued_at = s->now;
	txn->expires_at = least(s->now + ZTA_TXN_LIFETIME_MAX_MS,
	    least(s->subject.expires_at, s->actor.expires_at));
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
		check_audience, narrow_scope, read_details, check_elevation,
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
		.err = err,
		.ring = zta_arena__zalloc(arena, 1, sizeof(*s->ring)) };
	if (s->ring == NULL) {
		return zta_arena__failed(arena, err);
	}
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

zta_status
zta_pdp__record_issue(const zta_zone *zone, const zta_snapshot *snapshot,
    zta_arena *arena, zta_str body, int64_t now, const zta_issue_answer *answer,
    zta_leaf *out, zta_error *err)
{
	const zta_txn *txn = &answer->txn;
	unsigned char *bytes =
	    zta_arena__alloc(arena, ZTA_LEAF_ID_LEN + ZTA_SHA256_LEN);
	zta_leaf_ring *ring = zta_arena__zalloc(arena, 1, sizeof(*ring));
	const zta_delegation *grants = answer->delegation;
	zta_str *digests =
	    zta_arena__zalloc(arena, 2 + ZTA_GRANT_CHAIN_MAX, sizeof(*digests));
	uint32_t i, count = 0;

	if (bytes == NULL || ring == NULL || digests == NULL) {
		return zta_arena__failed(arena, err);
	}
	zta_random__bytes(bytes, ZTA_LEAF_ID_LEN);
	zta_digest__sha256(body, bytes + ZTA_LEAF_ID_LEN);
	if (txn->subject_digest.len > 0) {
		digests[count++] = txn->subject_digest;
	}
	if (txn->ring_count > 0) {
		ring->workload = txn->rings[0].workload;
		ring->source = txn->rings[0].source;
		ring->proof = zta_str_of(zta_proof__name(txn->rings[0].proof));
		ring->digest = txn->rings[0].digest;
		ring->at = txn->rings[0].at;
		digests[count++] = txn->rings[0].digest;
	}
	for (i = 0; grants != NULL && i < grants->taken.count; i++) {
		digests[count++] =
		    (zta_str){ (const char *)grants->taken.grants[i].digest,
			    ZTA_SHA256_LEN };
	}
	*out = (zta_leaf){ .kind = ZTA_STR("token"),
		.id = { (const char *)bytes, ZTA_LEAF_ID_LEN },
		.time = now,
		.zone = zone->id,
		.ledger = zone->ledger,
		.commit = zta_str_of(snapshot->tree.id),
		.txn = txn->txn,
		.request = { (const char *)bytes + ZTA_LEAF_ID_LEN,
		    ZTA_SHA256_LEN },
		.credentials = { digests, count },
		.subject_type = txn->subject.type,
		.subject_id = txn->subject.id,
		.rings = ring,
		.ring_count = txn->ring_count,
		.allowed = answer->issued,
		.leg = zta_str_of(answer->leg),
		.code = zta_str_of(answer->code),
		.elevation = { answer->elevation, answer->elevation_count },
		.mode = ZTA_STR("strict"),
		.reason = answer->reason };
	zta_pdp__record_age(zone, snapshot, out);
	return ZTA_OK;
}
