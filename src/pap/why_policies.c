/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why_policies.c - the policies that decided, and what they would have had to
 * say. Cedar permits if a permit holds and no forbid does, so what another
 * outcome of one policy would have changed follows from what the others are.
 */
#include "base/error.h"
#include "base/str.h"
#include "cedar/explain.h"
#include "pap/why.h"

/* Policies that are told of where none permits: nobody reads more. */
#define NEAREST_MAX 3

typedef struct explainer {
	zta_account *a;
	zta_names names;
	zta_question question;
	zta_eval x; /* to ask scopes */
} explainer;

/* --- where the elevation decided */

static zta_status
explain_elevation(zta_account *a)
{
	const zta_operation operation = zta_ask__operation(&a->replay);
	const zta_elevation_question question =
	    zta_ask__about_ring(&a->replay, a->again.ring, &operation);

	return zta_elevation__explain(a->version->elevation, &a->arena,
	    &question, &a->told.reasons, &a->told.reason_count, a->err);
}

/* --- where the policies did */

/* How many parts of its scope do not hold? */
static unsigned
misses(const explainer *e, const zta_policy *policy)
{
	unsigned count = 0;
	zta_expr_var var;

	for (var = 0; var < ZTA_SCOPES; var++) {
		count += !zta_authorize__scope_holds(
		    &e->x, &policy->scope[var], e->x.vars[var].u.entity);
	}
	return count;
}

/* The first permits of those whose scope is missed by the fewest parts. */
static size_t
find_nearest(const explainer *e, zta_str ids[NEAREST_MAX])
{
	const zta_policies *policies = &e->a->version->cedar->policies;
	const zta_policy *policy;
	unsigned best = ZTA_SCOPES, missed;
	size_t count = 0;
	uint32_t i;

	for (i = 0; i < policies->policies.count; i++) {
		policy = policies->policies.list[i];
		missed = policy->forbid ? ZTA_SCOPES : misses(e, policy);
		if (missed < best) {
			best = missed;
			count = 0;
		}
		if (missed == best && missed < ZTA_SCOPES &&
		    count < NEAREST_MAX) {
			ids[count++] = policy->id;
		}
	}
	return count;
}

/* Does a permit hold, whatever the forbids say? */
static zta_status
find_permit(explainer *e, bool *out)
{
	const zta_cedar *cedar = e->a->version->cedar;
	const zta_cedar_explanation *list;
	size_t count, i;
	zta_status status =
	    zta_explain__run(&cedar->policies, &cedar->entities, &e->question,
		&e->names, false, &e->a->arena, &list, &count, e->a->err);

	*out = false;
	for (i = 0; status == ZTA_OK && i < count; i++) {
		*out = *out ||
		    (!list[i].forbid && list[i].outcome == ZTA_CEDAR_HOLDS);
	}
	return status;
}

/* What it would have been, had one of those that decided not held. */
static zta_status
tell_without(explainer *e)
{
	const zta_decision *d = &e->a->again;
	bool alone = d->policy_count == 1, permit = true;
	zta_why_change change = { .kind = ZTA_WHY_NO_POLICY, .leg = "policy" };
	uint32_t i;
	zta_status status = ZTA_OK;

	if (d->effect == ZTA_DENY) {
		status = find_permit(e, &permit);
		change.allowed = alone && permit;
	} else {
		change.allowed = !alone;
	}
	change.code = change.allowed        ? "permitted" :
	    d->effect == ZTA_DENY && !alone ? "denied_by_policy" :
					      "no_policy_permits";
	for (i = 0; status == ZTA_OK && i < d->policy_count; i++) {
		change.name = d->policies[i];
		status = zta_why__tell_change(e->a, &change);
	}
	return status;
}

/* No forbid held, so one permit would have been enough. */
static zta_status
tell_with(explainer *e, const zta_str *ids, size_t count)
{
	zta_why_change change = { .kind = ZTA_WHY_POLICY,
		.allowed = true,
		.leg = "policy",
		.code = "permitted" };
	size_t i;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < count; i++) {
		change.name = ids[i];
		status = zta_why__tell_change(e->a, &change);
	}
	return status;
}

static zta_status
explain_policies(zta_account *a)
{
	const zta_cedar *cedar = a->version->cedar;
	const zta_decision *d = &a->again;
	zta_str nearest[NEAREST_MAX];
	const zta_str *ids = d->policies;
	size_t count = d->policy_count;
	explainer e = { .a = a };
	zta_status status = zta_ask__question(
	    a->version, &a->arena, &a->replay, &e.names, &e.question, a->err);

	if (status != ZTA_OK) {
		return status;
	}
	if (count == 0) {
		zta_authorize__begin(
		    &e.x, &cedar->entities, &e.question, &a->arena);
		count = find_nearest(&e, nearest);
		ids = nearest;
		status = tell_with(&e, nearest, count);
	} else {
		status = tell_without(&e);
	}
	return status != ZTA_OK ?
	    status :
	    zta_explain__ids(&cedar->policies, &cedar->entities, &e.question,
		&e.names, ids, count, &a->arena, &a->told.reasons,
		&a->told.reason_count, a->err);
}

zta_status
zta_why__policies(zta_account *a)
{
	if (zta_str__is(a->leaf.leg, "elevation")) {
		return explain_elevation(a);
	}
	return zta_str__is(a->leaf.leg, "policy") ? explain_policies(a) :
						    ZTA_OK;
}
