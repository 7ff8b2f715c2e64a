/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issue_grants.c - the grants of a token: those that it is asked for with, or
 * those of the transaction that goes on.
 */
#include "base/str.h"
#include "pdp/issue_part.h"

bool
zta_issuer__refuse_grant(zta_issuer *s, zta_grant_finding finding)
{
	return zta_issuer__refuse(s, "invalid_request", "delegation",
	    zta_grant__code(finding),
	    "the grant: ", zta_grant__finding_name(finding));
}

/* The token names each grant, and lives no longer than any. */
static bool
take_grants(zta_issuer *s, const zta_taken_grants *taken)
{
	zta_txn *txn = &s->out->txn;
	zta_str *jtis =
	    zta_arena__zalloc(s->arena, taken->count, sizeof(*jtis));
	uint32_t i;

	if (jtis == NULL) {
		return zta_issuer__fail(s, zta_arena__failed(s->arena, s->err));
	}
	for (i = 0; i < taken->count; i++) {
		jtis[i] = taken->grants[i].jti;
	}
	txn->delegations = jtis;
	txn->delegation_count = taken->count;
	return true;
}

/* The last of the chain: asked for, or carried on; empty: there is none. */
static zta_str
last_of(const zta_issuer *s)
{
	const zta_txn *txn = &s->out->txn;

	if (s->standing.len > 0) {
		return s->standing;
	}
	return s->request->delegation.len > 0 || txn->delegation_count == 0 ?
	    s->request->delegation :
	    txn->delegations[txn->delegation_count - 1];
}

/* A key is shown when a grant is first used: who carries it on need not. */
static zta_grant_finding
check_new(zta_issuer *s, const zta_delegation *found)
{
	const zta_grant *last = &found->taken.grants[found->taken.count - 1];

	if (!zta_delegation__begins_with(found, &s->out->txn)) {
		return ZTA_GRANT_UNLINKED;
	}
	s->carried = s->out->txn.delegation_count;
	/* Who names a grant uses its own, not that of an earlier workload. */
	if (s->carried < found->taken.count &&
	    !zta_str__eq(last->delegate, s->actor.id)) {
		return ZTA_GRANT_NOT_HELD;
	}
	return s->carried == found->taken.count || last->holder.ptr == NULL ||
		zta_delegation__holds_key(&s->actor, last->holder) ?
	    ZTA_GRANT_HOLDS :
	    ZTA_GRANT_WRONG_HOLDER;
}

bool
zta_issuer__find_grants(zta_issuer *s)
{
	const zta_delegation_question q = { .snapshot = s->snapshot,
		.grants = s->zone->grants,
		.known = s->zone->known,
		.zone = s->zone->id,
		.zone_keys = s->zone->keys,
		.txn = &s->out->txn,
		.jti = last_of(s),
		.now = s->now };
	zta_delegation *found;
	zta_status status;

	if (q.jti.len == 0) {
		return true;
	}
	status = zta_delegation__judge(&q, s->arena, &found, s->err);
	if (status != ZTA_OK) {
		return zta_issuer__fail(s, status);
	}
	s->out->delegation = found;
	if (found->answer.finding == ZTA_GRANT_HOLDS) {
		found->answer.finding = check_new(s, found);
	}
	return true;
}

bool
zta_issuer__check_grants(zta_issuer *s)
{
	const zta_delegation *found = s->out->delegation;

	if (found == NULL) {
		return true;
	}
	return found->answer.finding == ZTA_GRANT_HOLDS ?
	    take_grants(s, &found->taken) :
	    zta_issuer__refuse_grant(s, found->answer.finding);
}

/* Before anything is used up. */
bool
zta_issuer__check_use(zta_issuer *s)
{
	const zta_delegation *d = s->out->delegation;
	zta_grant_finding finding = d == NULL ?
	    ZTA_GRANT_HOLDS :
	    zta_grants__usable(s->zone->grants, &d->taken, s->carried);

	return finding == ZTA_GRANT_HOLDS ||
	    zta_issuer__refuse_grant(s, finding);
}

/* Last, so that a refusal uses up none; carried on, they were used before. */
bool
zta_issuer__use_grants(zta_issuer *s)
{
	const zta_delegation *d = s->out->delegation;
	zta_grant_finding finding;
	zta_status status;

	if (d == NULL) {
		return true;
	}
	status = zta_grants__use(
	    s->zone->grants, &d->taken, s->carried, &finding, s->err);
	if (status != ZTA_OK) {
		return zta_issuer__fail(s, status);
	}
	return finding == ZTA_GRANT_HOLDS ||
	    zta_issuer__refuse_grant(s, finding);
}
