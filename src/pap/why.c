/* SPDX-License-Identifier: Apache-2.0 */
/* why.c - see ztauth/why.h: the record in words, and whether it still agrees. */
#include "pap/why.h"

#include <stdlib.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/str.h"
#include "pap/recorded.h"
#include "pdp/question.h"
#include "ztauth/log.h"

/* --- the record */

static void
tell_record(zta_account *a)
{
	const zta_leaf *leaf = &a->leaf;
	zta_why *out = &a->told;

	zta_hex__encode(leaf->id, out->id);
	out->time = leaf->time;
	out->kind = leaf->kind;
	out->zone = leaf->zone;
	out->ledger = leaf->ledger;
	out->commit = leaf->commit;
	out->txn = leaf->txn;
	out->reason = leaf->reason;
	out->subject =
	    (zta_cedar_entity){ leaf->subject_type, leaf->subject_id };
	out->resource =
	    (zta_cedar_entity){ leaf->resource_type, leaf->resource_id };
	out->action = leaf->action;
	out->allowed = leaf->allowed;
	out->leg = leaf->leg;
	out->code = leaf->code;
	out->ring = (size_t)leaf->ring;
	out->policies = leaf->policies.items;
	out->policy_count = leaf->policies.count;
	out->errors = leaf->errors.items;
	out->error_count = leaf->errors.count;
	out->has_token = leaf->txn.len > 0;
}

/* --- decided again */

static const char *
why_not_again(const zta_account *a)
{
	if (zta_str__is(a->leaf.kind, "token")) {
		return "what tokens are asked for with is not kept";
	}
	if (!zta_str__is(a->leaf.kind, "decision")) {
		return "calls about ledgers are not kept";
	}
	if (zta_str__is(a->leaf.leg, "token")) {
		return "what fails at its token is not kept";
	}
	if (a->told.grant_count > 0) {
		return "what comes with grants of delegation is not kept";
	}
	if (!a->kept) {
		return "its request was not kept";
	}
	if (!zta_recorded__is_of(&a->leaf, &a->replay)) {
		return "the request that was kept is not the record's";
	}
	if (a->asked->workspace == NULL) {
		return "no workspace of the ledger is at hand";
	}
	if (a->report == NULL) {
		return "the workspace does not have the version";
	}
	return a->version == NULL ? "the version is not valid any more" : NULL;
}

static zta_status
decide_again(zta_account *a)
{
	const zta_replay *r = &a->replay;
	zta_decision *d = &a->again;
	zta_error why = { 0 };
	zta_status status = zta_pdp__decide_again(a->version, &a->arena,
	    &r->request, r->txn, r->caller, r->home, r->time, d, &why);

	if (status == ZTA_EINVALID) {
		a->told.again_code = "invalid_request";
		return ZTA_OK;
	}
	if (status != ZTA_OK) {
		return zta_error__set(a->err, status, "%s", why.message);
	}
	a->told.again_allowed = d->effect == ZTA_ALLOW;
	a->told.again_code = d->code;
	a->told.agrees = zta_recorded__agrees(&a->leaf, d);
	if (r->txn != NULL) {
		a->told.scopes = r->txn->scopes;
		a->told.scope_count = r->txn->scope_count;
	}
	return ZTA_OK;
}

zta_status
zta_why__tell_change(zta_account *a, const zta_why_change *change)
{
	zta_why *out = &a->told;
	zta_why_change *list = zta_arena__grow(&a->arena,
	    (zta_why_change *)(uintptr_t)out->changes, out->change_count,
	    out->change_count + 1, sizeof(*list));

	if (list == NULL) {
		return zta_arena__failed(&a->arena, a->err);
	}
	list[out->change_count++] = *change;
	out->changes = list;
	return ZTA_OK;
}

/* --- all of it */

static zta_status
tell(zta_account *a)
{
	zta_status status = zta_why__find_record(a);

	if (status != ZTA_OK) {
		return status;
	}
	tell_record(a);
	status = zta_why__find_request(a);
	if (status == ZTA_OK) {
		status = zta_why__find_version(a);
	}
	if (status == ZTA_OK) {
		status = zta_why__grants(a);
	}
	if (status == ZTA_OK) {
		a->told.not_again = why_not_again(a);
		status = a->told.not_again == NULL ? decide_again(a) : ZTA_OK;
	}
	if (status == ZTA_OK) {
		status = zta_why__rings(a);
	}
	if (status == ZTA_OK && a->told.agrees) {
		status = zta_why__policies(a);
	}
	return status == ZTA_OK && a->told.agrees ? zta_why__changes(a) :
						    status;
}

zta_status
zta_why_open(zta_why **out, const zta_why_question *question, zta_error *err)
{
	zta_account *a = calloc(1, sizeof(*a));
	zta_status status;

	*out = NULL;
	if (a == NULL) {
		return zta_error__nomem(err);
	}
	zta_arena__init(&a->arena, SIZE_MAX);
	a->asked = question;
	a->err = err;
	status = tell(a);
	if (status != ZTA_OK) {
		zta_why_close(&a->told);
		return status;
	}
	a->asked = NULL;
	a->err = NULL;
	*out = &a->told;
	return ZTA_OK;
}

void
zta_why_close(zta_why *why)
{
	zta_account *a = (zta_account *)why;

	if (a != NULL) {
		zta_elevation__close(a->tried);
		zta_report__close(a->report);
		zta_log_reader_close(a->log);
		zta_arena__release(&a->arena);
		free(a);
	}
}
