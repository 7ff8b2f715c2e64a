/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evaluation.c - POST /access/v1/evaluation, and POST /chain/seal, which is the
 * same with seals in its answer. SPEC: authzen 1.0 6, ztauth 5, 8
 */
#include "api/deciding.h"

#include "base/error.h"
#include "base/str.h"

static void
answer(zta_deciding *d, const zta_authzen *request,
    const zta_decision *decision, zta_seal_order *order)
{
	zta_recorded_answer answer = {
		.fields = "",
		.after = ZTA_STR(ZTA_DECISION_END),
		.refusal_status = 200,
		.refusal = ZTA_STR(ZTA_DECISION_UNAVAILABLE),
	};
	zta_http_call *call = d->call;
	const zta_zone *zone = d->grounds.zone;
	zta_leaf leaf;
	zta_buf buf;
	zta_json_out out = { &buf, false };
	zta_status status;

	zta_buf__init(&buf, SIZE_MAX);
	zta_decision__put(decision, d->snapshot->tree.id, &out);
	answer.before = zta_arena__copy(call->arena, zta_buf__str(&buf));
	status = buf.status;
	zta_buf__release(&buf);
	if (status == ZTA_OK && answer.before.ptr == NULL) {
		status = ZTA_ENOMEM;
	}
	if (status == ZTA_OK && order != NULL &&
	    decision->effect == ZTA_ALLOW) {
		status = zta_seal_order__fill(
		    order, zone, d->snapshot, call->arena, decision, &answer);
	}
	if (status == ZTA_OK) {
		status = zta_deciding__record(d, request, decision, &leaf);
	}
	if (status != ZTA_OK) {
		zta_http_call__answer(call, 200, "", answer.refusal);
		return;
	}
	zta_worker__record(d->worker, call, &leaf, &answer);
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

void
zta_deciding__evaluate(
    zta_deciding *d, const zta_authzen *request, zta_seal_order *order)
{
	zta_decision decision;
	zta_error err = { 0 };
	zta_status status;

	if (!zta_deciding__prove(d, request)) {
		return;
	}
	status = zta_deciding__decide(d, request, &decision, &err);
	if (status == ZTA_OK) {
		answer(d, request, &decision, order);
	} else {
		zta_deciding__fail(d, status, &err);
	}
}

static void
read_and_evaluate(zta_deciding *d, zta_seal_order *order)
{
	zta_authzen request;
	zta_error err = { 0 };
	zta_status status =
	    read_request(d->call->arena, d->call->body, &request, order, &err);

	if (status == ZTA_OK) {
		zta_deciding__evaluate(d, &request, order);
	} else {
		zta_deciding__fail(d, status, &err);
	}
}

/* A zta_call_again. */
static void
evaluate(void *context, zta_http_call *call, int64_t since)
{
	zta_deciding *d =
	    zta_deciding__begin(context, call, since, evaluate, 400);

	if (d != NULL) {
		read_and_evaluate(d, NULL);
		zta_deciding__end(d);
	}
}

/* A zta_call_again. */
static void
evaluate_and_seal(void *context, zta_http_call *call, int64_t since)
{
	zta_seal_order *order = zta_arena__alloc(call->arena, sizeof(*order));
	zta_deciding *d;

	if (order == NULL) {
		zta_http_call__fail(call, 503, "unavailable", "no memory", "");
		return;
	}
	d = zta_deciding__begin(context, call, since, evaluate_and_seal, 415);
	if (d != NULL) {
		read_and_evaluate(d, order);
		zta_deciding__end(d);
	}
}

void
zta_api__evaluation(zta_worker *worker, zta_http_call *call)
{
	evaluate(worker, call, zta_ring__now(worker->service->ring));
}

void
zta_api__chain_seal(zta_worker *worker, zta_http_call *call)
{
	evaluate_and_seal(worker, call, zta_ring__now(worker->service->ring));
}
