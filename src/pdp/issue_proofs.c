/* SPDX-License-Identifier: Apache-2.0 */
/* issue_proofs.c - who asks, and for whom: credentials, tokens, seals. */
#include <stdio.h>

#include "base/error.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "pdp/issue_part.h"
#include "pdp/may_act.h"
#include "pdp/transaction.h"

static zta_str
digest_of(const zta_principal *principal)
{
	return (zta_str){ (const char *)principal->digest, ZTA_SHA256_LEN };
}

/* --- the two proofs */

static bool
verify(zta_issuer *s, const char *which, const zta_presented *presented,
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
		return zta_issuer__fail(s, status);
	}
	(void)snprintf(words, sizeof(words), "%.16s: %.32s: %.180s", which,
	    zta_refusal__code(why_not.refusal), why.message);
	/* It may be good: nobody is there to say so. */
	if (why_not.refusal == ZTA_REFUSAL_NO_KEYS ||
	    why_not.refusal == ZTA_REFUSAL_NO_ANSWER) {
		return zta_issuer__refuse(s, "temporarily_unavailable", "token",
		    "unavailable", words, "");
	}
	/* SPEC: rfc9449 8: the client makes another proof, with a nonce. */
	return zta_issuer__refuse(s,
	    why_not.refusal == ZTA_REFUSAL_PROOF_NONCE ? "use_dpop_nonce" :
							 "invalid_request",
	    "token", "invalid_token", words, "");
}

/* Once both are verified: an answer that something is needed uses up nothing. */
static bool
use_up(zta_issuer *s, const char *which, const zta_principal *p)
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
		return zta_issuer__refuse(s, "invalid_request", "token",
		    "invalid_token", which, ": replayed: it was used before");
	}
	return status == ZTA_OK || zta_issuer__fail(s, status);
}

/* The attributes that the source takes over, as one object. */
static bool
take_attributes(zta_issuer *s, const zta_principal *subject)
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
	return status == ZTA_OK || zta_issuer__fail(s, status);
}

static bool
take_subject(zta_issuer *s)
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
		return zta_issuer__fail(s, zta_arena__failed(s->arena, s->err));
	}
	txn->rings = s->ring;
	return subject->attribute_count == 0 || take_attributes(s, subject);
}

/* What stands for the subject was verified, or not: the transaction goes on. */
static bool
go_on(zta_issuer *s, zta_status status, const char *code, zta_error *why)
{
	if (status == ZTA_OK) {
		s->expires_at = s->out->txn.expires_at;
		status = zta_transaction__extend(
		    &s->out->txn, s->arena, &s->ring, why);
		code = "chain_too_long";
	}
	if (status == ZTA_ENOMEM || status == ZTA_ELIMIT) {
		return zta_issuer__fail(s, status);
	}
	return status == ZTA_OK ||
	    zta_issuer__refuse(s, "invalid_request", "token", code,
		"subject_token: ", why->message);
}

static bool
take_token(zta_issuer *s)
{
	zta_txn *txn = zta_arena__zalloc(s->arena, 1, sizeof(*txn));
	zta_error why = { 0 };
	zta_status status;

	if (txn == NULL) {
		return zta_issuer__fail(s, zta_arena__failed(s->arena, s->err));
	}
	status = zta_transaction__verify(
	    s->zone, s->arena, s->request->replaces, s->now, txn, &why);
	if (status == ZTA_OK) {
		s->out->txn = *txn;
	}
	return go_on(s, status, "invalid_token", &why);
}

static bool
take_seal(zta_issuer *s)
{
	zta_seal *seal = zta_arena__zalloc(s->arena, 1, sizeof(*seal));
	zta_txn *txn = &s->out->txn;
	zta_error why = { 0 };
	const char *code;
	zta_status status;

	if (seal == NULL) {
		return zta_issuer__fail(s, zta_arena__failed(s->arena, s->err));
	}
	status = zta_sealing__open(s->zone, s->arena, s->request->seal,
	    &s->request->received, s->now, seal, &code, &why);
	s->seal = seal;
	/* Of one that is genuine and refused, for the record. */
	*txn = seal->txn;
	if (txn->ring_count > 0) {
		txn->seal =
		    (zta_str){ (const char *)seal->digest, ZTA_SHA256_LEN };
		txn->seal_expires_at = txn->expires_at;
	}
	return go_on(s, status, code, &why);
}

/* Use `id` up for good. As zta_spent__take(). */
static zta_status
spend(zta_issuer *s, zta_str id, int64_t until)
{
	return s->request->spent == NULL ?
	    ZTA_EUNAVAILABLE :
	    zta_spent__take(s->request->spent, id, s->now, until, s->err);
}

bool
zta_issuer__use_seal(zta_issuer *s)
{
	const zta_seal *seal = s->seal;
	zta_buf id;
	zta_status status;

	if (seal == NULL || !seal->what.once) {
		return true;
	}
	zta_buf__init(&id, SIZE_MAX);
	zta_buf__put(&id, seal->jti);
	zta_buf__u32(&id, s->request->received.index);
	status = id.status != ZTA_OK ?
	    ZTA_ENOMEM :
	    spend(s, zta_buf__str(&id), seal->txn.expires_at);
	zta_buf__release(&id);
	if (status == ZTA_EUNTRUSTED) {
		return zta_issuer__refuse(s, "invalid_request", "token",
		    "seal_used", "subject_token: ", "it was used before");
	}
	return status == ZTA_OK || zta_issuer__fail(s, status);
}

/* The subject's credential may say itself who acts. SPEC: rfc8693 4.4 */
static bool
check_may_act(zta_issuer *s)
{
	switch (zta_may_act__judge(&s->subject, &s->actor)) {
	case ZTA_MAY_ACT_YES:
		return true;
	case ZTA_MAY_ACT_MALFORMED:
		return zta_issuer__refuse(s, "invalid_request", "token",
		    "invalid_token",
		    "subject_token: bad_claim: ", "`may_act` is malformed");
	case ZTA_MAY_ACT_NO:
		break;
	}
	return zta_issuer__refuse(s, "unauthorized_client", "token",
	    "may_act_mismatch",
	    "`may_act` of the subject's token names another actor", "");
}

static bool
take_actor(zta_issuer *s)
{
	const zta_principal *actor = &s->actor;

	if (!verify(s, "actor_token", &s->request->actor, &s->actor)) {
		return false;
	}
	if (actor->kind != ZTA_PRINCIPAL_WORKLOAD) {
		return zta_issuer__refuse(s, "invalid_request", "token",
		    "invalid_token",
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
take_earlier(zta_issuer *s)
{
	return s->request->seal.len > 0  ? take_seal(s) :
	    s->request->replaces.len > 0 ? take_token(s) :
	    s->request->grant.len > 0    ? zta_issuer__take_grant(s) :
					   take_subject(s);
}

bool
zta_issuer__verify_proofs(zta_issuer *s)
{
	return take_earlier(s) && take_actor(s) &&
	    use_up(s, "subject_token", &s->subject) &&
	    use_up(s, "actor_token", &s->actor);
}
