/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why_grants.c - the grants that a decision came with. The record has their
 * digests, a list of grants what is behind them. Under the version they are
 * judged once more, but for their conditions, whose request was not kept, and
 * for revocation, of which nobody knows when it was.
 */
#include "base/b64.h"
#include "base/error.h"
#include "base/str.h"
#include "pap/why.h"
#include "pdp/question.h"
#include "trust/grant_chain.h"

typedef struct granter {
	zta_account *a;
	zta_grants list;
	zta_grant *grants; /* in the order of the record */
	zta_why_grant *told;
	uint32_t count;
	bool all; /* are known */
} granter;

/* --- telling */

static zta_status
tell_resources(granter *g, const zta_grant *grant, zta_why_grant *out)
{
	zta_arena *arena = &g->a->arena;
	zta_cedar_entity *list = zta_arena__alloc(
	    arena, (grant->resource_count + 1) * sizeof(*list));
	uint32_t i;

	if (list == NULL) {
		return zta_arena__failed(arena, g->a->err);
	}
	for (i = 0; i < grant->resource_count; i++) {
		list[i] = (zta_cedar_entity){ grant->resources[i].type,
			grant->resources[i].id };
	}
	out->resources = list;
	out->resource_count = grant->resource_count;
	return ZTA_OK;
}

static zta_status
tell_grant(granter *g, const zta_known_grant *known, zta_grant *grant,
    zta_why_grant *out)
{
	zta_arena *arena = &g->a->arena;
	zta_str token;
	zta_status status =
	    zta_grants__token(&g->list, known, arena, &token, g->a->err);

	if (status == ZTA_OK) {
		status = zta_grant__read(grant, arena, token, g->a->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	out->known = true;
	out->delegator = grant->delegator;
	out->delegate = grant->delegate;
	out->statement = grant->statement;
	out->actions = grant->actions;
	out->action_count = grant->action_count;
	out->when = grant->when;
	out->purpose = grant->purpose;
	out->not_before = grant->not_before;
	out->expires_at = grant->expires_at;
	out->once = grant->once;
	out->revoked = known->revoked;
	return tell_resources(g, grant, out);
}

static zta_status
tell_all(granter *g, const zta_str *digests)
{
	uint32_t i, number;
	zta_status status = ZTA_OK;

	g->all = true;
	for (i = 0; status == ZTA_OK && i < g->count; i++) {
		zta_hex__encode(digests[i], g->told[i].digest);
		number = g->a->asked->grants == NULL ?
		    ZTA_MAP_NONE :
		    zta_map__get(&g->list.by_digest, digests[i]);
		g->all = g->all && number != ZTA_MAP_NONE;
		if (number != ZTA_MAP_NONE) {
			status = tell_grant(g, &g->list.list[number],
			    &g->grants[i], &g->told[i]);
		}
	}
	return status;
}

/* --- judging */

static bool
is_never_revoked(const void *list, const zta_grant *grant)
{
	(void)list;
	(void)grant;
	return false;
}

static zta_status
judge(granter *g)
{
	zta_account *a = g->a;
	const zta_leaf *leaf = &a->leaf;
	const zta_snapshot *s = a->version;
	zta_ring *rings =
	    zta_arena__zalloc(&a->arena, leaf->ring_count + 1, sizeof(*rings));
	const zta_subject subject = { .type = zta_question__type(
					  s, &a->arena, leaf->subject_type),
		.id = leaf->subject_id };
	const zta_grant_operation op = { .action = leaf->action,
		.resource_type =
		    zta_question__type(s, &a->arena, leaf->resource_type),
		.resource_id = leaf->resource_id };
	const zta_grant_use use = { &subject, rings, leaf->ring_count, &op };
	const zta_grant_chain chain = { .grants = g->grants,
		.count = g->count,
		.delegators = &s->delegators,
		.model = &s->model,
		.zone = leaf->zone,
		.is_revoked = is_never_revoked,
		.now = leaf->time };
	zta_grant_answer answer;
	uint32_t i;
	zta_status status;

	if (rings == NULL || subject.type.ptr == NULL ||
	    op.resource_type.ptr == NULL) {
		return zta_arena__failed(&a->arena, a->err);
	}
	for (i = 0; i < leaf->ring_count; i++) {
		rings[i].workload = leaf->rings[i].workload;
	}
	for (i = 0; i < g->count; i++) {
		g->grants[i].when = (zta_str){ NULL, 0 };
	}
	status =
	    zta_grant_chain__judge(&chain, &use, &a->arena, &answer, a->err);
	if (status == ZTA_OK) {
		a->told.bad_grant = answer.number;
		a->told.bad_because = zta_grant__finding_name(answer.finding);
	}
	return status;
}

/* --- all of it */

static zta_status
tell(granter *g, const zta_str *digests)
{
	zta_account *a = g->a;
	zta_status status = ZTA_OK;

	if (a->asked->grants != NULL) {
		status = zta_grants__read(&g->list, a->asked->grants, a->err);
	}
	if (status == ZTA_OK) {
		status = tell_all(g, digests);
	}
	return status == ZTA_OK && g->all && a->version != NULL &&
		zta_str__is(a->leaf.leg, "delegation") ?
	    judge(g) :
	    status;
}

/* The credentials of a record are the subject's, the rings', the grants'. */
zta_status
zta_why__grants(zta_account *a)
{
	const zta_leaf *leaf = &a->leaf;
	uint32_t others = leaf->ring_count + 1;
	granter g = { .a = a };
	zta_status status;

	if (leaf->credentials.count <= others) {
		return ZTA_OK;
	}
	g.count = leaf->credentials.count - others;
	if (g.count > ZTA_GRANT_CHAIN_MAX) {
		return zta_error__set(
		    a->err, ZTA_EINVALID, "the record has too many grants");
	}
	g.grants = zta_arena__zalloc(&a->arena, g.count, sizeof(*g.grants));
	g.told = zta_arena__zalloc(&a->arena, g.count, sizeof(*g.told));
	if (g.grants == NULL || g.told == NULL) {
		return zta_arena__failed(&a->arena, a->err);
	}
	status = tell(&g, leaf->credentials.items + others);
	if (a->asked->grants != NULL) {
		zta_grants__release(&g.list);
	}
	a->told.grants = g.told;
	a->told.grant_count = g.count;
	return status;
}
