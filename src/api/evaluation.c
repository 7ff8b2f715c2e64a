/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evaluation.c - POST /access/v1/evaluation, and POST /chain/seal, which is the
 * same with seals in its answer. SPEC: authzen 1.0 6, ztauth 5, 8
 *
 * Callers see code and leg. Why it was so is in the record.
 */
#include "api/service.h"

#include <stdio.h>

#include "api/presented.h"
#include "api/seal.h"
#include "base/b64.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/str.h"
#include "base/time.h"
#include "identity/verify.h"
#include "pdp/replay.h"

/* Words for a person, by code. */
static const char *
reason_user(const char *code)
{
	static const struct {
		const char *code, *words;
	} reasons[] = {
		{ "invalid_token", "The proof of this request is not valid." },
		{ "subject_mismatch", "The proof is about somebody else." },
		{ "insufficient_scope",
		    "This was not among what was agreed to." },
		{ "unauthorized_actor",
		    "The service may not act on your behalf." },
		{ "actor_below_level",
		    "The service is not trusted enough for this." },
		{ "actor_quarantined", "The service has been taken out." },
		{ "consent_required", "Your consent is needed." },
		{ "denied_by_policy", "A policy forbids this." },
		{ "no_policy_permits", "No policy permits this." },
	};
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(reasons[i].code, code) == 0) {
			return reasons[i].words;
		}
	}
	return "This cannot be decided now.";
}

/* All of the answer up to the index of its record. */
static void
put_answer(const zta_decision *d, const char *commit, zta_buf *buf)
{
	zta_json_out out = { buf, false };
	char id[2 * ZTA_LEAF_ID_LEN];
	uint32_t i;

	zta_hex__encode((zta_str){ (const char *)d->id, sizeof(d->id) }, id);
	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "decision");
	zta_json_out__bool(&out, d->effect == ZTA_ALLOW);
	zta_json_out__name(&out, "context");
	zta_json_out__open(&out, '{');
	zta_json_out__member(&out, "id", (zta_str){ id, sizeof(id) });
	if (d->effect != ZTA_ALLOW) {
		zta_json_out__name(&out, "reason_user");
		zta_json_out__open(&out, '{');
		zta_json_out__member(
		    &out, "en", zta_str_of(reason_user(d->code)));
		zta_json_out__close(&out, '}');
	}
	zta_json_out__name(&out, "ztauth");
	zta_json_out__open(&out, '{');
	zta_json_out__member(&out, "leg", zta_str_of(d->leg));
	zta_json_out__member(&out, "code", zta_str_of(d->code));
	if (d->ring > 0) {
		zta_json_out__name(&out, "ring");
		zta_json_out__int(&out, d->ring);
	}
	if (d->actor.len > 0) {
		zta_json_out__member(&out, "actor", d->actor);
	}
	zta_json_out__member(&out, "commit", zta_str_of(commit));
	zta_json_out__name(&out, "policies");
	zta_json_out__open(&out, '[');
	for (i = 0; i < d->policy_count; i++) {
		zta_json_out__str(&out, d->policies[i]);
	}
	zta_json_out__close(&out, ']');
	if (d->txn != NULL) {
		zta_json_out__member(&out, "txn", d->txn->txn);
	}
	zta_json_out__name(&out, "log_index");
}

static void
fail(zta_http_call *call, zta_status status, const zta_error *err)
{
	char at[ZTA_PLACE_MAX + 32];

	if (status != ZTA_ESYNTAX && status != ZTA_EINVALID &&
	    status != ZTA_EEXIST && status != ZTA_ELIMIT) {
		zta_http_call__fail(
		    call, 503, "unavailable", "no decision can be made", "");
		return;
	}
	if (err->line > 0) {
		(void)snprintf(at, sizeof(at), "%s (line %u, column %u)",
		    err->place, err->line, err->column);
	} else {
		(void)snprintf(at, sizeof(at), "%s", err->place);
	}
	zta_http_call__fail(call, 400, "invalid_request", err->message, at);
}

static bool
knows(const zta_worker *worker, const zta_snapshot *snapshot,
    const zta_principal *caller, int64_t now)
{
	const zta_ring ring = { .workload = caller->id,
		.source = caller->source,
		.trust_domain = caller->trust_domain };

	return zta_elevation__knows(
	    &snapshot->model, &ring, worker->service->zone.trust_domain, now);
}

/*
 * The workload that asks, by the credential in its headers or the
 * certificate of its connection: one that is in a group, not in quarantine, and
 * of the own domain or federated. As zta_identity__verify() answers.
 */
static zta_status
find_caller(zta_worker *worker, const zta_verifier *with, zta_http_call *call,
    const zta_snapshot *snapshot, zta_principal *out, zta_why_not *why_not)
{
	zta_circumstances around;
	zta_presented presented;
	zta_status status;

	zta_api__circumstances(call, &worker->service->names, &around);
	if (!zta_api__presented(call, &around, &presented)) {
		return ZTA_EUNTRUSTED;
	}
	status = zta_identity__verify(with, &presented, out, why_not, NULL);
	if (status == ZTA_OK &&
	    (out->kind != ZTA_PRINCIPAL_WORKLOAD ||
		!knows(worker, snapshot, out, with->now))) {
		return ZTA_EUNTRUSTED;
	}
	return status;
}

/* False: there is none, and the call is answered or waits. */
static bool
need_caller(zta_worker *worker, zta_http_call *call, zta_snapshot *snapshot,
    const zta_verifier *with, zta_principal *out, zta_call_again *again)
{
	zta_why_not why_not = { 0 };
	zta_status status =
	    find_caller(worker, with, call, snapshot, out, &why_not);

	if (status == ZTA_OK) {
		return true;
	}
	if (status != ZTA_EUNAVAILABLE ||
	    !zta_worker__fetch(
		worker, call, snapshot, &why_not.need, with->since, again)) {
		zta_http_call__fail(call, 401, "invalid_token",
		    "a workload must show itself here", "Authorization");
	}
	return false;
}

static void
answer(zta_worker *worker, zta_http_call *call, const zta_snapshot *snapshot,
    const zta_authzen *request, const zta_decision *decision,
    zta_seal_order *order)
{
	static const char unavailable[] =
	    "{\"decision\":false,\"context\":{\"ztauth\":{\"leg\":\"record\","
	    "\"code\":\"unavailable\"}}}";
	zta_recorded_answer answer = {
		.fields = zta_api__request_id(call),
		.after = ZTA_STR("}}}"),
		.refusal_status = 200,
		.refusal = ZTA_STR(unavailable),
	};
	const zta_zone *zone = &worker->service->zone;
	zta_leaf leaf;
	zta_buf buf;
	zta_status status;

	zta_buf__init(&buf, SIZE_MAX);
	put_answer(decision, snapshot->tree.id, &buf);
	answer.before = zta_arena__copy(call->arena, zta_buf__str(&buf));
	status = buf.status;
	zta_buf__release(&buf);
	if (status == ZTA_OK && answer.before.ptr == NULL) {
		status = ZTA_ENOMEM;
	}
	if (status == ZTA_OK && order != NULL &&
	    decision->effect == ZTA_ALLOW) {
		status = zta_seal_order__fill(
		    order, zone, snapshot, call->arena, decision, &answer);
	}
	if (status == ZTA_OK) {
		status = zta_pdp__record(zone, snapshot, call->arena, request,
		    call->body, decision, &leaf, NULL);
	}
	if (status != ZTA_OK) {
		zta_http_call__answer(call, 200, answer.fields, answer.refusal);
		return;
	}
	zta_worker__record(worker, call, &leaf, &answer);
}

/* That it cannot be kept is no reason not to answer. */
static void
keep_request(zta_service *service, const zta_authzen *request,
    const zta_principal *caller, const zta_decision *decision)
{
	zta_error err = { 0 };
	zta_status status = ZTA_OK;
	zta_buf line;

	if (service->journal == NULL) {
		return;
	}
	zta_buf__init(&line, SIZE_MAX);
	if (zta_replay__put(request, caller, decision, &line)) {
		status = line.status != ZTA_OK ?
		    zta_error__nomem(&err) :
		    zta_journal__append(service->journal, decision->time,
			zta_buf__str(&line), &err);
	}
	zta_buf__release(&line);
	if (status != ZTA_OK) {
		service->say(
		    "a request is not kept: %s: %s", err.place, err.message);
	}
}

/* `order` is NULL for one without seals. */
static zta_status
read_request(zta_arena *arena, zta_str body, zta_authzen *out,
    zta_seal_order *order, zta_error *err)
{
	zta_status status;

	if (order == NULL) {
		return zta_authzen__read(arena, body, out, err);
	}
	status = zta_authzen__read_sealing(arena, body, out, err);
	return status != ZTA_OK ? status :
				  zta_seal_order__read(order, out, err);
}

static void
decide(zta_worker *worker, zta_http_call *call, zta_snapshot *snapshot,
    zta_seal_order *order, int64_t since, zta_call_again *again)
{
	const zta_verifier with = { .sources = &snapshot->sources,
		.ring = worker->service->ring,
		.live = &worker->service->live,
		.arena = call->arena,
		.now = zta_time__now_ms(),
		.since = since };
	zta_authzen request;
	zta_decision decision;
	zta_principal space, *caller = NULL;
	zta_error err = { 0 };
	zta_status status =
	    read_request(call->arena, call->body, &request, order, &err);

	if (status != ZTA_OK) {
		fail(call, status, &err);
		return;
	}
	if (snapshot->manifest.require == ZTA_REQUIRE_WORKLOAD) {
		caller = &space;
		if (!need_caller(
			worker, call, snapshot, &with, caller, again)) {
			return;
		}
	}
	status = zta_pdp__decide(&worker->service->zone, snapshot, call->arena,
	    &request, caller, with.now, &decision, &err);
	if (status != ZTA_OK) {
		fail(call, status, &err);
		return;
	}
	keep_request(worker->service, &request, caller, &decision);
	answer(worker, call, snapshot, &request, &decision, order);
}

/* A zta_call_again. */
static void
evaluate(void *context, zta_http_call *call, int64_t since)
{
	zta_worker *worker = context;
	zta_snapshot *snapshot = zta_worker__snapshot(worker, call);

	if (snapshot != NULL) {
		decide(worker, call, snapshot, NULL, since, evaluate);
		zta_snapshot__drop(snapshot);
	}
}

/* A zta_call_again. */
static void
evaluate_and_seal(void *context, zta_http_call *call, int64_t since)
{
	zta_worker *worker = context;
	zta_seal_order *order = zta_arena__alloc(call->arena, sizeof(*order));
	zta_snapshot *snapshot;

	if (order == NULL) {
		fail(call, ZTA_ENOMEM, NULL);
		return;
	}
	snapshot = zta_worker__snapshot(worker, call);
	if (snapshot != NULL) {
		decide(worker, call, snapshot, order, since, evaluate_and_seal);
		zta_snapshot__drop(snapshot);
	}
}

static void
begin(zta_worker *worker, zta_http_call *call, zta_call_again *run)
{
	zta_str type;

	if (!zta_http_call__header(call, "content-type", &type) ||
	    !zta_str__starts(type, ZTA_STR("application/json"))) {
		zta_http_call__fail(call, 415, "invalid_request",
		    "the body must be application/json", "Content-Type");
		return;
	}
	run(worker, call, zta_ring__now(worker->service->ring));
}

void
zta_api__evaluation(zta_worker *worker, zta_http_call *call)
{
	begin(worker, call, evaluate);
}

void
zta_api__chain_seal(zta_worker *worker, zta_http_call *call)
{
	begin(worker, call, evaluate_and_seal);
}
