/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why_changes.c - what would have changed a decision: it is decided again, with
 * one thing changed. What would leave it at the same leg and ring is not told,
 * but for the quarantine, which somebody can end. Workloads are in
 * why_workload.c.
 */
#include "base/error.h"
#include "base/str.h"
#include "pap/why.h"
#include "pdp/question.h"

/* --- one trial */

static zta_status
decide(zta_account *a, const zta_snapshot *version, zta_txn *txn,
    zta_decision *out, zta_error *why)
{
	const zta_replay *r = &a->replay;

	return zta_pdp__decide_again(version, &a->arena, &r->request, txn,
	    r->caller, r->home, r->time, out, why);
}

/* Is it still as it was: refused at the same leg, for the same ring? */
static bool
is_stuck(const zta_account *a, const zta_decision *d)
{
	return d->effect == a->again.effect &&
	    zta_str__is(zta_str_of(d->leg), a->again.leg) &&
	    d->ring == a->again.ring;
}

zta_status
zta_why__try(zta_account *a, const zta_snapshot *version, zta_txn *txn,
    zta_why_kind kind, zta_str name)
{
	zta_why_change change = { .kind = kind, .name = name };
	zta_error why = { 0 };
	zta_decision d;
	zta_status status = decide(a, version, txn, &d, &why);

	/* What was refused before it was a question. */
	if (status == ZTA_EINVALID) {
		change.leg = "policy";
		change.code = "invalid_request";
		return zta_why__tell_change(a, &change);
	}
	if (status != ZTA_OK) {
		return zta_error__set(a->err, status, "%s", why.message);
	}
	if (is_stuck(a, &d) && kind != ZTA_WHY_RESTORE) {
		return ZTA_OK;
	}
	change.allowed = d.effect == ZTA_ALLOW;
	change.leg = d.leg;
	change.code = d.code;
	return zta_why__tell_change(a, &change);
}

/* --- scopes */

static zta_status
try_scope(zta_account *a, zta_str scope)
{
	zta_txn txn = *a->replay.txn;
	zta_str *scopes = zta_arena__alloc(
	    &a->arena, (txn.scope_count + 1) * sizeof(*scopes));

	if (scopes == NULL) {
		return zta_arena__failed(&a->arena, a->err);
	}
	if (txn.scope_count > 0) {
		memcpy(scopes, txn.scopes, txn.scope_count * sizeof(*scopes));
	}
	scopes[txn.scope_count++] = scope;
	txn.scopes = scopes;
	return zta_why__try(a, a->version, &txn, ZTA_WHY_SCOPE, scope);
}

/* Was a binding before this one of the same scope, so that it was tried? */
static bool
is_again(const zta_manifest *manifest, uint32_t number)
{
	uint32_t i;

	for (i = 0; i < number; i++) {
		if (zta_str__eq(manifest->bindings[i].scope,
			manifest->bindings[number].scope)) {
			return true;
		}
	}
	return false;
}

static zta_status
try_scopes(zta_account *a)
{
	const zta_manifest *manifest = &a->version->manifest;
	uint32_t i;
	zta_status status = ZTA_OK;

	if (!manifest->bound) {
		return try_scope(a, a->replay.request.action);
	}
	for (i = 0; status == ZTA_OK && i < manifest->binding_count; i++) {
		if (!is_again(manifest, i)) {
			status = try_scope(a, manifest->bindings[i].scope);
		}
	}
	return status;
}

/* An allowed one, without each of its scopes. */
static zta_status
try_without_scopes(zta_account *a)
{
	const zta_txn *given = a->replay.txn;
	zta_txn txn = *given;
	zta_str *scopes = zta_arena__alloc(
	    &a->arena, (given->scope_count + 1) * sizeof(*scopes));
	uint32_t i, j;
	zta_status status = ZTA_OK;

	if (scopes == NULL) {
		return zta_arena__failed(&a->arena, a->err);
	}
	txn.scopes = scopes;
	for (i = 0; status == ZTA_OK && i < given->scope_count; i++) {
		txn.scope_count = 0;
		for (j = 0; j < given->scope_count; j++) {
			if (!zta_str__eq(given->scopes[j], given->scopes[i])) {
				scopes[txn.scope_count++] = given->scopes[j];
			}
		}
		status = zta_why__try(
		    a, a->version, &txn, ZTA_WHY_NO_SCOPE, given->scopes[i]);
	}
	return status;
}

/* --- actions */

/* Would it be allowed, if this were asked for instead? */
static zta_status
try_action(zta_account *a, zta_str name)
{
	const zta_replay *r = &a->replay;
	zta_why_change change = { .kind = ZTA_WHY_ACTION, .name = name };
	zta_authzen request = r->request;
	zta_error why = { 0 };
	zta_decision d;
	zta_status status;

	request.action = name;
	status = zta_pdp__decide_again(a->version, &a->arena, &request, r->txn,
	    r->caller, r->home, r->time, &d, &why);
	if (status == ZTA_EINVALID ||
	    (status == ZTA_OK && d.effect != ZTA_ALLOW)) {
		return ZTA_OK;
	}
	if (status != ZTA_OK) {
		return zta_error__set(a->err, status, "%s", why.message);
	}
	change.allowed = true;
	change.leg = d.leg;
	change.code = d.code;
	return zta_why__tell_change(a, &change);
}

/* Those of the schema that can be asked for; only what is allowed is told. */
static zta_status
try_actions(zta_account *a)
{
	const zta_cedar *cedar = a->version->cedar;
	const zta_names *names = &cedar->names;
	uint32_t count =
	    cedar->schema == NULL ? 0 : cedar->schema->action_count;
	zta_str type =
	    zta_question__type(a->version, &a->arena, ZTA_STR("Action"));
	const zta_action *action;
	zta_str name;
	uint32_t i;
	zta_status status =
	    type.ptr == NULL ? zta_arena__failed(&a->arena, a->err) : ZTA_OK;

	for (i = 0; status == ZTA_OK && i < count; i++) {
		action = &cedar->schema->actions[i];
		name = zta_names__id_of(names, action->uid);
		if (action->principal_count > 0 && action->resource_count > 0 &&
		    zta_str__eq(type,
			zta_names__text(
			    names, zta_names__type_of(names, action->uid))) &&
		    !zta_str__eq(name, a->replay.request.action)) {
			status = try_action(a, name);
		}
	}
	return status;
}

zta_status
zta_why__changes(zta_account *a)
{
	zta_status status = ZTA_OK;

	if (zta_str__is(a->leaf.leg, "elevation")) {
		return zta_why__workload(a);
	}
	if (a->leaf.allowed) {
		return a->replay.txn == NULL ? ZTA_OK : try_without_scopes(a);
	}
	if (zta_str__is(a->leaf.leg, "scope")) {
		status = try_scopes(a);
	}
	return status != ZTA_OK ? status : try_actions(a);
}
