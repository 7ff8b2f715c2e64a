/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant_chain.c - see grant_chain.h.
 *
 * 1. What is cheap comes first, signatures last: a chain that cannot hold
 *    costs no cryptography.
 * 2. Every grant is judged, also those above one that was judged before: what
 *    has ended above ends all below.
 */
#include "trust/grant_chain.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "cedar/parse.h"
#include "trust/txn_token.h"

/* --- grants */

/*
 * Who gives, or is given, as grants name it: a workload's id, or an entity, which
 * a workload is too where it is the subject. SPEC: ztauth 6
 */
static bool
is_quarantined(const zta_grant_chain *chain, zta_str name)
{
	size_t quote = zta_str__find(name, '"');

	/* A type has no quotes: the first one begins the id. */
	if (quote < name.len && zta_str__ends(name, ZTA_STR("\""))) {
		name.ptr += quote + 1;
		name.len -= quote + 2;
	}
	return zta_trust_model__is_quarantined(chain->model, name);
}

static zta_grant_finding
check_force(const zta_grant_chain *chain, const zta_grant *grant)
{
	if (!zta_str__eq(grant->zone, chain->zone)) {
		return ZTA_GRANT_WRONG_ZONE;
	}
	/* What nobody has consented to yet is not consented to. */
	if (chain->now < grant->not_before || chain->now < grant->consent_at) {
		return ZTA_GRANT_NOT_YET;
	}
	if (chain->now >= grant->expires_at) {
		return ZTA_GRANT_EXPIRED;
	}
	if (chain->is_revoked(chain->list, grant)) {
		return ZTA_GRANT_REVOKED;
	}
	return is_quarantined(chain, grant->delegator) ||
		is_quarantined(chain, grant->delegate) ?
	    ZTA_GRANT_QUARANTINED :
	    ZTA_GRANT_HOLDS;
}

static zta_grant_finding
check_link(const zta_grant *grant, const zta_grant *above)
{
	if (above == NULL) {
		return grant->has_parent ? ZTA_GRANT_UNLINKED : ZTA_GRANT_HOLDS;
	}
	if (!grant->has_parent ||
	    memcmp(grant->parent, above->digest, ZTA_SHA256_LEN) != 0) {
		return ZTA_GRANT_UNLINKED;
	}
	return zta_str__eq(grant->delegator, above->delegate) ?
	    zta_grant__inside(grant, above) :
	    ZTA_GRANT_NOT_DELEGATE;
}

/* SPEC: rfc7638: a grant that is bound to a key is passed on with that key. */
static zta_grant_finding
check_signature(const zta_grant_chain *chain, const zta_grant *grant,
    const zta_grant *above)
{
	char thumbprint[ZTA_KEY_THUMBPRINT_MAX];
	const zta_key *key;
	zta_grant_finding finding =
	    zta_grant__verify(grant, chain->delegators, chain->zone_keys, &key);

	if (finding != ZTA_GRANT_HOLDS || above == NULL ||
	    above->holder.ptr == NULL) {
		return finding;
	}
	return zta_key_thumbprint(key, thumbprint, NULL) == ZTA_OK &&
		zta_str__is(above->holder, thumbprint) ?
	    ZTA_GRANT_HOLDS :
	    ZTA_GRANT_WRONG_HOLDER;
}

zta_grant_answer
zta_grant_chain__fits(const zta_grant_chain *chain)
{
	zta_grant_finding finding = ZTA_GRANT_CHAIN_LENGTH;
	const zta_grant *grant;
	uint32_t i;

	if (chain->count == 0 || chain->count > ZTA_GRANT_CHAIN_MAX) {
		return (zta_grant_answer){ finding, 0 };
	}
	for (i = 0; i < chain->count; i++) {
		grant = &chain->grants[i];
		finding = check_force(chain, grant);
		if (finding == ZTA_GRANT_HOLDS) {
			finding = check_link(grant, i == 0 ? NULL : grant - 1);
		}
		if (finding != ZTA_GRANT_HOLDS) {
			return (zta_grant_answer){ finding, i + 1 };
		}
	}
	return (zta_grant_answer){ finding, 0 };
}

zta_grant_answer
zta_grant_chain__stands(const zta_grant_chain *chain)
{
	zta_grant_answer answer = zta_grant_chain__fits(chain);
	const zta_grant *grant;
	uint32_t i;

	for (i = 0; answer.finding == ZTA_GRANT_HOLDS && i < chain->count;
	     i++) {
		grant = &chain->grants[i];
		answer.finding =
		    check_signature(chain, grant, i == 0 ? NULL : grant - 1);
		answer.number = answer.finding == ZTA_GRANT_HOLDS ? 0 : i + 1;
	}
	return answer;
}

/* --- their use */

static bool
is_held(const zta_grant_use *use, const zta_grant *last)
{
	uint32_t i;

	for (i = 0; i < use->ring_count; i++) {
		if (zta_str__eq(use->rings[i].workload, last->delegate)) {
			return true;
		}
	}
	return false;
}

/* A condition that is not one makes the grant none; the error is not ours. */
static zta_status
malformed(zta_status status)
{
	return status == ZTA_ENOMEM || status == ZTA_ELIMIT ? status : ZTA_OK;
}

/* HOLDS: it is true. What fails is not; only memory is an error. */
static zta_status
ask_condition(const zta_grant_operation *op, zta_str when, zta_arena *arena,
    zta_grant_finding *finding, zta_error *err)
{
	zta_code code = { .arena = arena };
	zta_compiler compiler = { &code, op->names, arena, err };
	zta_eval x;
	zta_expr *expr;
	uint32_t node = 0;
	zta_status status = zta_parse__expr(arena, when, &expr, err);

	*finding = ZTA_GRANT_MALFORMED;
	if (status == ZTA_OK) {
		status = zta_compiler__expr(&compiler, expr, &node);
	}
	if (status != ZTA_OK) {
		return malformed(status);
	}
	zta_authorize__begin(&x, &op->engine->entities, op->question, arena);
	x.code = &code;
	*finding = zta_eval__truth(&x, node) == ZTA_TRUE ? ZTA_GRANT_HOLDS :
							   ZTA_GRANT_CONDITION;
	return x.error == ZTA_EVAL_NO_MEMORY ? zta_arena__failed(arena, err) :
					       ZTA_OK;
}

static zta_status
check_conditions(const zta_grant_chain *chain, const zta_grant_operation *op,
    zta_arena *arena, zta_grant_answer *out, zta_error *err)
{
	zta_status status = ZTA_OK;
	zta_grant_finding finding;
	zta_str when;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < chain->count; i++) {
		when = chain->grants[i].when;
		if (when.ptr == NULL) {
			continue;
		}
		status = ask_condition(op, when, arena, &finding, err);
		if (status != ZTA_OK || finding != ZTA_GRANT_HOLDS) {
			*out = (zta_grant_answer){ finding, i + 1 };
			return status;
		}
	}
	return status;
}

static zta_grant_finding
check_users(const zta_grant_chain *chain, const zta_grant_use *use)
{
	if (!zta_subject__is(chain->grants[0].delegator, use->subject->type,
		use->subject->id)) {
		return ZTA_GRANT_NOT_OF_SUBJECT;
	}
	return is_held(use, &chain->grants[chain->count - 1]) ?
	    ZTA_GRANT_HOLDS :
	    ZTA_GRANT_NOT_HELD;
}

/* The last is inside all others: it alone is compared with the operation. */
zta_status
zta_grant_chain__allows(const zta_grant_chain *chain,
    const zta_grant_operation *op, zta_arena *arena, zta_grant_answer *out,
    zta_error *err)
{
	const zta_grant *last = &chain->grants[chain->count - 1];

	*out = (zta_grant_answer){ ZTA_GRANT_HOLDS, 0 };
	if (!zta_grant__has_action(last, op->action)) {
		*out = (zta_grant_answer){ ZTA_GRANT_OUTSIDE_ACTIONS,
			chain->count };
		return ZTA_OK;
	}
	if (!zta_grant__has_resource(
		last, op->resource_type, op->resource_id)) {
		*out = (zta_grant_answer){ ZTA_GRANT_OUTSIDE_RESOURCES,
			chain->count };
		return ZTA_OK;
	}
	return check_conditions(chain, op, arena, out, err);
}

zta_status
zta_grant_chain__judge(const zta_grant_chain *chain, const zta_grant_use *use,
    zta_arena *arena, zta_grant_answer *out, zta_error *err)
{
	zta_grant_finding finding;

	*out = zta_grant_chain__stands(chain);
	if (out->finding != ZTA_GRANT_HOLDS) {
		return ZTA_OK;
	}
	finding = check_users(chain, use);
	if (finding != ZTA_GRANT_HOLDS) {
		*out = (zta_grant_answer){ finding,
			finding == ZTA_GRANT_NOT_OF_SUBJECT ? 1 :
							      chain->count };
		return ZTA_OK;
	}
	return use->operation == NULL ?
	    ZTA_OK :
	    zta_grant_chain__allows(chain, use->operation, arena, out, err);
}
