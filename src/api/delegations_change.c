/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delegations_change.c - grants are registered and revoked over HTTP.
 *
 * The list is a file that this thread writes itself, so that others of its calls
 * wait for the disk meanwhile: grants are made by people, and few at a time.
 */
#include "api/delegations.h"
#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "trust/grant_show.h"

static void
unavailable(zta_delegation_call *d)
{
	zta_http_call__fail(d->call, 503, "unavailable",
	    "the list of grants cannot be changed now", "");
}

/* --- registering: the body */

static bool
bad_body(zta_delegation_call *d, const char *why)
{
	zta_http_call__fail(d->call, 400, "invalid_request", why, "");
	return false;
}

/* {"payload": ..., "id_token": ...} */
static bool
read_signed_in(zta_delegation_call *d, zta_register_request *out,
    zta_presented *id_token, const zta_circumstances *around)
{
	static const char *const names[] = { "payload", "id_token", NULL };
	zta_error why = { 0 };
	zta_json_doc doc;
	zta_str digits;
	size_t len = 0;
	char *bytes;

	if (zta_json__read(d->call->arena, d->call->body, &doc, &why) !=
		ZTA_OK ||
	    zta_json__only(&doc, doc.root, names, &why) != ZTA_OK) {
		return bad_body(d, why.message);
	}
	digits = zta_json__text_in(doc.root, "payload");
	bytes = zta_arena__alloc(d->call->arena, ZTA_B64_BYTES(digits.len) + 1);
	if (digits.len == 0 || bytes == NULL ||
	    !zta_b64__decode(digits, bytes, &len)) {
		return bad_body(d, "`payload` is that of a grant, base64url");
	}
	out->payload = (zta_str){ bytes, len };
	*id_token = (zta_presented){ zta_json__text_in(doc.root, "id_token"),
		ZTA_AS_ID_TOKEN, around };
	out->id_token = id_token;
	return true;
}

static bool
read_body(zta_delegation_call *d, zta_register_request *out,
    zta_presented *id_token, const zta_circumstances *around)
{
	zta_str type = ZTA_STR("");

	(void)zta_http_call__header(d->call, "content-type", &type);
	if (zta_str__starts(type, ZTA_STR("application/jose"))) {
		out->token = d->call->body;
		return out->token.len > 0 || bad_body(d, "there is no grant");
	}
	if (zta_str__starts(type, ZTA_STR("application/json"))) {
		return read_signed_in(d, out, id_token, around);
	}
	zta_http_call__fail(d->call, 415, "invalid_request",
	    "the body is a grant, application/jose, or its payload and an ID "
	    "token, application/json",
	    "Content-Type");
	return false;
}

/* --- registering */

/* The caller hears of the grant alone; why it was so is recorded. */
static void
refuse(zta_delegation_call *d, const zta_register_record *record,
    const zta_register_answer *found)
{
	zta_delegation_call__record(d, record, found->status,
	    zta_delegation_call__error(
		d, found->code, found->message, found->at),
	    NULL);
}

/* Once it is recorded. Others may have been quicker. */
static void
add(zta_delegation_call *d)
{
	zta_error why = { 0 };
	zta_arena *arena = d->call->arena;
	zta_grant grant;

	switch (zta_grants__add(
	    d->worker->service->zone.grants, d->token, d->now, &why)) {
	case ZTA_OK:
		break;
	case ZTA_EEXIST:
		zta_http_call__fail(d->call, 409, "exists",
		    "there is a grant of this `jti`", "/jti");
		return;
	case ZTA_EUNTRUSTED:
		zta_http_call__fail(
		    d->call, 403, "delegation_invalid", why.message, "/parent");
		return;
	default:
		d->worker->service->say("a grant is not registered: %s: %s",
		    why.place, why.message);
		unavailable(d);
		return;
	}
	if (zta_grant__read(&grant, arena, d->token, NULL) == ZTA_OK) {
		zta_delegation_call__show(d, 201, grant.jti);
	} else {
		unavailable(d);
	}
}

/* What nobody has signed, the zone signs now. */
static zta_status
make_token(zta_delegation_call *d, const zta_register_request *request)
{
	zta_buf token;
	zta_status status;

	if (request->token.len > 0) {
		d->token = request->token;
		return ZTA_OK;
	}
	zta_buf__init(&token, ZTA_JWS_MAX);
	status = d->worker->sign_grant(
	    d->worker->channel, request->payload, &token, NULL);
	if (status == ZTA_OK) {
		d->token =
		    zta_arena__copy(d->call->arena, zta_buf__str(&token));
		status = d->token.ptr == NULL ? ZTA_ENOMEM : ZTA_OK;
	}
	zta_buf__release(&token);
	return status;
}

static void
register_found(zta_delegation_call *d, const zta_register_request *request,
    const zta_register_answer *found)
{
	const zta_register_record record = { .action = "register",
		.caller = &d->caller,
		.person = &found->person,
		.taken = &found->taken,
		.jti = found->taken.count == 0 ?
		    ZTA_STR("") :
		    found->taken.grants[found->taken.count - 1].jti,
		.allowed = found->may_be,
		.leg = found->leg,
		.code = found->code,
		.reason = found->reason,
		.elevation = found->elevation,
		.elevation_count = found->elevation_count,
		.body = d->call->body,
		.now = d->now };

	if (!found->may_be) {
		refuse(d, &record, found);
	} else if (make_token(d, request) != ZTA_OK) {
		zta_http_call__fail(d->call, 503, "unavailable",
		    "grants cannot be signed now", "");
	} else {
		zta_delegation_call__record(d, &record, 0, ZTA_STR(""), add);
	}
}

void
zta_delegation_call__register(zta_delegation_call *d)
{
	zta_register_request request = { .caller = &d->caller,
		.ring = d->worker->service->ring,
		.live = &d->worker->service->live,
		.since = d->since,
		.now = d->now };
	zta_circumstances around;
	zta_presented id_token;
	zta_register_answer *found;
	zta_status status;

	zta_api__circumstances(d->call, &d->worker->service->names, &around);
	if (!read_body(d, &request, &id_token, &around)) {
		return;
	}
	status = zta_pdp__register(&d->worker->service->zone, d->snapshot,
	    d->call->arena, &request, &found, NULL);
	if (status == ZTA_OK) {
		register_found(d, &request, found);
	} else if (status == ZTA_EUNAVAILABLE) {
		zta_delegation_call__wait(d, &found->need);
	} else {
		zta_http_call__fail(d->call, 503, "unavailable",
		    "the grant cannot be judged now", "");
	}
}

/* --- revoking */

/* The delegator, or one above in the chain; or an administrator. */
static bool
may_revoke(const zta_delegation_call *d, const zta_taken_grants *taken)
{
	uint32_t i;

	for (i = 0; i < taken->count; i++) {
		if (zta_pdp__is_named(&d->caller, taken->grants[i].delegator)) {
			return true;
		}
	}
	return d->administers;
}

static bool
has_part(const zta_delegation_call *d, const zta_taken_grants *taken)
{
	uint32_t i;

	for (i = 0; i < taken->count; i++) {
		if (zta_pdp__is_named(&d->caller, taken->grants[i].delegate)) {
			return true;
		}
	}
	return may_revoke(d, taken);
}

static void
take_back(zta_delegation_call *d)
{
	zta_error why = { 0 };

	if (zta_grants__revoke(d->worker->service->zone.grants, d->jti, &why) !=
	    ZTA_OK) {
		d->worker->service->say(
		    "a grant is not revoked: %s: %s", why.place, why.message);
		unavailable(d);
		return;
	}
	zta_delegation_call__show(d, 200, d->jti);
}

void
zta_delegation_call__revoke(zta_delegation_call *d)
{
	zta_taken_grants *taken =
	    zta_arena__zalloc(d->call->arena, 1, sizeof(*taken));
	zta_register_record record = { .action = "revoke",
		.caller = &d->caller,
		.taken = taken,
		.jti = d->jti,
		.leg = "delegation",
		.code = "revoked",
		.allowed = true,
		.body = d->call->body,
		.now = d->now };
	zta_grant_finding finding;

	if (taken == NULL ||
	    zta_grants__take(d->worker->service->zone.grants, NULL, d->jti,
		d->call->arena, taken, &finding, NULL) != ZTA_OK) {
		unavailable(d);
		return;
	}
	if (may_revoke(d, taken) && taken->count > 0) {
		zta_delegation_call__record(
		    d, &record, 0, ZTA_STR(""), take_back);
		return;
	}
	record.allowed = false;
	record.code =
	    has_part(d, taken) && taken->count > 0 ? "forbidden" : "not_found";
	zta_delegation_call__record(d, &record,
	    record.code[0] == 'f' ? 403 : 404,
	    zta_delegation_call__error(d, record.code,
		record.code[0] == 'f' ?
		    ZTA_STR("a grant is revoked by who gave it, or one above") :
		    ZTA_STR("there is no such grant that you have part in"),
		""),
	    NULL);
}
