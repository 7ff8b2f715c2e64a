/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide.c - see decide.h.
 *
 * Each leg returns true to go on. It returns false after it has refused, which
 * is the state that a decision begins in, or after an error in `d->status`.
 * ZTA_ALLOW is assigned once, after the last leg.
 */
#include "pdp/decide.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/random.h"
#include "base/str.h"
#include "identity/verify.h"
#include "pdp/question.h"

typedef struct decider {
	const zta_zone *zone;
	const zta_snapshot *snapshot;
	zta_arena *arena;
	const zta_authzen *request;
	const zta_principal *caller;
	zta_decision *out;
	zta_error *err;
	zta_status status;
	zta_txn *txn;
	const zta_level *level; /* of the current ring */
	zta_elevation_common common;
	zta_delegation *delegation; /* NULL: the token names no grants */
	bool asked;                 /* the question has been made: */
	zta_question question;
	zta_names names;
} decider;

__attribute__((format(printf, 4, 5))) static bool
refuse(decider *d, const char *leg, const char *code, const char *format, ...)
{
	char *text = zta_arena__alloc(d->arena, ZTA_MSG_MAX);
	va_list args;

	d->out->leg = leg;
	d->out->code = code;
	if (text != NULL) {
		va_start(args, format);
		(void)vsnprintf(text, ZTA_MSG_MAX, format, args);
		va_end(args);
		d->out->reason = zta_str_of(text);
	}
	return false;
}

static bool
fail(decider *d, zta_status status)
{
	d->status = status;
	return false;
}

/* --- leg 1: token */

static void
take_txn(decider *d, zta_txn *txn)
{
	d->txn = txn;
	d->out->txn = txn;
	d->out->actor = txn->rings[txn->ring_count - 1].workload;
}

static bool
check_token(decider *d, const zta_grounds *a)
{
	const zta_authzen *r = d->request;

	if (!a->proven) {
		return refuse(d, "token", "invalid_token", "%.*s",
		    ZTA_STR_ARG(a->reason));
	}
	if (a->txn != NULL) {
		take_txn(d, a->txn);
	}
	return zta_pdp__is_about(a, r->subject_type, r->subject_id) ||
	    refuse(d, "token", "subject_mismatch",
		"the request is about another subject than the token");
}

/* --- leg 2: scope */

static bool
check_scope(decider *d)
{
	const zta_authzen *r = d->request;
	uint32_t i;

	if (d->txn == NULL) {
		return true;
	}
	for (i = 0; i < d->txn->scope_count; i++) {
		if (zta_manifest__scope_covers(&d->snapshot->manifest,
			d->txn->scopes[i], r->action, r->resource_type)) {
			return true;
		}
	}
	return refuse(d, "scope", "insufficient_scope",
	    "no scope of the token covers the operation");
}

/* --- leg 3: elevation, for every ring, as the trust model is now */

static bool
keep_policies(decider *d, const zta_elevation_answer *answer)
{
	zta_decision *out = d->out;
	uint32_t total = out->elevation_count + answer->policy_count;
	zta_str *list = zta_arena__grow(d->arena, out->elevation,
	    out->elevation_count, total + 1, sizeof(*list));

	if (list == NULL) {
		return fail(d, zta_arena__failed(d->arena, d->err));
	}
	if (answer->policy_count > 0) {
		memcpy(list + out->elevation_count, answer->policies,
		    answer->policy_count * sizeof(*list));
	}
	out->elevation = list;
	out->elevation_count = total;
	return true;
}

/*
 * The grants that the token names. They are leg 4, but whether they hold is also
 * whether there is consent. Decided again, there is no zone: nor are there its
 * grants.
 */
static bool
find_grants(decider *d)
{
	const zta_txn *txn = d->txn;
	zta_delegation_question q;
	zta_delegation *found;
	zta_status status;

	if (txn == NULL || txn->delegation_count == 0) {
		return true;
	}
	q = (zta_delegation_question){ .snapshot = d->snapshot,
		.grants = d->zone == NULL ? NULL : d->zone->grants,
		.known = d->zone == NULL ? NULL : d->zone->known,
		.zone = txn->zone,
		.zone_keys = d->zone == NULL ? NULL : d->zone->keys,
		.txn = txn,
		.jti = txn->delegations[txn->delegation_count - 1],
		.now = d->out->time };
	status = zta_delegation__judge(&q, d->arena, &found, d->err);
	if (status != ZTA_OK) {
		return fail(d, status);
	}
	if (found->answer.finding == ZTA_GRANT_HOLDS &&
	    !zta_delegation__is_of(found, txn)) {
		found->answer = (zta_grant_answer){ ZTA_GRANT_UNLINKED, 0 };
	}
	d->delegation = found;
	d->out->delegation = found;
	return true;
}

/* About ring `i`, whatever is to be done. */
static zta_elevation_question
question_of(decider *d, zta_elevation_action action, uint32_t i)
{
	zta_elevation_question question = { .action = action,
		.ring = &d->txn->rings[i],
		.number = i + 1,
		.depth = d->txn->ring_count,
		.subject = &d->txn->subject,
		.now = d->out->time,
		.common = &d->common,
		.home = d->out->home };

	zta_delegation__show_consent(d->delegation, &question);
	return question;
}

static bool
check_ring(decider *d, zta_elevation_action action, uint32_t i)
{
	const zta_authzen *r = d->request;
	const zta_operation operation = { r->action, r->resource_type,
		r->resource_id };
	zta_elevation_question question = question_of(d, action, i);
	zta_elevation_answer answer;
	zta_status status;

	question.operation = &operation;
	status = zta_elevation__ask(
	    d->snapshot->elevation, d->arena, &question, &answer, d->err);
	if (status != ZTA_OK) {
		return fail(d, status);
	}
	if (!keep_policies(d, &answer)) {
		return false;
	}
	d->level = answer.level;
	if (answer.code != ZTA_ELEVATION_OK) {
		d->out->ring = i + 1;
		return refuse(d, "elevation",
		    zta_elevation__code_name(answer.code),
		    "ring %" PRIu32 ": %s", i + 1,
		    zta_elevation__reason(&answer, d->arena));
	}
	return true;
}

static bool
check_elevation(decider *d)
{
	uint32_t i;

	for (i = 0; d->txn != NULL && i < d->txn->ring_count; i++) {
		if (!check_ring(d, ZTA_ELEVATION_ACT_FOR, i)) {
			return false;
		}
	}
	/* SPEC: ztauth 8: who seals passes on what it may do. */
	return d->txn == NULL || !d->request->relays ||
	    check_ring(d, ZTA_ELEVATION_RELAY, d->txn->ring_count - 1);
}

/* --- leg 4: delegation */

/* The question of legs 4 and 5, made once. */
static bool
make_question(decider *d)
{
	const zta_flow flow = { .txn = d->txn,
		.caller = d->caller,
		.level = d->level == NULL ? 0 : d->level->rank };
	zta_status status = d->asked ?
	    ZTA_OK :
	    zta_question__make(d->snapshot, d->arena, d->request, &flow,
		&d->names, &d->question, d->err);

	d->asked = status == ZTA_OK;
	return d->asked || fail(d, status);
}

static bool
check_delegation(decider *d)
{
	zta_delegation *found = d->delegation;
	zta_grant_operation op;
	zta_status status;

	if (found == NULL) {
		return true;
	}
	if (!make_question(d)) {
		return false;
	}
	op = (zta_grant_operation){ d->request->action,
		zta_question__type(
		    d->snapshot, d->arena, d->request->resource_type),
		d->request->resource_id, d->snapshot->cedar, &d->question,
		&d->names };
	status = zta_delegation__use(found, &op, d->arena, d->err);
	if (status != ZTA_OK) {
		return fail(d, status);
	}
	return found->answer.finding == ZTA_GRANT_HOLDS ||
	    refuse(d, "delegation", zta_grant__code(found->answer.finding),
		"grant %" PRIu32 " of the chain: %s", found->answer.number,
		zta_grant__finding_name(found->answer.finding));
}

/* --- leg 5: policy */

static const zta_str *
name_policies(decider *d, const uint32_t *numbers, uint32_t count)
{
	zta_str *ids =
	    zta_arena__alloc(d->arena, ((size_t)count + 1) * sizeof(*ids));
	uint32_t i;

	for (i = 0; ids != NULL && i < count; i++) {
		ids[i] =
		    d->snapshot->cedar->policies.policies.list[numbers[i]]->id;
	}
	return ids;
}

static bool
tell_policies(decider *d, const zta_verdict *verdict)
{
	uint32_t *failed = zta_arena__alloc(
	    d->arena, ((size_t)verdict->error_count + 1) * sizeof(*failed));
	uint32_t i;

	for (i = 0; failed != NULL && i < verdict->error_count; i++) {
		failed[i] = verdict->errors[i].policy;
	}
	d->out->policies =
	    name_policies(d, verdict->reasons, verdict->reason_count);
	d->out->errors = failed == NULL ?
	    NULL :
	    name_policies(d, failed, verdict->error_count);
	if (d->out->policies == NULL || d->out->errors == NULL) {
		return fail(d, zta_arena__failed(d->arena, d->err));
	}
	d->out->policy_count = verdict->reason_count;
	d->out->error_count = verdict->error_count;
	return true;
}

static bool
check_policy(decider *d)
{
	const zta_cedar *cedar = d->snapshot->cedar;
	zta_verdict verdict;
	zta_status status;

	if (!make_question(d)) {
		return false;
	}
	status = zta_authorize__run(&cedar->policies, &cedar->entities,
	    &d->question, d->arena, &verdict, d->err);
	if (status != ZTA_OK) {
		return fail(d, status);
	}
	if (!tell_policies(d, &verdict)) {
		return false;
	}
	if (verdict.permitted) {
		return true;
	}
	return verdict.reason_count > 0 ?
	    refuse(d, "policy", "denied_by_policy", "a policy forbids it") :
	    refuse(d, "policy", "no_policy_permits", "no policy permits it");
}

/* The legs after the token's. */
static zta_status
go_on(decider *d)
{
	static bool (*const legs[])(decider *) = { check_scope, find_grants,
		check_elevation, check_delegation, check_policy };
	size_t i;

	for (i = 0; i < sizeof(legs) / sizeof(legs[0]); i++) {
		if (!legs[i](d)) {
			return d->status;
		}
	}
	d->out->leg = "policy";
	d->out->code = "permitted";
	d->out->effect = ZTA_ALLOW;
	return ZTA_OK;
}

/* A decision begins with deny. */
static zta_status
begin(decider *d, zta_str home, int64_t now)
{
	*d->out =
	    (zta_decision){ .effect = ZTA_DENY, .time = now, .home = home };
	zta_random__bytes(d->out->id, sizeof(d->out->id));
	/* A forbid that was left out would allow. */
	return d->snapshot->whole ?
	    ZTA_OK :
	    zta_error__set(d->err, ZTA_EINVAL, "the snapshot is not whole");
}

zta_status
zta_pdp__decide_proven(const zta_grounds *a, const zta_authzen *request,
    zta_decision *out, zta_error *err)
{
	decider d = { .zone = a->zone,
		.snapshot = a->snapshot,
		.arena = a->arena,
		.request = request,
		.caller = a->caller,
		.out = out,
		.err = err };
	zta_status status = begin(&d, a->zone->trust_domain, a->now);

	if (status != ZTA_OK) {
		return status;
	}
	return check_token(&d, a) ? go_on(&d) : d.status;
}

zta_status
zta_pdp__level(const zta_grounds *a, int64_t *rank, zta_error *err)
{
	zta_decision decision;
	decider d = { .zone = a->zone,
		.snapshot = a->snapshot,
		.arena = a->arena,
		.out = &decision,
		.err = err };
	zta_elevation_question question;
	zta_elevation_answer answer;
	zta_status status = begin(&d, a->zone->trust_domain, a->now);

	*rank = 0;
	if (status != ZTA_OK || a->txn == NULL) {
		return status;
	}
	take_txn(&d, a->txn);
	if (!find_grants(&d)) {
		return d.status;
	}
	question =
	    question_of(&d, ZTA_ELEVATION_ACT_FOR, a->txn->ring_count - 1);
	if (zta_elevation__weigh(&a->snapshot->model, &question, &answer)) {
		*rank = answer.level->rank;
	}
	return ZTA_OK;
}

zta_status
zta_pdp__decide(const zta_zone *zone, const zta_snapshot *snapshot,
    zta_arena *arena, const zta_authzen *request, const zta_principal *caller,
    int64_t now, zta_decision *out, zta_error *err)
{
	zta_grounds grounds = { .zone = zone,
		.snapshot = snapshot,
		.arena = arena,
		.caller = caller,
		.now = now };
	zta_status status = zta_pdp__prove(&grounds, request, err);

	*out = (zta_decision){ .effect = ZTA_DENY };
	return status != ZTA_OK ?
	    status :
	    zta_pdp__decide_proven(&grounds, request, out, err);
}

zta_status
zta_pdp__decide_again(const zta_snapshot *snapshot, zta_arena *arena,
    const zta_authzen *request, zta_txn *txn, zta_str caller, zta_str home,
    int64_t now, zta_decision *out, zta_error *err)
{
	const zta_principal principal = { .id = caller,
		.kind = ZTA_PRINCIPAL_WORKLOAD };
	const zta_ring ring = { .workload = caller };
	decider d = { .snapshot = snapshot,
		.arena = arena,
		.request = request,
		.out = out,
		.err = err };
	zta_status status = begin(&d, home, now);

	if (status != ZTA_OK) {
		return status;
	}
	if (caller.len > 0 &&
	    zta_elevation__knows(&snapshot->model, &ring, home, now)) {
		d.caller = &principal;
	}
	if (txn != NULL) {
		take_txn(&d, txn);
	}
	return txn != NULL || zta_pdp__needs_no_token(snapshot, d.caller) ||
		refuse(&d, "token", "invalid_token",
		    "the zone demands a transaction token") ?
	    go_on(&d) :
	    d.status;
}
