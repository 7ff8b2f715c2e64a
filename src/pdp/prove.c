/* SPDX-License-Identifier: Apache-2.0 */
/* prove.c - what the decisions of a call stand on: decide.h. SPEC: ztauth 5.1 */
#include "pdp/decide.h"

#include "base/str.h"
#include "pdp/question.h"
#include "pdp/transaction.h"

bool
zta_pdp__needs_no_token(
    const zta_snapshot *snapshot, const zta_principal *caller)
{
	zta_zone_require require = snapshot->manifest.require;

	return require == ZTA_REQUIRE_NONE ||
	    (require == ZTA_REQUIRE_WORKLOAD && caller != NULL);
}

static zta_status
disprove(zta_grounds *grounds, const char *reason, zta_error *err)
{
	grounds->reason = zta_arena__copy(grounds->arena, zta_str_of(reason));
	return grounds->reason.ptr == NULL ?
	    zta_arena__failed(grounds->arena, err) :
	    ZTA_OK;
}

static zta_status
verify_token(zta_grounds *a, zta_str token, zta_error *err)
{
	zta_error why = { 0 };
	zta_txn *txn = zta_arena__zalloc(a->arena, 1, sizeof(*txn));
	zta_status status;

	if (txn == NULL) {
		return zta_arena__failed(a->arena, err);
	}
	status = zta_transaction__verify(
	    a->zone, a->arena, token, a->now, txn, &why);
	if (status == ZTA_ENOMEM || status == ZTA_ELIMIT) {
		return status;
	}
	if (status != ZTA_OK) {
		return disprove(a, why.message, err);
	}
	a->txn = txn;
	a->proven = true;
	return ZTA_OK;
}

zta_status
zta_pdp__prove(zta_grounds *a, const zta_authzen *r, zta_error *err)
{
	a->proven = false;
	a->txn = NULL;
	if ((r->zone.len > 0 && !zta_str__eq(r->zone, a->zone->id)) ||
	    (r->ledger.len > 0 && !zta_str__eq(r->ledger, a->zone->ledger))) {
		return disprove(
		    a, "the request names another zone or ledger", err);
	}
	if (r->tx_token.len > 0) {
		return verify_token(a, r->tx_token, err);
	}
	a->proven = zta_pdp__needs_no_token(a->snapshot, a->caller);
	return a->proven ?
	    ZTA_OK :
	    disprove(a, "the zone demands a transaction token", err);
}

bool
zta_pdp__is_about(const zta_grounds *a, zta_str type, zta_str id)
{
	type = zta_question__type(a->snapshot, a->arena, type);
	return a->txn == NULL ||
	    (zta_str__eq(type, a->txn->subject.type) &&
		zta_str__eq(id, a->txn->subject.id));
}
