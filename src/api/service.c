/* SPDX-License-Identifier: Apache-2.0 */
/* service.c - see service.h. */
#include "api/service.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/delegations.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"

/* In the arena of its call. */
typedef struct zta_waiting {
	struct zta_waiting *next;
	zta_http_call *call;
	uint32_t count; /* of its records */
	zta_recorded_answer answer;
} zta_waiting;

/* --- the snapshot in force */

zta_snapshot *
zta_service__snapshot(zta_service *service)
{
	zta_snapshot *snapshot;

	(void)pthread_mutex_lock(&service->lock);
	snapshot = service->snapshot == NULL ?
	    NULL :
	    zta_snapshot__keep(service->snapshot);
	(void)pthread_mutex_unlock(&service->lock);
	return snapshot;
}

/* What is confirmed of one commit is so of it loaded anew. */
static void
hand_over(
    const zta_service *service, const zta_snapshot *old, zta_snapshot *snapshot)
{
	int64_t at = 0;

	if (strcmp(snapshot->tree.id, service->heard) == 0) {
		at = atomic_load(&service->heard_ms);
	} else if (old != NULL &&
	    strcmp(snapshot->tree.id, old->tree.id) == 0) {
		at = atomic_load(&old->confirmed_ms);
	}
	atomic_store(&snapshot->confirmed_ms, at);
}

void
zta_service__heard(zta_service *service, const zta_oid *commit)
{
	int64_t now = zta_time__monotonic_ms();

	(void)pthread_mutex_lock(&service->lock);
	zta_oid__hex(commit, service->heard);
	atomic_store(&service->heard_ms, now);
	if (service->snapshot != NULL &&
	    strcmp(service->snapshot->tree.id, service->heard) == 0) {
		atomic_store(&service->snapshot->confirmed_ms, now);
	}
	(void)pthread_mutex_unlock(&service->lock);
}

void
zta_service__replace(zta_service *service, zta_snapshot *snapshot)
{
	zta_snapshot *old;

	(void)pthread_mutex_lock(&service->lock);
	old = service->snapshot;
	hand_over(service, old, snapshot);
	service->snapshot = snapshot;
	(void)pthread_mutex_unlock(&service->lock);
	zta_snapshot__drop(old);
}

zta_snapshot *
zta_worker__snapshot(zta_worker *worker, zta_http_call *call)
{
	zta_snapshot *snapshot = zta_service__snapshot(worker->service);

	if (snapshot == NULL) {
		zta_http_call__fail(call, 503, "unavailable",
		    "the ledger has no commit yet", "");
	}
	return snapshot;
}

bool
zta_worker__fetch(zta_worker *worker, zta_http_call *call,
    zta_snapshot *snapshot, const zta_need *need, int64_t since,
    zta_call_again *again)
{
	return need->source != NULL && worker->fetch != NULL &&
	    zta_fetch_desk__hand_in(
		worker->fetch, call, snapshot, need, since, again);
}

/* --- answers that wait for their records */

static void
refuse(zta_http_call *call, const zta_recorded_answer *answer)
{
	if (answer->then != NULL) {
		answer->then(answer->what, false);
		return;
	}
	zta_http_call__answer(
	    call, answer->refusal_status, answer->fields, answer->refusal);
}

/* All of them, or none. */
static bool
append_all(zta_log_lane *lane, const zta_leaf *leaves, uint32_t count)
{
	uint32_t i;

	zta_log_lane__hold(lane);
	for (i = 0; i < count; i++) {
		if (zta_log_lane__append(lane, &leaves[i], NULL) != ZTA_OK) {
			zta_log_lane__take_back(lane);
			return false;
		}
	}
	zta_log_lane__release(lane);
	return true;
}

void
zta_worker__record(zta_worker *worker, zta_http_call *call,
    const zta_leaf *leaf, const zta_recorded_answer *answer)
{
	zta_worker__record_all(worker, call, leaf, 1, answer);
}

void
zta_worker__record_all(zta_worker *worker, zta_http_call *call,
    const zta_leaf *leaves, uint32_t count, const zta_recorded_answer *answer)
{
	zta_waiting *w = zta_arena__alloc(call->arena, sizeof(*w));

	if (w == NULL || !append_all(worker->lane, leaves, count)) {
		refuse(call, answer);
		return;
	}
	*w = (zta_waiting){ NULL, call, count, *answer };
	if (worker->first == NULL) {
		worker->first = w;
	} else {
		worker->last->next = w;
	}
	worker->last = w;
}

static void
answer_recorded(zta_worker *worker, zta_waiting *w, uint64_t index)
{
	zta_status status = ZTA_OK;
	zta_buf buf;

	if (w->answer.then != NULL) {
		w->answer.then(w->answer.what, true);
		return;
	}
	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__put(&buf, w->answer.before);
	if (w->answer.after.len > 0) {
		zta_buf__printf(&buf, "%" PRIu64, index);
		zta_buf__put(&buf, w->answer.after);
	}
	if (w->answer.add != NULL) {
		status = w->answer.add(worker, w->answer.what, index, &buf);
	}
	if (status == ZTA_OK && buf.status == ZTA_OK) {
		zta_http_call__answer(w->call,
		    w->answer.status == 0 ? 200 : w->answer.status,
		    w->answer.fields, zta_buf__str(&buf));
	} else {
		refuse(w->call, &w->answer);
	}
	zta_buf__release(&buf);
}

void
zta_worker__recorded(void *context)
{
	zta_worker *worker = context;
	zta_waiting *w;
	zta_log_done done;
	uint32_t i, count;

	while (zta_log_lane__done(worker->lane, &done)) {
		for (i = 0; i < done.count; i += count) {
			w = worker->first;
			worker->first = w->next;
			/* It goes with its call. */
			count = w->count;
			if (done.status == ZTA_OK) {
				answer_recorded(worker, w, done.first + i);
			} else {
				refuse(w->call, &w->answer);
			}
		}
	}
}

/* --- small surfaces */

static void
jwks(zta_worker *worker, zta_http_call *call)
{
	const zta_zone_key_set *set =
	    zta_zone_keys__now(worker->service->zone.keys);

	zta_http_call__answer(call, 200, "", set->document);
}

/* --- routes */

static const struct {
	const char *path, *method;
	bool zone; /* also under /zones/<zone> */
	void (*run)(zta_worker *, zta_http_call *);
} routes[] = {
	{ "/access/v1/evaluation", "POST", true, zta_api__evaluation },
	{ "/access/v1/evaluations", "POST", true, zta_api__evaluations },
	{ "/access/v1/search/subject", "POST", true, zta_api__search_subject },
	{ "/access/v1/search/resource", "POST", true,
	    zta_api__search_resource },
	{ "/access/v1/search/action", "POST", true, zta_api__search_action },
	{ "/chain/seal", "POST", true, zta_api__chain_seal },
	{ "/token", "POST", true, zta_api__token },
	{ "/jwks.json", "GET", true, jwks },
	{ ZTA_API_TOKEN_SERVICE, "GET", true, zta_api__token_service },
	{ ZTA_API_DECISION_POINT, "GET", true, zta_api__decision_point },
	{ "/openapi.json", "GET", false, zta_api__openapi },
	{ "/healthz", "GET", false, zta_api__healthz },
	{ "/readyz", "GET", false, zta_api__readyz },
};

#define ROUTES (sizeof(routes) / sizeof(routes[0]))

/* Numbers of routes: these, and behind them those of the table. */
enum { REFUSED, LEDGERS, DELEGATIONS, COLLECTOR, LOG, WITNESS, TABLE };

_Static_assert(TABLE + ROUTES <= ZTA_TALLY_ROUTES_MAX, "each has its count");

const char *
zta_worker__route(uint32_t route)
{
	static const char *const names[TABLE] = { [REFUSED] = "none",
		[LEDGERS] = "/ledgers",
		[DELEGATIONS] = "/delegations",
		[COLLECTOR] = "/logs",
		[LOG] = "/log",
		[WITNESS] = "/witness" };

	return route < TABLE       ? names[route] :
	    route - TABLE < ROUTES ? routes[route - TABLE].path :
				     NULL;
}

void
zta_worker__answered(void *context, uint32_t route, unsigned status)
{
	zta_worker *worker = context;

	zta_tally__answered(&worker->tally, route, status);
}

/* Cut "/zones/<this zone>" off; false: it is another zone's. */
static bool
enter_zone(const zta_service *service, zta_str *path, bool *named)
{
	zta_str prefix = ZTA_STR("/zones/"), id = service->zone.id;

	*named = zta_str__starts(*path, prefix);
	if (!*named) {
		return true;
	}
	path->ptr += prefix.len;
	path->len -= prefix.len;
	if (!zta_str__starts(*path, id)) {
		return false;
	}
	path->ptr += id.len;
	path->len -= id.len;
	return path->len > 0 && path->ptr[0] == '/';
}

/*
 * SPEC: rfc8414 3.1, authzen 1.0 9: the path of what is described stands behind
 * the well-known one. It is cut off, if it is this zone's.
 */
static void
cut_zone_of_metadata(const zta_service *service, zta_str *path)
{
	const zta_str well_known[] = { ZTA_STR(ZTA_API_TOKEN_SERVICE),
		ZTA_STR(ZTA_API_DECISION_POINT) };
	zta_str rest, zones = ZTA_STR("/zones/");
	size_t i;

	for (i = 0; i < 2; i++) {
		if (!zta_str__starts(*path, well_known[i])) {
			continue;
		}
		rest = (zta_str){ path->ptr + well_known[i].len,
			path->len - well_known[i].len };
		if (zta_str__starts(rest, zones) &&
		    zta_str__eq(
			(zta_str){ rest.ptr + zones.len, rest.len - zones.len },
			service->zone.id)) {
			path->len = well_known[i].len;
		}
	}
}

static bool
is_about_ledgers(const zta_worker *worker, zta_str path)
{
	return worker->desk != NULL &&
	    zta_str__starts(path, ZTA_STR("/ledgers"));
}

size_t
zta_worker__body_max(void *context, const zta_http_call *call)
{
	const zta_worker *worker = context;
	zta_str path = call->path;
	bool named;

	return enter_zone(worker->service, &path, &named) && named &&
		is_about_ledgers(worker, path) ?
	    zta_ledger_desk__body_max(call, path) :
	    ZTA_HTTP_BODY_MAX;
}

void
zta_worker__handle(void *context, zta_http_call *call)
{
	zta_worker *worker = context;
	zta_str path = call->path;
	bool named, head = zta_str__is(call->method, "HEAD");
	size_t i;

	cut_zone_of_metadata(worker->service, &path);
	if (!enter_zone(worker->service, &path, &named)) {
		zta_http_call__fail(
		    call, 404, "not_found", "no such zone here", "");
		return;
	}
	if (named && is_about_ledgers(worker, path)) {
		call->route = LEDGERS;
		zta_ledger_desk__handle(worker->desk, call, path);
		return;
	}
	if (zta_api__is_delegation(path)) {
		call->route = DELEGATIONS;
		zta_api__delegations(worker, call);
		return;
	}
	if (named && worker->collector != NULL &&
	    zta_collector_desk__knows(path)) {
		call->route = COLLECTOR;
		zta_collector_desk__handle(worker->collector, call, path);
		return;
	}
	if (worker->log_desk != NULL && zta_log_desk__knows(path)) {
		call->route = LOG;
		zta_log_desk__handle(worker->log_desk, call, path);
		return;
	}
	if (worker->witness_desk != NULL && zta_witness_desk__knows(path)) {
		call->route = WITNESS;
		zta_witness_desk__handle(worker->witness_desk, call, path);
		return;
	}
	for (i = 0; i < ROUTES; i++) {
		if (!zta_str__is(path, routes[i].path) ||
		    (named && !routes[i].zone)) {
			continue;
		}
		call->route = TABLE + (uint32_t)i;
		if (zta_str__is(call->method, routes[i].method) ||
		    (head && routes[i].method[0] == 'G')) {
			routes[i].run(worker, call);
		} else {
			zta_http_call__other_method(call,
			    routes[i].method[0] == 'G' ? "GET, HEAD" : "POST");
		}
		return;
	}
	zta_http_call__fail(
	    call, 404, "not_found", "there is nothing at this path", "");
}
