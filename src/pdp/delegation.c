/* SPDX-License-Identifier: Apache-2.0 */
/* delegation.c - see delegation.h. */
#include "pdp/delegation.h"

#include "base/error.h"
#include "base/str.h"

const zta_jwks *
zta_delegation__zone_keys(zta_zone_keys *keys)
{
	const zta_zone_key_set *set =
	    keys == NULL ? NULL : zta_zone_keys__now(keys);

	return set == NULL ? NULL : &set->keys;
}

bool
zta_delegation__holds_key(const zta_principal *principal, zta_str thumbprint)
{
	const zta_json *cnf = principal->claims.root == NULL ?
	    NULL :
	    zta_json__get(principal->claims.root, "cnf");
	const zta_json *jkt = cnf == NULL || cnf->type != ZTA_JSON_OBJECT ?
	    NULL :
	    zta_json__get(cnf, "jkt");

	return principal->proof == ZTA_PROOF_DPOP && jkt != NULL &&
	    jkt->type == ZTA_JSON_STRING &&
	    zta_str__eq(zta_json__str(jkt), thumbprint);
}

/*
 * A forbid over what a source says of its subjects (their groups, that they have
 * left) would not see it of a subject for whom a grant stands.
 */
zta_grant_finding
zta_delegation__may_stand(const zta_snapshot *snapshot, zta_str type)
{
	const zta_source *source;
	uint32_t i;

	if (!snapshot->manifest.standing) {
		return ZTA_GRANT_NOT_STANDING;
	}
	for (i = 0; i < snapshot->sources.count; i++) {
		source = &snapshot->sources.list[i];
		if (zta_str__eq(source->entity, type) &&
		    source->parent_count + source->attribute_count > 0) {
			return ZTA_GRANT_HIDES_CLAIMS;
		}
	}
	return ZTA_GRANT_HOLDS;
}

/* The zone may have said so when the token was made, and does not any more. */
static zta_grant_finding
check_standing(const zta_delegation_question *q)
{
	return zta_str__is(q->txn->subject.source, ZTA_SUBJECT_BY_GRANT) ?
	    zta_delegation__may_stand(q->snapshot, q->txn->subject.type) :
	    ZTA_GRANT_HOLDS;
}

zta_status
zta_delegation__judge(const zta_delegation_question *q, zta_arena *arena,
    zta_delegation **out, zta_error *err)
{
	zta_delegation *d = zta_arena__alloc(arena, sizeof(*d));
	const zta_grant_use use = { &q->txn->subject, q->txn->rings,
		q->txn->ring_count, NULL };
	zta_grant_chain chain = { .delegators = &q->snapshot->delegators,
		.zone_keys = zta_delegation__zone_keys(q->zone_keys),
		.model = &q->snapshot->model,
		.zone = q->zone,
		.is_revoked = zta_taken_grants__is_revoked,
		.now = q->now };
	zta_status status;

	*out = d;
	if (d == NULL) {
		return zta_arena__failed(arena, err);
	}
	d->taken.count = 0; /* Room for grants is large, and few are there. */
	d->answer = (zta_grant_answer){ .finding = check_standing(q) };
	if (d->answer.finding != ZTA_GRANT_HOLDS) {
		return ZTA_OK;
	}
	status = zta_grants__take(q->grants, q->known, q->jti, arena, &d->taken,
	    &d->answer.finding, err);
	if (status != ZTA_OK || d->answer.finding != ZTA_GRANT_HOLDS) {
		return status;
	}
	chain.grants = d->taken.grants;
	chain.count = d->taken.count;
	chain.list = &d->taken;
	return zta_grant_chain__judge(&chain, &use, arena, &d->answer, err);
}

zta_status
zta_delegation__use(zta_delegation *d, const zta_grant_operation *operation,
    zta_arena *arena, zta_error *err)
{
	const zta_grant_chain chain = { .grants = d->taken.grants,
		.count = d->taken.count };

	return d->answer.finding != ZTA_GRANT_HOLDS ?
	    ZTA_OK :
	    zta_grant_chain__allows(&chain, operation, arena, &d->answer, err);
}

void
zta_delegation__show_consent(
    const zta_delegation *d, zta_elevation_question *question)
{
	const zta_grant *grant;
	uint32_t i;

	if (d == NULL || d->answer.finding != ZTA_GRANT_HOLDS) {
		return;
	}
	for (i = 0; i < d->taken.count; i++) {
		grant = &d->taken.grants[i];
		if (zta_str__eq(grant->delegate, question->ring->workload)) {
			question->consent =
			    zta_consent__name(d->taken.grants[0].consent);
			question->consent_at = d->taken.grants[0].consent_at;
		}
	}
}

bool
zta_delegation__begins_with(const zta_delegation *d, const zta_txn *txn)
{
	uint32_t i;

	for (i = 0; i < d->taken.count && i < txn->delegation_count; i++) {
		if (!zta_str__eq(d->taken.grants[i].jti, txn->delegations[i])) {
			return false;
		}
	}
	return d->taken.count >= txn->delegation_count;
}

bool
zta_delegation__is_of(const zta_delegation *d, const zta_txn *txn)
{
	return d->taken.count == txn->delegation_count &&
	    zta_delegation__begins_with(d, txn);
}
