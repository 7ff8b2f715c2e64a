/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issue_standing.c - a grant in the place of the subject's credential: who was
 * given it acts while its delegator is not there. SPEC: ztauth 3, 7;
 * docs/formats/delegation.md
 *
 * The grant shown says only which one is meant. Whether it holds, and for this
 * actor, is judged of the one that the zone knows, as of every grant.
 */
#include "base/error.h"
#include "base/str.h"
#include "pdp/issue_part.h"
#include "pdp/question.h"
#include "trust/foreign.h"

/* What sources call those of this type; people, unless all are workloads. */
static zta_principal_kind
kind_of(const zta_sources *sources, zta_str type)
{
	zta_principal_kind kind = ZTA_PRINCIPAL_HUMAN;
	uint32_t i;

	for (i = 0; i < sources->count; i++) {
		if (!zta_str__eq(sources->list[i].entity, type)) {
			continue;
		}
		if (sources->list[i].principal == ZTA_PRINCIPAL_HUMAN) {
			return ZTA_PRINCIPAL_HUMAN;
		}
		kind = ZTA_PRINCIPAL_WORKLOAD;
	}
	return kind;
}

/*
 * Does a source of another trust domain speak for those of this type? Whether a
 * workload may act for them is for that domain to state, and a grant would hide
 * whose they are.
 */
static bool
is_foreign(const zta_issuer *s, zta_str type)
{
	const zta_domains *domains = &s->snapshot->model.domains;
	const zta_str home = s->zone->trust_domain, none = { "", 0 };
	const zta_source *source;
	uint32_t i;

	for (i = 0; i < s->snapshot->sources.count; i++) {
		source = &s->snapshot->sources.list[i];
		if (zta_str__eq(source->entity, type) &&
		    (zta_foreign__is(
			 domains, home, source->trust_domain, none) ||
			zta_foreign__is(domains, home, none, source->name))) {
			return true;
		}
	}
	return false;
}

/* Is there an operation that the binding and the grant have in common? */
static bool
meets(zta_issuer *s, const zta_scope_binding *binding, const zta_grant *grant)
{
	bool action = binding->action_count == 0;
	bool resource = binding->resource_type_count == 0;
	zta_str type;
	uint32_t i, j;

	for (i = 0; i < grant->action_count; i++) {
		action = action ||
		    zta_str__is_among(grant->actions[i], binding->actions,
			binding->action_count);
	}
	for (i = 0; i < binding->resource_type_count; i++) {
		type = zta_question__type(
		    s->snapshot, s->arena, binding->resource_types[i]);
		for (j = 0; j < grant->resource_count; j++) {
			resource = resource ||
			    zta_str__eq(type, grant->resources[j].type);
		}
	}
	return action && resource;
}

/* A grant has no scopes: those of the zone that it could need. */
static bool
find_scopes(zta_issuer *s, const zta_grant *grant)
{
	const zta_manifest *manifest = &s->snapshot->manifest;
	zta_txn *txn = &s->out->txn;
	zta_str *scopes = zta_arena__alloc(
	    s->arena, ((size_t)manifest->binding_count + 1) * sizeof(*scopes));
	uint32_t i, count = 0;

	/* Then each action is a scope of its own. */
	if (!manifest->bound) {
		txn->scopes = grant->actions;
		txn->scope_count = grant->action_count;
		return true;
	}
	if (scopes == NULL) {
		return zta_issuer__fail(s, zta_arena__failed(s->arena, s->err));
	}
	for (i = 0; i < manifest->binding_count; i++) {
		if (meets(s, &manifest->bindings[i], grant) &&
		    !zta_str__is_among(
			manifest->bindings[i].scope, scopes, count)) {
			scopes[count++] = manifest->bindings[i].scope;
		}
	}
	txn->scopes = scopes;
	txn->scope_count = count;
	return true;
}

/* The delegator of the first grant is the subject; `taken` is in the arena. */
static bool
find_subject(zta_issuer *s, const zta_taken_grants *taken)
{
	const zta_grant *last = &taken->grants[taken->count - 1];
	zta_subject *subject = &s->out->txn.subject;
	zta_grant_finding finding;

	if (!zta_grant__read_entity(s->arena, taken->grants[0].delegator,
		&subject->type, &subject->id) ||
	    is_foreign(s, subject->type)) {
		return zta_issuer__refuse_grant(s, ZTA_GRANT_NOT_OF_SUBJECT);
	}
	finding = zta_delegation__may_stand(s->snapshot, subject->type);
	if (finding != ZTA_GRANT_HOLDS) {
		return zta_issuer__refuse_grant(s, finding);
	}
	subject->kind = zta_str_of(zta_principal__kind_name(
	    kind_of(&s->snapshot->sources, subject->type)));
	subject->source = ZTA_STR(ZTA_SUBJECT_BY_GRANT);
	s->out->txn.subject_digest =
	    (zta_str){ (const char *)last->digest, ZTA_SHA256_LEN };
	s->expires_at = last->expires_at;
	s->ring = zta_arena__zalloc(s->arena, 1, sizeof(*s->ring));
	if (s->ring == NULL) {
		return zta_issuer__fail(s, zta_arena__failed(s->arena, s->err));
	}
	s->out->txn.rings = s->ring;
	s->standing = last->jti;
	return find_scopes(s, last);
}

bool
zta_issuer__take_grant(zta_issuer *s)
{
	zta_taken_grants *taken = zta_arena__alloc(s->arena, sizeof(*taken));
	zta_grant_finding finding;
	zta_grant shown;
	zta_error why = { 0 };
	zta_status status;

	if (taken == NULL) {
		return zta_issuer__fail(s, zta_arena__failed(s->arena, s->err));
	}
	status = zta_grant__read(&shown, s->arena, s->request->grant, &why);
	if (status == ZTA_EUNTRUSTED) {
		return zta_issuer__refuse(s, "invalid_request", "token",
		    "invalid_token", "subject_token: ", why.message);
	}
	if (status == ZTA_OK) {
		status = zta_grants__take(s->zone->grants, s->zone->known,
		    shown.jti, s->arena, taken, &finding, s->err);
	}
	if (status != ZTA_OK) {
		return zta_issuer__fail(s, status);
	}
	if (finding != ZTA_GRANT_HOLDS) {
		return zta_issuer__refuse_grant(s, finding);
	}
	if (memcmp(taken->grants[taken->count - 1].digest, shown.digest,
		ZTA_SHA256_LEN) != 0) {
		return zta_issuer__refuse_grant(s, ZTA_GRANT_UNKNOWN);
	}
	if (s->request->delegation.len > 0 &&
	    !zta_str__eq(s->request->delegation, shown.jti)) {
		return zta_issuer__refuse(s, "invalid_request", "token",
		    "invalid_request", "delegation is another grant than ",
		    "subject_token");
	}
	return find_subject(s, taken);
}
