/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search.c - POST /access/v1/search/{subject,resource,action}.
 * SPEC: authzen 1.0 8, 9
 *
 * A search has one record, with a digest of what was handed out, so that whoever
 * enumerates is seen.
 */
#include "api/deciding.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/str.h"
#include "pdp/search.h"

static void
put_results(const zta_search_request *request, const zta_search_found *found,
    zta_json_out *out)
{
	bool action = request->open == ZTA_OPEN_ACTION;
	zta_str type = request->open == ZTA_OPEN_SUBJECT ?
	    request->asked.subject_type :
	    request->asked.resource_type;
	uint32_t i;

	zta_json_out__open(out, '[');
	for (i = 0; i < found->count; i++) {
		zta_json_out__open(out, '{');
		if (!action) {
			zta_json_out__member(out, "type", type);
		}
		zta_json_out__member(
		    out, action ? "name" : "id", found->list[i]);
		zta_json_out__close(out, '}');
	}
	zta_json_out__close(out, ']');
}

/* All of the answer up to the index of its record. */
static void
put_answer(const zta_grounds *g, const zta_search_found *found, zta_str results,
    zta_str record_id, zta_json_out *out)
{
	char id[2 * ZTA_LEAF_ID_LEN];

	zta_hex__encode(record_id, id);
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "results");
	zta_json_out__raw(out, results);
	zta_json_out__name(out, "page");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "next_token", found->next);
	zta_json_out__member_int(out, "count", found->count);
	zta_json_out__close(out, '}');
	zta_json_out__name(out, "context");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "id", (zta_str){ id, sizeof(id) });
	zta_json_out__name(out, "ztauth");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "leg", zta_str_of(found->leg));
	zta_json_out__member(out, "code", zta_str_of(found->code));
	zta_json_out__member(out, "commit", zta_str_of(g->snapshot->tree.id));
	if (g->txn != NULL) {
		zta_json_out__member(out, "txn", g->txn->txn);
	}
	zta_json_out__name(out, "log_index");
}

/* The text of `buf`, in the arena of the call; NULL: no memory. */
static zta_str
settle(zta_deciding *d, zta_buf *buf)
{
	zta_str text = zta_arena__copy(d->call->arena, zta_buf__str(buf));

	if (buf->status != ZTA_OK) {
		text.ptr = NULL;
	}
	zta_buf__release(buf);
	return text;
}

static void
answer(zta_deciding *d, const zta_search_request *request,
    const zta_search_found *found)
{
	zta_recorded_answer answer = { .fields = "",
		.after = ZTA_STR(ZTA_DECISION_END),
		.refusal_status = 503,
		.refusal = ZTA_STR("{\"error\":{\"code\":\"unavailable\","
				   "\"message\":\"the search cannot be "
				   "recorded\",\"at\":\"\"}}") };
	const zta_str digest = { (const char *)d->digest, sizeof(d->digest) };
	zta_str results;
	zta_leaf leaf;
	zta_buf buf;
	zta_json_out out = { &buf, false };

	zta_buf__init(&buf, SIZE_MAX);
	put_results(request, found, &out);
	results = settle(d, &buf);
	if (results.ptr == NULL ||
	    zta_pdp__record_search(&d->grounds, request, digest, found, results,
		&leaf, NULL) != ZTA_OK) {
		zta_http_call__answer(d->call, 503, "", answer.refusal);
		return;
	}
	zta_buf__init(&buf, SIZE_MAX);
	out = (zta_json_out){ &buf, false };
	put_answer(&d->grounds, found, results, leaf.id, &out);
	answer.before = settle(d, &buf);
	if (answer.before.ptr == NULL) {
		zta_http_call__answer(d->call, 503, "", answer.refusal);
		return;
	}
	zta_worker__record(d->worker, d->call, &leaf, &answer);
}

static void
search(zta_deciding *d, zta_authzen_open open)
{
	zta_search_request request;
	zta_search_found found;
	zta_error err = { 0 };
	zta_status status = zta_search_request__read(
	    d->call->arena, d->call->body, open, &request, &err);

	if (status == ZTA_OK) {
		if (!zta_deciding__prove(d, &request.asked)) {
			return;
		}
		status = zta_pdp__search(
		    &d->grounds, d->snapshot, &request, &found, &err);
	}
	if (status == ZTA_OK) {
		answer(d, &request, &found);
	} else {
		zta_deciding__fail(d, status, &err);
	}
}

static void
begin(zta_worker *worker, zta_http_call *call, int64_t since,
    zta_call_again *again, zta_authzen_open open)
{
	zta_deciding *d = zta_deciding__begin(worker, call, since, again, 400);

	if (d != NULL) {
		search(d, open);
		zta_deciding__end(d);
	}
}

/* Each a zta_call_again. */

static void
subjects(void *context, zta_http_call *call, int64_t since)
{
	begin(context, call, since, subjects, ZTA_OPEN_SUBJECT);
}

static void
resources(void *context, zta_http_call *call, int64_t since)
{
	begin(context, call, since, resources, ZTA_OPEN_RESOURCE);
}

static void
actions(void *context, zta_http_call *call, int64_t since)
{
	begin(context, call, since, actions, ZTA_OPEN_ACTION);
}

void
zta_api__search_subject(zta_worker *worker, zta_http_call *call)
{
	subjects(worker, call, zta_ring__now(worker->service->ring));
}

void
zta_api__search_resource(zta_worker *worker, zta_http_call *call)
{
	resources(worker, call, zta_ring__now(worker->service->ring));
}

void
zta_api__search_action(zta_worker *worker, zta_http_call *call)
{
	actions(worker, call, zta_ring__now(worker->service->ring));
}
