/* SPDX-License-Identifier: Apache-2.0 */
/* remote.c - see remote.h. */
#include "pap/remote.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "pap/receive.h"
#include "pap/remote_ask.h"
#include "pap/signers.h"

#define PATIENCE_MS 30000
/* What we say that we have: our commit, and some at growing distance. */
#define HAVE_MAX 16u

static zta_status
no_sense(zta_error *err, const char *what)
{
	return zta_error__set(
	    err, ZTA_EINVALID, "the answer of the server has no %s", what);
}

/* --- looking */

/* {"refs":{"main":"<oid>"},"sequence":7} */
static zta_status
read_state(zta_remote *remote, zta_str body, zta_str ref, zta_remote_state *out,
    zta_error *err)
{
	zta_json_doc doc;
	const zta_json *refs = NULL, *number = NULL, *at;
	uint32_t i;
	zta_status status = zta_json__read(&remote->arena, body, &doc, err);

	if (status == ZTA_OK && doc.root->type == ZTA_JSON_OBJECT) {
		refs = zta_json__get(doc.root, "refs");
		number = zta_json__get(doc.root, "sequence");
	}
	if (status != ZTA_OK || refs == NULL || number == NULL ||
	    refs->type != ZTA_JSON_OBJECT || number->type != ZTA_JSON_INTEGER ||
	    number->u.integer < 0) {
		return no_sense(err, "refs and sequence");
	}
	out->sequence = (uint64_t)number->u.integer;
	at = zta_json__first(refs);
	for (i = 0; i < refs->count; i++) {
		if (zta_str__eq(zta_json__str(at), ref)) {
			at = zta_json__after(at);
			return at->type == ZTA_JSON_STRING &&
				zta_oid__parse(zta_json__str(at), &out->head) ?
			    ZTA_OK :
			    no_sense(err, "id of the ref");
		}
		at = zta_json__after(zta_json__after(at));
	}
	return ZTA_OK;
}

zta_status
zta_remote__look(zta_remote *remote, zta_str ref, uint64_t after,
    uint32_t wait_ms, zta_remote_state *out, zta_error *err)
{
	char path[96] = "/refs";
	zta_remote_request request = { .method = "GET",
		.timeout_ms = (int64_t)wait_ms + PATIENCE_MS,
		.answer_max = ZTA_REMOTE_ANSWER_MAX };
	zta_http_response response;
	zta_status status;

	*out = (zta_remote_state){ 0 };
	if (wait_ms > 0) {
		(void)snprintf(path, sizeof(path),
		    "/refs?after=%" PRIu64 "&wait_ms=%" PRIu32, after, wait_ms);
	}
	request.path = zta_str_of(path);
	status = zta_remote__ask(remote, &request, &response, err);
	return status != ZTA_OK ?
	    status :
	    read_state(remote, response.body, ref, out, err);
}

/* --- pulling */

typedef struct puller {
	zta_remote *remote;
	zta_remote_pull *pull;
	zta_error *err;
} puller;

/* Our commit, and its ancestors at distances 1, 2, 4 and so on. */
static zta_status
list_haves(const puller *p, zta_oid *list, size_t *count)
{
	const zta_ledger *ledger = p->pull->ledger;
	zta_oid at = p->pull->to;
	bool more = !zta_oid__is_none(&at);
	uint32_t i, next = 0;
	zta_commit commit;
	zta_arena arena;
	zta_status status = ZTA_OK;

	*count = 0;
	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; status == ZTA_OK && more && *count < HAVE_MAX; i++) {
		if (i == next) {
			list[(*count)++] = at;
			next = next == 0 ? 1 : next * 2;
		}
		zta_arena__reset(&arena);
		status =
		    zta_ledger__commit(ledger, &at, &arena, &commit, p->err);
		more = status == ZTA_OK && commit.has_parent;
		at = commit.parent;
	}
	zta_arena__release(&arena);
	return status;
}

static void
put_request(
    const zta_oid *head, const zta_oid *have, size_t count, zta_buf *out)
{
	zta_json_out json = { out, false };
	char digits[ZTA_OID_HEX_MAX];
	size_t i;

	zta_json_out__open(&json, '{');
	zta_json_out__name(&json, "want");
	zta_json_out__open(&json, '[');
	zta_oid__hex(head, digits);
	zta_json_out__text(&json, digits);
	zta_json_out__close(&json, ']');
	zta_json_out__name(&json, "have");
	zta_json_out__open(&json, '[');
	for (i = 0; i < count; i++) {
		zta_oid__hex(&have[i], digits);
		zta_json_out__text(&json, digits);
	}
	zta_json_out__close(&json, ']');
	zta_json_out__name(&json, "differences");
	zta_json_out__bool(&json, true);
	zta_json_out__close(&json, '}');
}

/* The next part of what leads to `head`, in the remote's arena. */
static zta_status
fetch(puller *p, const zta_oid *head, zta_transfer *out)
{
	zta_remote_request request = { .method = "POST",
		.path = ZTA_STR("/fetch"),
		.type = "application/json",
		.timeout_ms = ZTA_LEDGER_CALL_MS,
		.answer_max = ZTA_TRANSFER_MAX };
	zta_object_source bases = zta_ledger__source(p->pull->ledger);
	zta_http_response response;
	zta_oid have[HAVE_MAX];
	size_t count;
	zta_buf body;
	zta_status status = list_haves(p, have, &count);

	zta_buf__init(&body, SIZE_MAX);
	if (status == ZTA_OK) {
		put_request(head, have, count, &body);
		request.body = zta_buf__str(&body);
		status = body.status != ZTA_OK ?
		    zta_error__nomem(p->err) :
		    zta_remote__ask(p->remote, &request, &response, p->err);
	}
	if (status == ZTA_OK) {
		status = zta_transfer__read(
		    &p->remote->arena, response.body, &bases, out, p->err);
	}
	zta_buf__release(&body);
	return status;
}

/* Does the first commit of the transfer follow our commit? */
static zta_status
check_line(puller *p, const zta_transfer *transfer)
{
	const zta_oid *ours = &p->pull->to;
	zta_commit commit;
	uint32_t i;
	zta_status status;

	for (i = 0;
	     i < transfer->count && transfer->list[i].kind != ZTA_OBJECT_COMMIT;
	     i++) {
	}
	if (i == transfer->count ||
	    transfer->list[transfer->count - 1].kind != ZTA_OBJECT_COMMIT) {
		return no_sense(p->err, "commit at its end");
	}
	status = zta_commit__decode(transfer->list[i].body, &commit, p->err);
	if (status != ZTA_OK) {
		return status;
	}
	return zta_oid__eq(&commit.parent, ours) ?
	    ZTA_OK :
	    zta_error__set(p->err, ZTA_ECONFLICT,
		"the other has left our line of history");
}

/* One part: fetch, judge, and move our ref. */
static zta_status
take_part(puller *p, const zta_oid *head)
{
	zta_remote_pull *pull = p->pull;
	zta_transfer transfer = { 0 };
	zta_signers signers = { pull->signers, zta_time__now_ms() };
	zta_received received = { .ledger = pull->ledger,
		.ref = pull->ref,
		.from = pull->to,
		.transfer = &transfer,
		.at = signers.now,
		.may_sign = zta_signers__may,
		.context = &signers,
		.latest = pull->latest };
	zta_status status = fetch(p, head, &transfer);

	if (status == ZTA_OK) {
		status = check_line(p, &transfer);
	}
	if (status != ZTA_OK) {
		return status;
	}
	received.to = transfer.list[transfer.count - 1].oid;
	status =
	    zta_receive__run(&received, &pull->check, &pull->culprit, p->err);
	if (status == ZTA_OK && pull->check.findings.errors > 0) {
		pull->outcome = ZTA_REMOTE_REFUSED;
	} else {
		zta_check__release(&pull->check);
		pull->check = (zta_check){ 0 };
		pull->to = status == ZTA_OK ? received.to : pull->to;
	}
	return status;
}

zta_status
zta_remote__is_ours(const zta_ledger *ledger, const zta_oid *commit,
    const zta_oid *ours, bool *out, zta_error *err)
{
	zta_status status = zta_store__object_has(
	    ledger->store, ledger->name, commit, 1, out, err);

	if (status != ZTA_OK || !*out || zta_oid__is_none(ours)) {
		*out = false;
		return status;
	}
	return zta_ledger__descends(ledger, commit, ours, out, err);
}

/* Where our ref is; none if it is nowhere yet. */
static zta_status
find_ours(const zta_ledger *ledger, zta_str ref, zta_oid *out, zta_error *err)
{
	zta_status status = zta_ledger__ref(ledger, ref, out, err);

	if (status == ZTA_ENOTFOUND) {
		*out = (zta_oid){ 0 };
		status = ZTA_OK;
	}
	return status;
}

zta_status
zta_remote__pull(zta_remote *remote, const zta_oid *head, zta_remote_pull *pull,
    zta_error *err)
{
	puller p = { remote, pull, err };
	bool behind = false;
	zta_status status =
	    find_ours(pull->ledger, pull->ref, &pull->from, err);

	pull->to = pull->from;
	pull->check = (zta_check){ 0 };
	pull->culprit = (zta_oid){ 0 };
	pull->outcome = ZTA_REMOTE_SAME;
	if (status != ZTA_OK || zta_oid__eq(head, &pull->from)) {
		return status;
	}
	if (!zta_oid__is_none(head)) {
		status = zta_remote__is_ours(
		    pull->ledger, head, &pull->from, &behind, err);
	}
	if (status == ZTA_OK && (behind || zta_oid__is_none(head))) {
		pull->outcome = ZTA_REMOTE_AHEAD;
		return ZTA_OK;
	}
	while (status == ZTA_OK && pull->outcome != ZTA_REMOTE_REFUSED &&
	    !zta_oid__eq(head, &pull->to)) {
		pull->outcome = ZTA_REMOTE_MOVED;
		status = take_part(&p, head);
	}
	return status;
}
