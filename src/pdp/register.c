/* SPDX-License-Identifier: Apache-2.0 */
/* register.c - see register.h. */
#include "pdp/register.h"

#include <stdio.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"

typedef struct registrar {
	const zta_zone *zone;
	const zta_snapshot *snapshot;
	zta_arena *arena;
	const zta_register_request *request;
	zta_register_answer *out;
	zta_error *err;
	zta_status status;
	zta_grant grant;
	zta_taken_grants above;
} registrar;

static bool
refuse(registrar *r, unsigned http, const char *leg, const char *code,
    const char *at, const char *reason)
{
	zta_str copy = zta_arena__copy(r->arena, zta_str_of(reason));

	r->out->status = http;
	r->out->leg = leg;
	r->out->code = code;
	r->out->at = at;
	if (copy.ptr != NULL) {
		r->out->reason = copy;
		r->out->message = copy;
	}
	return false;
}

static bool
fail(registrar *r, zta_status status)
{
	r->status = status;
	return false;
}

bool
zta_pdp__is_named(const zta_principal *p, zta_str name)
{
	return (p->kind == ZTA_PRINCIPAL_WORKLOAD &&
		   zta_str__eq(p->id, name)) ||
	    zta_subject__is(name, p->type, p->id);
}

bool
zta_pdp__administers(const zta_snapshot *snapshot, const zta_principal *p)
{
	const zta_delegators *d = &snapshot->delegators;
	uint32_t i;

	for (i = 0; i < d->administrator_count; i++) {
		if (zta_pdp__is_named(p, d->administrators[i])) {
			return true;
		}
	}
	return false;
}

/* --- the grant and whose it is */

static bool
read_grant(registrar *r)
{
	const zta_register_request *q = r->request;
	zta_error why = { 0 };
	zta_status status = q->token.len > 0 ?
	    zta_grant__read(&r->grant, r->arena, q->token, &why) :
	    zta_grant__read_payload(&r->grant, r->arena, q->payload, &why);
	char *at;

	if (status != ZTA_OK && status != ZTA_EUNTRUSTED) {
		return fail(r, status);
	}
	if (status != ZTA_OK) {
		at = zta_arena__cstr(r->arena, zta_str_of(why.place));
		return refuse(r, 400, "delegation", "delegation_invalid",
		    at == NULL ? "" : at, why.message);
	}
	/* Each kind of consent has one envelope. */
	if ((r->grant.consent == ZTA_CONSENT_SIGNATURE) != (q->token.len > 0)) {
		return refuse(r, 400, "delegation", "delegation_invalid",
		    "/consent",
		    q->token.len > 0 ?
			"a grant with this consent comes with an ID token" :
			"a grant with this consent is signed");
	}
	r->out->taken.grants[0] = r->grant;
	r->out->taken.count = 1;
	return true;
}

/* Others have no business with it, and hear nothing of it. */
static bool
check_caller(registrar *r)
{
	return zta_pdp__is_named(r->request->caller, r->grant.delegate) ||
	    zta_pdp__is_named(r->request->caller, r->grant.delegator) ||
	    refuse(r, 403, "token", "forbidden", "",
		"a grant is registered by its delegate or its delegator");
}

/* --- consent by ID token; a signature is verified with the chain */

static bool
check_consent(registrar *r)
{
	const zta_register_request *q = r->request;
	const zta_verifier with = { .sources = &r->snapshot->sources,
		.ring = q->ring,
		.live = q->live,
		.arena = r->arena,
		.now = q->now,
		.since = q->since };
	zta_why_not why_not = { 0 };
	zta_error why = { 0 };
	char words[ZTA_MSG_MAX];
	zta_status status;

	if (r->grant.consent == ZTA_CONSENT_SIGNATURE) {
		return true;
	}
	status = zta_consent__judge(
	    &with, q->id_token, &r->grant, &r->out->person, &why_not, &why);
	if (status == ZTA_OK) {
		return true;
	}
	if (status != ZTA_EUNTRUSTED) {
		r->out->need = why_not.need;
		return fail(r, status);
	}
	(void)snprintf(words, sizeof(words), "no consent: %.200s", why.message);
	(void)refuse(
	    r, 403, "delegation", "delegation_invalid", "/consent", words);
	/* Why a credential is refused is recorded alone. */
	if (why_not.refusal != ZTA_REFUSAL_NONE) {
		r->out->message =
		    ZTA_STR("no consent: the ID token is refused");
	}
	return false;
}

/*
 * How old consent is counts from when it was given. What is said to be consented
 * to months ahead would be as fresh then as if somebody had been there.
 */
static bool
check_consent_time(registrar *r)
{
	const int64_t at = r->grant.consent_at, now = r->request->now;

	return (at <= now + ZTA_GRANT_CONSENT_AHEAD_MAX_MS &&
		   now <= at + ZTA_GRANT_CONSENT_AGE_MAX_MS) ||
	    refuse(r, 403, "delegation", "delegation_invalid", "/iat",
		at > now ? "the consent is of the future" :
			   "the consent is more than a day old");
}

/* --- the chain */

static const char *
place_of(zta_grant_finding finding)
{
	switch (finding) {
	case ZTA_GRANT_WRONG_ZONE:
		return "/aud";
	case ZTA_GRANT_EXPIRED:
	case ZTA_GRANT_WIDER_TIME:
		return "/exp";
	case ZTA_GRANT_UNKNOWN:
	case ZTA_GRANT_UNLINKED:
	case ZTA_GRANT_CHAIN_LENGTH:
		return "/parent";
	case ZTA_GRANT_NO_DELEGATOR:
	case ZTA_GRANT_NOT_DELEGATE:
	case ZTA_GRANT_NOT_OF_SUBJECT:
		return "/iss";
	case ZTA_GRANT_WRONG_HOLDER:
		return "/cnf";
	case ZTA_GRANT_QUARANTINED:
		return "/delegate";
	case ZTA_GRANT_WIDER_ACTIONS:
		return "/authority/actions";
	case ZTA_GRANT_WIDER_RESOURCES:
		return "/authority/resources";
	case ZTA_GRANT_WIDER_DEPTH:
		return "/max_depth";
	case ZTA_GRANT_WIDER_USE:
		return "/once";
	case ZTA_GRANT_WIDER_PURPOSE:
		return "/purpose";
	default:
		return "";
	}
}

static bool
refuse_grant(registrar *r, zta_grant_finding finding, uint32_t number)
{
	bool is_above = number > 0 && number < r->out->taken.count;
	char words[ZTA_MSG_MAX];

	(void)snprintf(words, sizeof(words), "%s: %s",
	    is_above ? "a grant above it" : "the grant",
	    zta_grant__finding_name(finding));
	return refuse(r, 403, "delegation", zta_grant__code(finding),
	    is_above ? "/parent" : place_of(finding), words);
}

static bool
find_chain(registrar *r)
{
	zta_taken_grants *chain = &r->out->taken;
	zta_grant_finding finding = ZTA_GRANT_HOLDS;
	zta_status status = ZTA_OK;

	if (r->grant.has_parent) {
		status = zta_grants__take_digest(r->zone->grants,
		    r->grant.parent, r->arena, &r->above, &finding, r->err);
	}
	if (status != ZTA_OK) {
		return fail(r, status);
	}
	if (r->above.count == ZTA_GRANT_CHAIN_MAX) {
		finding = ZTA_GRANT_CHAIN_LENGTH;
	}
	if (finding != ZTA_GRANT_HOLDS) {
		return refuse_grant(r, finding, 0);
	}
	*chain = r->above;
	chain->grants[chain->count] = r->grant;
	chain->revoked[chain->count] = false;
	chain->count++;
	return true;
}

/* One that begins later is judged as of then. */
static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * What nobody has signed yet is not verified here: its consent was, and the
 * zone signs it. The zone has no key that a grant above is bound to.
 */
static bool
check_unsigned(registrar *r, zta_grant_chain *chain)
{
	const zta_grant *last = &chain->grants[chain->count - 1];
	zta_grant_answer answer;

	if (!last->has_parent) {
		return true;
	}
	if (last[-1].holder.ptr != NULL) {
		return refuse_grant(r, ZTA_GRANT_WRONG_HOLDER, 0);
	}
	chain->count--;
	answer = zta_grant_chain__stands(chain);
	return answer.finding == ZTA_GRANT_HOLDS ||
	    refuse_grant(r, answer.finding, answer.number);
}

/* As at every decision. */
static bool
check_chain(registrar *r)
{
	const zta_taken_grants *taken = &r->out->taken;
	bool is_signed = r->grant.consent == ZTA_CONSENT_SIGNATURE;
	zta_grant_chain chain = { .grants = taken->grants,
		.count = taken->count,
		.delegators = &r->snapshot->delegators,
		.zone_keys = zta_delegation__zone_keys(r->zone->keys),
		.model = &r->snapshot->model,
		.zone = r->zone->id,
		.is_revoked = zta_taken_grants__is_revoked,
		.list = taken,
		.now = later(r->request->now,
		    later(r->grant.not_before, r->grant.consent_at)) };
	zta_grant_answer answer = is_signed ? zta_grant_chain__stands(&chain) :
					      zta_grant_chain__fits(&chain);

	if (answer.finding != ZTA_GRANT_HOLDS) {
		return refuse_grant(r, answer.finding, answer.number);
	}
	return is_signed || check_unsigned(r, &chain);
}

/* Who has no grant that stands does not hear which there are. */
static bool
check_new(registrar *r)
{
	const zta_grants *known = zta_followed__enter(r->zone->grants);
	bool exists = zta_grants__find(known, r->grant.jti) != NULL;

	zta_followed__leave(r->zone->grants);
	return !exists ||
	    refuse(r, 409, "delegation", "exists", "/jti",
		"there is a grant of this `jti`");
}

/* Only its holder takes what is bound to a key. */
static bool
check_holder(registrar *r)
{
	return r->grant.holder.ptr == NULL ||
	    !zta_pdp__is_named(r->request->caller, r->grant.delegate) ||
	    zta_delegation__holds_key(r->request->caller, r->grant.holder) ||
	    refuse_grant(r, ZTA_GRANT_WRONG_HOLDER, 0);
}

/* --- elevation */

/* Of somebody who has not shown a credential, only the name is known. */
static void
describe(zta_subject *out, const zta_principal *p)
{
	*out = (zta_subject){ .type = p->type,
		.id = p->id,
		.kind = zta_str_of(zta_principal__kind_name(p->kind)),
		.source = p->source,
		.trust_domain = p->trust_domain };
}

static bool
find_subject(registrar *r, zta_subject *out)
{
	zta_str name = r->out->taken.grants[0].delegator;

	*out = (zta_subject){ 0 };
	if (zta_pdp__is_named(r->request->caller, name)) {
		describe(out, r->request->caller);
		return true;
	}
	if (r->out->taken.count == 1 && r->out->person.type.len > 0) {
		describe(out, &r->out->person);
		return true;
	}
	return zta_grant__read_entity(r->arena, name, &out->type, &out->id) ||
	    refuse_grant(r, ZTA_GRANT_NOT_OF_SUBJECT, 0);
}

/*
 * The workload as it has shown itself. Where another registers the grant for it,
 * it has shown nothing: it counts as one with a bearer's proof, the least.
 */
static void
find_ring(const registrar *r, zta_ring *out)
{
	const zta_principal *p = r->request->caller;

	*out = (zta_ring){ .workload = r->grant.delegate,
		.proof = ZTA_PROOF_BEARER,
		.at = r->request->now };
	if (zta_pdp__is_named(p, r->grant.delegate)) {
		out->source = p->source;
		out->trust_domain = p->trust_domain;
		out->proof = p->proof;
	}
}

/* SPEC: ztauth 6: may this workload be given authority of this subject? */
static bool
check_elevation(registrar *r)
{
	zta_subject subject;
	zta_str type, id;
	zta_ring ring;
	zta_elevation_question question = { .action = ZTA_ELEVATION_DELEGATE,
		.ring = &ring,
		.number = r->out->taken.count,
		.depth = r->out->taken.count,
		.subject = &subject,
		.consent = zta_consent__name(r->grant.consent),
		.consent_at = earlier(r->request->now, r->grant.consent_at),
		.now = r->request->now,
		.home = r->zone->trust_domain };
	zta_elevation_answer answer;
	zta_status status;

	/* A person is no workload: it uses nothing, and passes on at most. */
	if (zta_grant__read_entity(r->arena, r->grant.delegate, &type, &id)) {
		return true;
	}
	if (!find_subject(r, &subject)) {
		return false;
	}
	find_ring(r, &ring);
	status = zta_elevation__ask(
	    r->snapshot->elevation, r->arena, &question, &answer, r->err);
	if (status != ZTA_OK) {
		return fail(r, status);
	}
	r->out->elevation = answer.policies;
	r->out->elevation_count = answer.policy_count;
	return answer.code == ZTA_ELEVATION_OK ||
	    refuse(r, 403, "elevation", zta_elevation__code_name(answer.code),
		"/delegate", "the delegate may not be given this authority");
}

zta_status
zta_pdp__register(const zta_zone *zone, const zta_snapshot *snapshot,
    zta_arena *arena, const zta_register_request *request,
    zta_register_answer **out, zta_error *err)
{
	static bool (*const steps[])(registrar *) = { read_grant, check_caller,
		check_consent, check_consent_time, find_chain, check_chain,
		check_new, check_holder, check_elevation };
	registrar *r = zta_arena__zalloc(arena, 1, sizeof(*r));
	size_t i;

	*out = zta_arena__zalloc(arena, 1, sizeof(**out));
	if (r == NULL || *out == NULL) {
		return zta_arena__failed(arena, err);
	}
	*r = (registrar){ .zone = zone,
		.snapshot = snapshot,
		.arena = arena,
		.request = request,
		.out = *out,
		.err = err };
	(*out)->at = "";
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (!steps[i](r)) {
			return r->status;
		}
	}
	(*out)->status = 201;
	(*out)->leg = "delegation";
	(*out)->code = "registered";
	(*out)->may_be = true;
	return ZTA_OK;
}
