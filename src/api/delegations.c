/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delegations.c - see delegations.h. Who calls, what they may see, and answers;
 * what changes something is in delegations_change.c.
 *
 * 1. A caller sees the grants that it has part in: it gave or was given them, or
 *    one that they were made of. To others they do not exist.
 * 2. What would change something is recorded before it is done, and so is that
 *    it was refused.
 * 3. What a copy knows is changed at the server that it is a copy of, and counts
 *    for no longer than in decisions.
 */
#include "api/delegations.h"

#include <stdio.h>

#include "api/form.h"
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "cedar/quote.h"
#include "trust/grant_show.h"

#define PATH ZTA_STR("/delegations")

bool
zta_api__is_delegation(zta_str path)
{
	zta_str prefix = PATH;

	if (!zta_str__starts(path, prefix)) {
		return false;
	}
	path.ptr += prefix.len;
	path.len -= prefix.len;
	return path.len == 0 ||
	    (path.len > 1 && path.ptr[0] == '/' &&
		zta_str__find((zta_str){ path.ptr + 1, path.len - 1 }, '/') ==
		    path.len - 1);
}

/* --- answers */

zta_str
zta_delegation_call__error(
    zta_delegation_call *d, const char *code, zta_str message, const char *at)
{
	zta_buf buf;
	zta_json_out out = { &buf, false };
	zta_str text = ZTA_STR("");

	zta_buf__init(&buf, SIZE_MAX);
	zta_json_out__open(&out, '{');
	zta_http__put_error(&out, code, message, at);
	zta_json_out__close(&out, '}');
	if (buf.status == ZTA_OK) {
		text = zta_arena__copy(d->call->arena, zta_buf__str(&buf));
	}
	zta_buf__release(&buf);
	return text;
}

static void
unavailable(zta_delegation_call *d)
{
	zta_http_call__fail(d->call, 503, "unavailable",
	    "this cannot be done now, or not be recorded", "");
}

/* The caller is known by names of its snapshot. */
static void
go_on(void *what, bool is_recorded)
{
	zta_delegation_call *d = what;

	if (is_recorded) {
		d->then(d);
	} else {
		unavailable(d);
	}
	zta_snapshot__drop(d->snapshot);
}

void
zta_delegation_call__record(zta_delegation_call *d,
    const zta_register_record *what, unsigned status, zta_str body,
    void (*then)(zta_delegation_call *d))
{
	zta_recorded_answer answer = { .status = status,
		.fields = "",
		.before = body,
		.refusal_status = 503,
		.refusal = zta_delegation_call__error(d, "unavailable",
		    ZTA_STR("the call cannot be recorded"), "") };
	zta_leaf leaf;

	if (zta_pdp__record_register(&d->worker->service->zone, d->snapshot,
		d->call->arena, what, &leaf, NULL) != ZTA_OK) {
		unavailable(d);
		return;
	}
	if (then != NULL) {
		(void)zta_snapshot__keep(d->snapshot);
		d->then = then;
		answer.then = go_on;
		answer.what = d;
	}
	zta_worker__record(d->worker, d->call, &leaf, &answer);
}

/* --- what a caller sees */

static bool
know_caller(zta_delegation_call *d)
{
	zta_buf buf;

	zta_buf__init(&buf, SIZE_MAX);
	zta_quote__uid(&buf, d->caller.type, d->caller.id);
	d->name = buf.status == ZTA_OK ?
	    zta_arena__copy(d->call->arena, zta_buf__str(&buf)) :
	    (zta_str){ NULL, 0 };
	zta_buf__release(&buf);
	d->administers = zta_pdp__administers(d->snapshot, &d->caller);
	return d->name.ptr != NULL;
}

static zta_status
find(
    zta_delegation_call *d, const zta_grant_filter *filter, zta_grant_list *out)
{
	/* As zta_pdp__is_named(). */
	const zta_grant_choice choice = { .filter = *filter,
		.all = d->administers,
		.readers = { d->name,
		    d->caller.kind == ZTA_PRINCIPAL_WORKLOAD ? d->caller.id :
							       ZTA_STR("") },
		.now = d->now,
		.look_max = ZTA_GRANTS_LOOKED_MAX };
	zta_followed *followed = d->worker->service->zone.grants;
	zta_status status;

	if (zta_followed__is_stale(followed)) {
		return ZTA_EUNAVAILABLE;
	}
	status = zta_grants__show(
	    zta_followed__enter(followed), &choice, d->call->arena, out, NULL);
	zta_followed__leave(followed);
	return status;
}

static void
answer_json(zta_delegation_call *d, unsigned status, zta_buf *buf)
{
	if (buf->status == ZTA_OK) {
		zta_http_call__answer(d->call, status,
		    "Cache-Control: no-store\r\n", zta_buf__str(buf));
	} else {
		unavailable(d);
	}
	zta_buf__release(buf);
}

void
zta_delegation_call__show(zta_delegation_call *d, unsigned status, zta_str jti)
{
	const zta_grant_filter filter = { .jti = jti };
	zta_grant_list list;
	zta_buf buf;
	zta_json_out out = { &buf, false };

	if (find(d, &filter, &list) != ZTA_OK) {
		unavailable(d);
		return;
	}
	if (list.count == 0) {
		zta_http_call__fail(d->call, 404, "not_found",
		    "there is no such grant that you have part in", "");
		return;
	}
	zta_buf__init(&buf, SIZE_MAX);
	zta_grant_show__put(&out, list.list);
	answer_json(d, status, &buf);
}

static void
list_all(zta_delegation_call *d)
{
	zta_form *query = zta_arena__alloc(d->call->arena, sizeof(*query));
	zta_grant_filter filter = { 0 };
	zta_grant_list list;
	zta_buf buf;
	zta_json_out out = { &buf, false };
	zta_status status;
	size_t i;

	if (query == NULL ||
	    zta_form__read(query, d->call->arena, d->call->query, NULL) !=
		ZTA_OK) {
		zta_http_call__fail(d->call, 400, "invalid_request",
		    "the query is delegator=... and delegate=...", "");
		return;
	}
	filter.delegator = zta_form__get(query, "delegator");
	filter.delegate = zta_form__get(query, "delegate");
	filter.after = zta_form__get(query, "after");
	status = find(d, &filter, &list);
	if (status == ZTA_EINVALID) {
		zta_http_call__fail(d->call, 400, "invalid_request",
		    "the list does not go on there: begin anew", "after");
		return;
	}
	if (status != ZTA_OK) {
		unavailable(d);
		return;
	}
	zta_buf__init(&buf, SIZE_MAX);
	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "delegations");
	zta_json_out__open(&out, '[');
	for (i = 0; i < list.count; i++) {
		zta_grant_show__put(&out, &list.list[i]);
	}
	zta_json_out__close(&out, ']');
	zta_json_out__name(&out, "more");
	zta_json_out__bool(&out, list.more);
	zta_json_out__member_if(&out, "next", list.next);
	zta_json_out__close(&out, '}');
	answer_json(d, 200, &buf);
}

static void
show_one(zta_delegation_call *d)
{
	zta_delegation_call__show(d, 200, d->jti);
}

/* --- who calls */

static void again(void *context, zta_http_call *call, int64_t since);

void
zta_delegation_call__wait(zta_delegation_call *d, const zta_need *need)
{
	if (!zta_worker__fetch(
		d->worker, d->call, d->snapshot, need, d->since, again)) {
		unavailable(d);
	}
}

/* False: it did not show itself, and the call is answered or waits. */
static bool
need_caller(zta_delegation_call *d, const char *action)
{
	const zta_verifier with = { .sources = &d->snapshot->sources,
		.ring = d->worker->service->ring,
		.live = &d->worker->service->live,
		.arena = d->call->arena,
		.now = d->now,
		.since = d->since };
	zta_register_record record = { .action = action,
		.jti = d->jti,
		.leg = "token",
		.code = "invalid_token",
		.reason = ZTA_STR("no credential"),
		.body = d->call->body,
		.now = d->now };
	zta_circumstances around;
	zta_presented presented;
	zta_why_not why_not = { 0 };
	zta_status status = ZTA_EUNTRUSTED;
	zta_str refusal;

	zta_api__circumstances(d->call, &d->worker->service->names, &around);
	if (zta_api__presented(d->call, &around, &presented)) {
		/* That of a person may be opaque. */
		presented.as = presented.as == ZTA_AS_JWT ?
		    ZTA_AS_ACCESS_TOKEN :
		    presented.as;
		status = zta_identity__verify(
		    &with, &presented, &d->caller, &why_not, NULL);
		record.reason = zta_str_of(zta_refusal__code(why_not.refusal));
	}
	if (status == ZTA_OK) {
		if (know_caller(d)) {
			return true;
		}
		unavailable(d);
		return false;
	}
	if (status != ZTA_EUNTRUSTED) {
		zta_delegation_call__wait(d, &why_not.need);
		return false;
	}
	refusal = zta_delegation_call__error(d, "invalid_token",
	    ZTA_STR("who calls must show itself"), "Authorization");
	if (action == NULL) {
		zta_http_call__answer(d->call, 401, "", refusal);
	} else {
		zta_delegation_call__record(d, &record, 401, refusal, NULL);
	}
	return false;
}

/* --- at a server that follows another one */

static void
refuse_copy(zta_delegation_call *d, const char *action)
{
	const char *at = d->worker->service->grants_at;
	const zta_register_record record = { .action = action,
		.caller = &d->caller,
		.jti = d->jti,
		.leg = "delegation",
		.code = "not_here",
		.reason = ZTA_STR("the grants of another server are followed"),
		.body = d->call->body,
		.now = d->now };
	const char *end = strstr(at, "/ledgers/");
	char words[ZTA_MSG_MAX];

	(void)snprintf(words, sizeof(words), "grants are changed at %.*s",
	    (int)(end == NULL ? strlen(at) : (size_t)(end - at)), at);
	zta_delegation_call__record(d, &record, 421,
	    zta_delegation_call__error(d, "not_here", zta_str_of(words), ""),
	    NULL);
}

/* --- the verbs */

static const struct {
	const char *method;
	bool one;
	const char *action; /* that is recorded; NULL: it changes nothing */
	void (*run)(zta_delegation_call *);
} verbs[] = {
	{ "GET", false, NULL, list_all },
	{ "GET", true, NULL, show_one },
	{ "POST", false, "register", zta_delegation_call__register },
	{ "DELETE", true, "revoke", zta_delegation_call__revoke },
};

/* What stands behind "/delegations" and a slash. */
static zta_str
jti_of(zta_str path)
{
	size_t at = path.len;

	while (at > 0 && path.ptr[at - 1] != '/') {
		at--;
	}
	path = (zta_str){ path.ptr + at, path.len - at };
	return zta_str__is(path, "delegations") ? ZTA_STR("") : path;
}

static void
run(zta_delegation_call *d)
{
	bool is_copy = d->worker->service->grants_at != NULL;
	zta_str method = zta_str__is(d->call->method, "HEAD") ? ZTA_STR("GET") :
								d->call->method;
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (verbs[i].one == (d->jti.len > 0) &&
		    zta_str__is(method, verbs[i].method)) {
			if (!need_caller(d, verbs[i].action)) {
				return;
			}
			if (is_copy && verbs[i].action != NULL) {
				refuse_copy(d, verbs[i].action);
			} else {
				verbs[i].run(d);
			}
			return;
		}
	}
	zta_http_call__other_method(
	    d->call, d->jti.len > 0 ? "GET, HEAD, DELETE" : "GET, HEAD, POST");
}

/* A zta_call_again. */
static void
again(void *context, zta_http_call *call, int64_t since)
{
	zta_worker *worker = context;
	zta_delegation_call *d = zta_arena__zalloc(call->arena, 1, sizeof(*d));
	zta_snapshot *snapshot;

	if (d == NULL) {
		zta_http_call__fail(call, 503, "unavailable", "no memory", "");
		return;
	}
	snapshot = zta_worker__snapshot(worker, call);
	if (snapshot == NULL) {
		return;
	}
	*d = (zta_delegation_call){ .worker = worker,
		.call = call,
		.snapshot = snapshot,
		.jti = jti_of(call->path),
		.since = since,
		.now = zta_time__now_ms() };
	run(d);
	zta_snapshot__drop(snapshot);
}

void
zta_api__delegations(zta_worker *worker, zta_http_call *call)
{
	if (worker->service->zone.grants == NULL) {
		zta_http_call__fail(call, 404, "not_found",
		    "this zone knows no delegations", "");
		return;
	}
	again(worker, call, zta_ring__now(worker->service->ring));
}
