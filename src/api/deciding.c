/* SPDX-License-Identifier: Apache-2.0 */
/* deciding.c - see deciding.h. */
#include "api/deciding.h"

#include <stdio.h>
#include <strings.h>

#include "api/presented.h"
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "pdp/replay.h"

/* --- beginning */

/* SPEC: rfc9110 8.3.1: parameters do not matter, nor does case. */
static bool
is_json(const zta_http_call *call)
{
	static const zta_str wanted = { "application/json", 16 };
	zta_str type;

	if (!zta_http_call__header(call, "content-type", &type)) {
		return false;
	}
	type.len = zta_str__find(type, ';');
	while (type.len > 0 && type.ptr[type.len - 1] == ' ') {
		type.len--;
	}
	return type.len == wanted.len &&
	    strncasecmp(type.ptr, wanted.ptr, wanted.len) == 0;
}

zta_deciding *
zta_deciding__begin(zta_worker *worker, zta_http_call *call, int64_t since,
    zta_call_again *again, unsigned wrong_type)
{
	zta_service *service = worker->service;
	zta_deciding *d;
	zta_snapshot *snapshot;

	if (!is_json(call)) {
		zta_http_call__fail(call, wrong_type, "invalid_request",
		    "the body must be application/json", "Content-Type");
		return NULL;
	}
	d = zta_arena__zalloc(call->arena, 1, sizeof(*d));
	if (d == NULL) {
		zta_http_call__fail(call, 503, "unavailable", "no memory", "");
		return NULL;
	}
	snapshot = zta_worker__snapshot(worker, call);
	if (snapshot == NULL) {
		return NULL;
	}
	*d = (zta_deciding){ .worker = worker,
		.call = call,
		.snapshot = snapshot,
		.since = since,
		.again = again,
		.with = { .sources = &snapshot->sources,
		    .ring = service->ring,
		    .live = &service->live,
		    .arena = call->arena,
		    .now = zta_time__now_ms(),
		    .since = since } };
	d->grounds = (zta_grounds){ .zone = &service->zone,
		.snapshot = snapshot,
		.arena = call->arena,
		.now = d->with.now };
	return d;
}

void
zta_deciding__end(zta_deciding *d)
{
	zta_snapshot__drop(d->snapshot);
}

/* --- failing */

bool
zta_deciding__is_refused(zta_status status)
{
	return status == ZTA_ESYNTAX || status == ZTA_EINVALID ||
	    status == ZTA_EEXIST || status == ZTA_ELIMIT;
}

void
zta_deciding__at(const zta_error *err, char at[ZTA_AT_MAX])
{
	if (err->line > 0) {
		(void)snprintf(at, ZTA_AT_MAX, "%s (line %u, column %u)",
		    err->place, err->line, err->column);
	} else {
		(void)snprintf(at, ZTA_AT_MAX, "%s", err->place);
	}
}

void
zta_deciding__fail(zta_deciding *d, zta_status status, const zta_error *err)
{
	char at[ZTA_AT_MAX];

	if (!zta_deciding__is_refused(status)) {
		zta_http_call__fail(
		    d->call, 503, "unavailable", "no decision can be made", "");
		return;
	}
	zta_deciding__at(err, at);
	zta_http_call__fail(d->call, 400, "invalid_request", err->message, at);
}

/* --- who asks, and with what */

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
need_caller(zta_deciding *d)
{
	zta_why_not why_not = { 0 };
	zta_status status = find_caller(
	    d->worker, &d->with, d->call, d->snapshot, &d->caller, &why_not);

	if (status == ZTA_OK) {
		d->grounds.caller = &d->caller;
		return true;
	}
	if (status != ZTA_EUNAVAILABLE ||
	    !zta_worker__fetch(d->worker, d->call, d->snapshot, &why_not.need,
		d->since, d->again)) {
		zta_http_call__fail(d->call, 401, "invalid_token",
		    "a workload must show itself here", "Authorization");
	}
	return false;
}

bool
zta_deciding__prove(zta_deciding *d, const zta_authzen *request)
{
	zta_error err = { 0 };
	zta_status status;

	if (d->snapshot->manifest.require == ZTA_REQUIRE_WORKLOAD &&
	    !need_caller(d)) {
		return false;
	}
	zta_digest__sha256(d->call->body, d->digest);
	status = zta_pdp__prove(&d->grounds, request, &err);
	if (status != ZTA_OK) {
		zta_deciding__fail(d, status, &err);
	}
	return status == ZTA_OK;
}

/* --- deciding */

/* That it cannot be kept is no reason not to answer. */
static void
keep_request(
    zta_deciding *d, const zta_authzen *request, const zta_decision *decision)
{
	zta_service *service = d->worker->service;
	zta_error err = { 0 };
	zta_status status = ZTA_OK;
	zta_buf line;

	if (service->journal == NULL) {
		return;
	}
	zta_buf__init(&line, SIZE_MAX);
	if (zta_replay__put(request, d->grounds.caller, decision, &line)) {
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

zta_status
zta_deciding__decide(zta_deciding *d, const zta_authzen *request,
    zta_decision *out, zta_error *err)
{
	int64_t since = zta_tally__now_us();
	zta_status status =
	    zta_pdp__decide_proven(&d->grounds, request, out, err);

	if (status == ZTA_OK) {
		zta_tally__decided(&d->worker->tally, out, since);
		keep_request(d, request, out);
	}
	return status;
}

zta_status
zta_deciding__record(const zta_deciding *d, const zta_authzen *request,
    const zta_decision *decision, zta_leaf *out)
{
	return zta_pdp__record(d->grounds.zone, d->snapshot, d->call->arena,
	    request, (zta_str){ (const char *)d->digest, sizeof(d->digest) },
	    decision, out, NULL);
}
