/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evaluations.c - POST /access/v1/evaluations: several decisions from one body,
 * one snapshot and one token, whose records are one frame of the log.
 * SPEC: authzen 1.0 7
 *
 * An evaluation that is no question has an error in its place, and no record.
 * If one of the others cannot be recorded, none of them is answered.
 */
#include "api/deciding.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "pdp/evaluations.h"

/* One element of the answer. */
typedef struct element {
	zta_str
	    text; /* all of it up to the index of its record, if it has one */
	bool recorded;
} element;

typedef struct batch {
	zta_deciding *d; /* until the snapshot is dropped */
	zta_evaluations asked;
	element *elements;
	uint32_t count;
	zta_leaf *leaves;
	uint32_t leaf_count;
} batch;

/* --- the answer */

/* The index is that of the first record. */
static zta_status
put_all(zta_worker *worker, void *what, uint64_t index, zta_buf *out)
{
	const batch *b = what;
	uint32_t i;

	(void)worker;
	zta_buf__text(out, "{\"evaluations\":[");
	for (i = 0; i < b->count; i++) {
		zta_buf__text(out, i == 0 ? "" : ",");
		zta_buf__put(out, b->elements[i].text);
		if (b->elements[i].recorded) {
			zta_buf__printf(
			    out, "%" PRIu64 ZTA_DECISION_END, index++);
		}
	}
	zta_buf__text(out, "]}");
	return out->status;
}

static void
answer(batch *b)
{
	const zta_recorded_answer answer = { .fields = "",
		.add = put_all,
		.what = b,
		.refusal_status = 503,
		.refusal = ZTA_STR("{\"error\":{\"code\":\"unavailable\","
				   "\"message\":\"the decisions cannot be "
				   "recorded\",\"at\":\"\"}}") };
	zta_http_call *call = b->d->call;
	zta_buf buf;

	if (b->leaf_count > 0) {
		zta_worker__record_all(
		    b->d->worker, call, b->leaves, b->leaf_count, &answer);
		return;
	}
	zta_buf__init(&buf, SIZE_MAX);
	if (put_all(NULL, b, 0, &buf) == ZTA_OK) {
		zta_http_call__answer(call, 200, "", zta_buf__str(&buf));
	} else {
		zta_http_call__answer(call, 503, "", answer.refusal);
	}
	zta_buf__release(&buf);
}

/* --- one after another */

/* Add what `buf` has, which is released. */
static zta_status
add_element(batch *b, zta_buf *buf, bool recorded)
{
	element *e = &b->elements[b->count++];
	zta_status status = buf->status;

	*e = (element){ zta_arena__copy(b->d->call->arena, zta_buf__str(buf)),
		recorded };
	zta_buf__release(buf);
	return status == ZTA_OK && e->text.ptr == NULL ? ZTA_ENOMEM : status;
}

/* The place is one of the evaluation, whatever part of it was given to it. */
static void
put_place(const batch *b, const zta_error *err, zta_json_out *out)
{
	char at[ZTA_AT_MAX], place[ZTA_AT_MAX + 32];
	zta_str prefix = ZTA_STR("/evaluations/");

	zta_deciding__at(err, at);
	if (zta_str__starts(zta_str_of(at), prefix)) {
		zta_json_out__member(out, "at", zta_str_of(at));
		return;
	}
	(void)snprintf(
	    place, sizeof(place), "%s%" PRIu32 "%s", prefix.ptr, b->count, at);
	zta_json_out__member(out, "at", zta_str_of(place));
}

static zta_status
add_error(batch *b, const zta_error *err)
{
	zta_buf buf;
	zta_json_out out = { &buf, false };

	zta_buf__init(&buf, SIZE_MAX);
	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "decision");
	zta_json_out__bool(&out, false);
	zta_json_out__name(&out, "context");
	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "error");
	zta_json_out__open(&out, '{');
	zta_json_out__member_int(&out, "status", 400);
	zta_json_out__member(&out, "code", ZTA_STR("invalid_request"));
	zta_json_out__member(&out, "message", zta_str_of(err->message));
	put_place(b, err, &out);
	zta_json_out__close(&out, '}');
	zta_json_out__close(&out, '}');
	zta_json_out__close(&out, '}');
	return add_element(b, &buf, false);
}

static zta_status
add_decision(batch *b, const zta_authzen *request, const zta_decision *decision)
{
	zta_deciding *d = b->d;
	zta_status status = zta_deciding__record(
	    d, request, decision, &b->leaves[b->leaf_count++]);
	zta_buf buf;
	zta_json_out out = { &buf, false };

	if (status != ZTA_OK) {
		return status;
	}
	zta_buf__init(&buf, SIZE_MAX);
	zta_decision__put(decision, d->snapshot->tree.id, &out);
	return add_element(b, &buf, true);
}

/* Anything but ZTA_OK ends the call: it has no answer. */
static zta_status
add_one(batch *b, const zta_json *item, bool *allowed)
{
	/* Records refer to decisions until all of them are there. */
	zta_decision *decision =
	    zta_arena__alloc(b->d->call->arena, sizeof(*decision));
	zta_authzen request;
	zta_error err = { 0 };
	zta_status status =
	    zta_evaluations__one(&b->asked, item, &request, &err);

	*allowed = false;
	if (decision == NULL) {
		return ZTA_ENOMEM;
	}
	if (status == ZTA_OK) {
		status = zta_deciding__decide(b->d, &request, decision, &err);
	}
	if (status != ZTA_OK) {
		return zta_deciding__is_refused(status) ? add_error(b, &err) :
							  status;
	}
	*allowed = decision->effect == ZTA_ALLOW;
	return add_decision(b, &request, decision);
}

static void
decide_all(batch *b)
{
	zta_deciding *d = b->d;
	const zta_json *item = b->asked.first;
	zta_arena *arena = d->call->arena;
	zta_error err = { 0 };
	zta_status status = ZTA_OK;
	bool allowed, done = false;
	uint32_t i;

	if (!zta_deciding__prove(d, &b->asked.defaults)) {
		return;
	}
	b->elements =
	    zta_arena__alloc(arena, b->asked.count * sizeof(*b->elements));
	b->leaves =
	    zta_arena__alloc(arena, b->asked.count * sizeof(*b->leaves));
	if (b->elements == NULL || b->leaves == NULL) {
		status = ZTA_ENOMEM;
	}
	for (i = 0; status == ZTA_OK && !done && i < b->asked.count; i++) {
		status = add_one(b, item, &allowed);
		done = zta_evaluations__ends_with(&b->asked, allowed);
		item = zta_json__after(item);
	}
	if (status == ZTA_OK) {
		answer(b);
	} else {
		zta_deciding__fail(d, ZTA_ENOMEM, &err);
	}
}

/* A zta_call_again. */
static void
evaluate_all(void *context, zta_http_call *call, int64_t since)
{
	batch *b = zta_arena__zalloc(call->arena, 1, sizeof(*b));
	zta_error err = { 0 };
	zta_status status;

	if (b == NULL) {
		zta_http_call__fail(call, 503, "unavailable", "no memory", "");
		return;
	}
	b->d = zta_deciding__begin(context, call, since, evaluate_all, 400);
	if (b->d == NULL) {
		return;
	}
	status =
	    zta_evaluations__read(call->arena, call->body, &b->asked, &err);
	if (status != ZTA_OK) {
		zta_deciding__fail(b->d, status, &err);
	} else if (b->asked.first == NULL) {
		zta_deciding__evaluate(b->d, &b->asked.defaults, NULL);
	} else {
		decide_all(b);
	}
	zta_deciding__end(b->d);
}

void
zta_api__evaluations(zta_worker *worker, zta_http_call *call)
{
	evaluate_all(worker, call, zta_ring__now(worker->service->ring));
}
