/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token.c - POST /token: the transaction token service.
 * SPEC: ztauth 4, rfc8693, rfc6749 5
 *
 * The client sees an error of RFC 6749 and our code; which check refused a
 * credential is in the record alone.
 */
#include "api/service.h"

#include <inttypes.h>

#include "api/presented.h"
#include "api/token_form.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/str.h"
#include "base/time.h"

/* SPEC: rfc6749 5.1: tokens are not kept by caches. */
#define NO_STORE "Cache-Control: no-store\r\n"

static void
put_text(zta_json_out *out, const char *name, const char *text)
{
	zta_json_out__name(out, name);
	zta_json_out__text(out, text);
}

/* {"error":...,"error_description":...,"ztauth":{"leg","code"}} */
static zta_str
error_json(zta_http_call *call, const char *error, const char *description,
    const char *leg, const char *code)
{
	zta_buf buf;
	zta_json_out out = { &buf, false };
	zta_str text = { "", 0 };

	zta_buf__init(&buf, SIZE_MAX);
	zta_json_out__open(&out, '{');
	put_text(&out, "error", error);
	put_text(&out, "error_description", description);
	zta_json_out__name(&out, "ztauth");
	zta_json_out__open(&out, '{');
	put_text(&out, "leg", leg);
	put_text(&out, "code", code);
	zta_json_out__close(&out, '}');
	zta_json_out__close(&out, '}');
	if (buf.status == ZTA_OK) {
		text = zta_arena__copy(call->arena, zta_buf__str(&buf));
	}
	zta_buf__release(&buf);
	return text;
}

static void
fail(zta_http_call *call, unsigned status, const char *error,
    const char *description)
{
	zta_http_call__answer(call, status, NO_STORE,
	    error_json(call, error, description, "token", error));
}

/* --- answers */

/* Have the keeper sign, and write the answer around the token. */
static zta_status
make_token(zta_worker *worker, zta_http_call *call,
    const zta_issue_answer *issued, zta_str *out)
{
	zta_buf payload, buf;
	zta_json_out json = { &buf, false };
	const zta_txn *txn = &issued->txn;
	zta_buf token;
	zta_status status;

	zta_buf__init(&payload, SIZE_MAX);
	zta_buf__init(&token, SIZE_MAX);
	zta_buf__init(&buf, SIZE_MAX);
	zta_txn_token__put(&payload, txn);
	status = payload.status;
	if (status == ZTA_OK) {
		status = worker->sign(
		    worker->channel, zta_buf__str(&payload), &token, NULL);
	}
	zta_json_out__open(&json, '{');
	zta_json_out__name(&json, "access_token");
	zta_json_out__str(&json, zta_buf__str(&token));
	put_text(&json, "issued_token_type", ZTA_TOKEN_TYPE "txn_token");
	put_text(&json, "token_type", "N_A");
	zta_json_out__name(&json, "expires_in");
	zta_json_out__int(&json, (txn->expires_at - txn->issued_at) / 1000);
	zta_json_out__close(&json, '}');
	if (status == ZTA_OK) {
		status = buf.status;
	}
	if (status == ZTA_OK) {
		*out = zta_arena__copy(call->arena, zta_buf__str(&buf));
		status = out->ptr == NULL ? ZTA_ENOMEM : ZTA_OK;
	}
	zta_buf__release(&payload);
	zta_buf__release(&token);
	zta_buf__release(&buf);
	return status;
}

/* Whoever is to use a nonce is told which. SPEC: rfc9449 8 */
static const char *
refusal_fields(zta_worker *worker, zta_http_call *call,
    const zta_issue_answer *issued, int64_t now)
{
	static const char name[] = NO_STORE "DPoP-Nonce: ";
	char *fields = zta_arena__alloc(
	    call->arena, sizeof(name) + ZTA_DPOP_NONCE_DIGITS + 2);

	if (strcmp(issued->error, "use_dpop_nonce") != 0 || fields == NULL ||
	    zta_dpop_nonces__at(&worker->service->live.nonces, now,
		fields + sizeof(name) - 1) != ZTA_OK) {
		return NO_STORE;
	}
	memcpy(fields, name, sizeof(name) - 1);
	memcpy(fields + sizeof(name) - 1 + ZTA_DPOP_NONCE_DIGITS, "\r\n", 3);
	return fields;
}

static void
answer(zta_worker *worker, zta_http_call *call, const zta_snapshot *snapshot,
    const zta_issue_answer *issued, int64_t now)
{
	zta_recorded_answer answer = {
		.fields = NO_STORE,
		.refusal_status = 503,
		.refusal = error_json(call, "temporarily_unavailable",
		    "the request cannot be recorded", "record", "unavailable"),
	};
	zta_leaf leaf;
	zta_status status;

	if (issued->issued) {
		status = make_token(worker, call, issued, &answer.before);
		if (status != ZTA_OK) {
			fail(call, 503, "temporarily_unavailable",
			    "tokens cannot be signed now");
			return;
		}
	} else {
		answer.fields = refusal_fields(worker, call, issued, now);
		answer.status =
		    strcmp(issued->error, "temporarily_unavailable") == 0 ?
		    503 :
		    400;
		answer.before = error_json(call, issued->error,
		    "the request was refused", issued->leg, issued->code);
	}
	status = zta_pdp__record_issue(&worker->service->zone, snapshot,
	    call->arena, call->body, now, issued, &leaf, NULL);
	if (status != ZTA_OK) {
		zta_http_call__answer(
		    call, answer.refusal_status, answer.fields, answer.refusal);
		return;
	}
	zta_worker__record(worker, call, &leaf, &answer);
}

static void
issue(zta_worker *worker, zta_http_call *call, zta_snapshot *snapshot,
    const zta_issue_request *request, zta_call_again *again)
{
	int64_t now = zta_time__now_ms();
	zta_issue_answer issued;
	zta_status status = zta_pdp__issue(&worker->service->zone, snapshot,
	    call->arena, request, now, &issued, NULL);

	if (status == ZTA_EUNAVAILABLE &&
	    zta_worker__fetch(
		worker, call, snapshot, &issued.need, request->since, again)) {
		return;
	}
	if (status != ZTA_OK) {
		fail(call, 503, "temporarily_unavailable",
		    "the request cannot be judged now");
		return;
	}
	answer(worker, call, snapshot, &issued, now);
}

/* `since` is when the call came, by the ring's clock. */
static void
do_again(void *context, zta_http_call *call, int64_t since)
{
	zta_worker *worker = context;
	zta_circumstances around;
	zta_issue_request request;
	zta_snapshot *snapshot;
	zta_form *form = zta_arena__alloc(call->arena, sizeof(*form));
	zta_error err = { 0 };
	const char *wrong, *error;

	if (form == NULL ||
	    zta_form__read(form, call->arena, call->body, &err) != ZTA_OK) {
		fail(call, 400, "invalid_request",
		    form == NULL ? "no memory" : err.message);
		return;
	}
	zta_api__circumstances(call, &worker->service->names, &around);
	wrong = zta_token_form__read(call, form, &around, &request, &error);
	request.live = &worker->service->live;
	request.spent = worker->service->spent;
	if (wrong != NULL) {
		fail(call, 400, error, wrong);
		return;
	}
	request.ring = worker->service->ring;
	request.since = since;
	snapshot = zta_worker__snapshot(worker, call);
	if (snapshot != NULL) {
		issue(worker, call, snapshot, &request, do_again);
		zta_snapshot__drop(snapshot);
	}
}

void
zta_api__token(zta_worker *worker, zta_http_call *call)
{
	zta_str type;

	if (!zta_http_call__header(call, "content-type", &type) ||
	    !zta_str__starts(
		type, ZTA_STR("application/x-www-form-urlencoded"))) {
		fail(call, 400, "invalid_request",
		    "the body must be application/x-www-form-urlencoded");
		return;
	}
	do_again(worker, call, zta_ring__now(worker->service->ring));
}
